public import Lake
public import MarketModel
import OrderFlow

/// Trades of a basket's members, each with the place of its member and what it was worth; prices and quantities at scales that all share.
public struct BasketTradeRows: Sendable {
    /// Event times in microseconds since 1970-01-01 UTC.
    public fileprivate(set) var time: [Int64] = []
    /// The places of the members.
    public fileprivate(set) var member: [Int8] = []
    /// Ids as members have them; see ``Instrument/tradeIDs``.
    public fileprivate(set) var id: [TradeID] = []
    /// ``TakerSide`` raw values.
    public fileprivate(set) var side: [Int8] = []
    /// Price mantissas.
    public fileprivate(set) var price: [Int64] = []
    /// Quantity mantissas, in each venue's own unit.
    public fileprivate(set) var quantity: [Int64] = []
    /// US dollars, the nearest double.
    public fileprivate(set) var notional: [Double] = []
    /// Digits after the point.
    public fileprivate(set) var scales = Scales(price: 0, quantity: 0)
}

/// The trades of a basket in a range of time that ends with a whole millisecond, and where to go on; see ``TradePage``.
///
/// They come in the order of time; those of one time in the order of the members, then of the tape.
public struct BasketTrades: Sendable {
    /// The basket.
    public let basket: Basket
    /// The times of its trades, the end excluded, in microseconds since 1970-01-01 UTC.
    public let times: Range<Int64>
    /// Where the next page begins; nil if the range holds no more trades.
    public let goesOnAt: Int64?
    /// The worst quality of the members' tapes in its times.
    public let quality: BarQuality
    /// The members that have no tape of any of the times, a bit for each.
    public let missing: UInt64
    /// Differs when anything that the page holds differs.
    public let revision: String

    private var merge: TimeMerge<MemberTrades>

    /// Finds the trades with from <= time < to, or the first of them.
    ///
    /// - Parameters:
    ///   - count: where the page ends: with the millisecond in which the trade of this number lies; nil for no end.
    ///   - least: leaves out what is worth less dollars; nil for none.
    /// - Throws: ``QueryCostError`` before anything is read; what the lake throws; `CancellationError` once it is cancelled.
    /// - Complexity: O(days + count); memory for a row group, some 260,000 trades, of each member, whatever the range.
    public init(
        _ lake: Lake, _ tapes: BasketTapes, from: Int64, to: Int64, atLeast count: Int?, least: FixedPoint? = nil,
        limits: QueryLimits = QueryLimits(), isCancelled: () -> Bool = { false }
    ) throws {
        let start = max(from, tapes.firstTime ?? from)
        let end = max(start, min(to, (tapes.lastTime ?? start - 1) + 1))
        if count == nil { try tapes.check(limits, in: start..<end) }
        let bound = try count.map { try BasketTrades.end(lake, tapes, start..<end, $0, isCancelled) }
        basket = tapes.basket
        // Without an end of its own the page is all that was asked for, also where no trade is yet.
        let times = from..<max(from, bound?.end ?? to)
        self.times = times
        goesOnAt = bound?.hasMore == true ? bound?.end : nil
        let pages = try tapes.held.map { place, tape in
            let page = try TradePage(
                lake, tape, times.lowerBound, times.upperBound, nil, [.id, .time, .price, .quantity, .side], limits, isCancelled)
            return MemberTrades(place: place, page: ValuedPage(page, least: least))
        }
        quality = pages.map(\.page.page.quality).max() ?? .complete
        missing = tapes.missing(in: times)
        // Trades that come after the page change where the next one begins.
        revision = tapes.revision(in: times) + (goesOnAt.map { "-\($0)" } ?? "")
        merge = TimeMerge(pages)
    }

    /// The next trades, about `count` at most; nil at the end.
    ///
    /// - Throws: what the lake throws; ``BarError`` where 64 bits do not hold a price or quantity at the common scale.
    /// - Complexity: O(rows × members) at worst
    public mutating func next(_ count: Int, isCancelled: () -> Bool = { false }) throws -> BasketTradeRows? {
        var rows = BasketTradeRows()
        while rows.time.count < count, let run = try merge.next(atMost: count - rows.time.count, isCancelled) {
            try rows.append(merge.sources[run.source], run.rows)
        }
        return rows.time.isEmpty ? nil : rows
    }

