import Glibc
import MarketModel
import TapeSequencer

/// What a segment came to.
struct SegmentResult<Partial: Sendable>: Sendable {
    var partial: Partial
    var tally: SegmentTally
    var consumed = 0
}

/// What a segment held beside its trades.
struct SegmentTally: Sendable {
    var scan: TapeScan
    var lines = 0
    var rejected = 0
    var rejectedRows: [RejectedRow] = []
    var otherSymbols = 0
    /// The scales that the segment's rows need, where those of the pass do not do: then not all trades have been added.
    var needed: Scales?
    /// A row that has no place in 18 digits at the scales of the pass.
    var overflow: RejectedRow?

    mutating func reject(_ reason: String) {
        rejected += 1
        if rejectedRows.count < RejectedRow.limit { rejectedRows.append(RejectedRow(line: lines, reason: reason)) }
    }
}

/// Parses segments into batches of columns; reused from segment to segment.
///
/// `@unchecked Sendable`: owned by one thread at a time, which takes it from a pool and gives it back.
final class SegmentParser: @unchecked Sendable {
    private var state: SegmentParsing
    private let scales: Scales

    init(_ layout: RowLayout, symbol: String?, scales: Scales) {
        self.scales = scales
        state = SegmentParsing(layout, symbol: symbol, scales: scales)
    }

    func parse<Partial: Sendable>(_ text: UnsafeRawBufferPointer, _ reduction: TapeReduction<Partial>) throws -> SegmentResult<Partial> {
        var partial = try reduction.begin(scales)
        let tally = try state.parse(text) { try reduction.add(&partial, $0) }
        return SegmentResult(partial: partial, tally: tally)
    }
}

/// The work of a ``SegmentParser``: a struct that knows nothing of partial results, so that rows cost no generic code.
private struct SegmentParsing {
    private var rows: RowParser
    private var aggTrades: AggTradesParser?
    private var batch: ColumnBatch
    private let tradeIDs: TradeIDKind
    private let scales: Scales

    init(_ layout: RowLayout, symbol: String?, scales: Scales) {
        rows = RowParser(layout, symbol: symbol)
        aggTrades = layout.aggTrades.map { AggTradesParser($0, scales: scales) }
        tradeIDs = layout.tradeIDs
        self.scales = scales
        batch = ColumnBatch(wideIDs: layout.tradeIDs == .uuid)
    }

    mutating func parse(_ text: UnsafeRawBufferPointer, _ add: (borrowing TradeColumns) throws -> Void) throws -> SegmentTally {
        var tally = SegmentTally(scan: TapeScan(tradeIDs: tradeIDs))
        var at = 0
        while at < text.count, let base = text.baseAddress {
            if aggTrades != nil, tally.needed == nil { at = readFast(text, from: at, &tally) }
            if at < text.count, !batch.isFull {
                let end = memchr(base + at, 10, text.count - at).map { UnsafeRawPointer($0) - base } ?? text.count
                tally.lines += 1
                take(rows.parse(UnsafeRawBufferPointer(start: base + at, count: end - at)), &tally)
                if tally.overflow != nil { break }
                at = end + 1
            }
            if batch.isFull { try flush(&tally, add) }
        }
        try flush(&tally, add)
        return tally
    }

    /// Reads as many rows as the hot parser takes, and returns where it stopped.
    private mutating func readFast(_ text: UnsafeRawBufferPointer, from start: Int, _ tally: inout SegmentTally) -> Int {
        var end = start
        let before = batch.count
        batch.fill { cursor in end = aggTrades?.read(text, from: start, into: &cursor) ?? start }
        tally.lines += batch.count - before
        return end
    }

    private mutating func take(_ row: Row, _ tally: inout SegmentTally) {
        switch row {
        case .trade(let trade): take(trade, &tally)
        case .zero(let id, let time): batch.noteZero(id: id, time: time)
        case .otherSymbol: tally.otherSymbols += 1
        case .nothing: break
        case .rejected(let reason): tally.reject(reason)
        }
    }

    private mutating func take(_ trade: ParsedTrade, _ tally: inout SegmentTally) {
        guard trade.price.scale <= scales.price, trade.quantity.scale <= scales.quantity, tally.needed == nil else {
            tally.needed = (tally.needed ?? scales).union(trade.scales)
            return
        }
        guard let price = SegmentParsing.mantissa(trade.price, at: scales.price) else {
            return tally.overflow = overflow("price", trade.price, scales.price, line: tally.lines)
        }
        guard let quantity = SegmentParsing.mantissa(trade.quantity, at: scales.quantity) else {
            return tally.overflow = overflow("quantity", trade.quantity, scales.quantity, line: tally.lines)
        }
        batch.append(
            Trade(id: trade.id, time: trade.time, price: price, quantity: quantity, side: trade.side, fills: trade.fills))
    }

    /// Most values have as many decimals as the pass.
    @inline(__always)
    private static func mantissa(_ value: FixedPoint, at scale: Int) -> Int64? {
        value.scale == scale ? value.mantissa : value.rescaled(to: scale)
    }

    private func overflow(_ name: String, _ value: FixedPoint, _ scale: Int, line: Int) -> RejectedRow {
        RejectedRow(
            line: line,
            reason: "\(name) \(value) needs more than 18 digits beside rows with \(scale) decimals; correct or remove the odd row")
    }

    private mutating func flush(_ tally: inout SegmentTally, _ add: (borrowing TradeColumns) throws -> Void) throws {
        guard tally.needed == nil else { return batch.clear() }
        try batch.use(&tally.scan, add)
    }
}