    /// Where a page of so many trades ends, and whether more follow in the range.
    private static func end(
        _ lake: Lake, _ tapes: BasketTapes, _ range: Range<Int64>, _ count: Int, _ isCancelled: () -> Bool
    ) throws -> (end: Int64, hasMore: Bool) {
        var merge = TimeMerge(
            try tapes.held.map { _, tape in
                MemberTimes(reader: try lake.reader(tape, from: range.lowerBound, to: range.upperBound, columns: .time))
            })
        var seen = 0
        var end: Int64?
        while let run = try merge.next(atMost: .max, isCancelled) {
            let times = merge.sources[run.source].times
            if end == nil, seen + run.rows.count >= count {
                let last = times[run.rows.lowerBound + count - seen - 1]
                end = min(range.upperBound, last - last % 1000 + 1000)
            }
            seen += run.rows.count
            if let end, times[run.rows.upperBound - 1] >= end { return (end, true) }
        }
        return (end ?? range.upperBound, false)
    }

    /// The time at which the newest trades of a basket begin, at the start of a millisecond; nil if there are none.
    ///
    /// - Complexity: O(members × (count + rows of one row group)); memory for twice the count.
    public static func start(ofNewest count: Int, _ lake: Lake, _ tapes: BasketTapes) throws -> Int64? {
        var newest: [Int64] = []
        for (_, tape) in tapes.held {
            newest += try lake.newest(tape, count: count).time
            newest.sort()
            newest.removeFirst(max(0, newest.count - count))
        }
        return newest.first.map { $0 - $0 % 1000 }
    }
}

/// The times of a member's trades.
private struct MemberTimes: TimedSource {
    var reader: TapeReader
    var times: [Int64] = []

    init(reader: TapeReader) { self.reader = reader }

    mutating func refill(_ isCancelled: () -> Bool) throws -> Bool {
        if isCancelled() { throw CancellationError() }
        times = try reader.next()?.time ?? []
        return !times.isEmpty
    }
}

/// A member's trades and what they are worth.
private struct MemberTrades: TimedSource {
    let place: Int
    var page: ValuedPage
    var rows = TradeColumns()
    var notionals: [Double] = []

    var times: [Int64] { rows.time }

    init(place: Int, page: ValuedPage) {
        self.place = place
        self.page = page
    }

    mutating func refill(_ isCancelled: () -> Bool) throws -> Bool {
        guard let (rows, notionals) = try page.next(isCancelled: isCancelled) else {
            self.rows = TradeColumns()
            return false
        }
        (self.rows, self.notionals) = (rows, notionals)
        return true
    }
}

extension BasketTradeRows {
    fileprivate mutating func append(_ source: MemberTrades, _ range: Range<Int>) throws(BarError) {
        let own = source.page.page.scales
        let common = scales.union(own)
        if common != scales {
            try BasketTradeRows.rescale(&price, scales.price, common.price, time)
            try BasketTradeRows.rescale(&quantity, scales.quantity, common.quantity, time)
            scales = common
        }
        let rows = source.rows
        let priceFactor = FixedPoint.powersOfTen[common.price - own.price]
        let quantityFactor = FixedPoint.powersOfTen[common.quantity - own.quantity]
        for row in range {
            let (price, isHighPrice) = rows.price[row].multipliedReportingOverflow(by: priceFactor)
            let (quantity, isHighQuantity) = rows.quantity[row].multipliedReportingOverflow(by: quantityFactor)
            if isHighPrice || isHighQuantity { throw .overflow(at: rows.time[row]) }
            self.price.append(price)
            self.quantity.append(quantity)
            let low = UInt64(bitPattern: rows.id.isEmpty ? 0 : rows.id[row])
            id.append(TradeID(high: rows.idHigh.isEmpty ? 0 : rows.idHigh[row], low: low))
        }
        time += rows.time[range]
        member += repeatElement(Int8(source.place), count: range.count)
        side += rows.side[range]
        notional += source.notionals[range]
    }

    private static func rescale(_ mantissas: inout [Int64], _ from: Int, _ to: Int, _ times: [Int64]) throws(BarError) {
        guard to > from, !mantissas.isEmpty else { return }
        let factor = FixedPoint.powersOfTen[to - from]
        for index in mantissas.indices {
            let (product, overflow) = mantissas[index].multipliedReportingOverflow(by: factor)
            if overflow { throw .overflow(at: times[index]) }
            mantissas[index] = product
        }
    }
}
