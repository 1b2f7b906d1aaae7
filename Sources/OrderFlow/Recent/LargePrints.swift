public import MarketModel

/// The prints of a tape by size: the largest first, and the totals of those at or above any threshold, without a scan.
///
///     let prints = try LargePrints(tape)
///     let large = prints.count(atLeast: threshold)
///     prints[0].notional                           // the largest
///     prints.totals(ofLargest: large).buyNotional  // taker buys among them
///
/// Prints are sorted by notional, and among equals the newer comes first; running totals by side go along that order. A threshold is then
/// a binary search.
///
/// A print is a tape row. Where `groupedBy` gives a length of time, rows of one side whose times fall into the same such stretch, counted
/// from the epoch, and that follow each other without a row of the other side in between, are one print: one order that took several
/// price levels. Its price is then notional ÷ base and belongs to no single row.
public struct LargePrints: Sendable {
    /// One print.
    public struct Print: Sendable, Hashable {
        /// The event time of its newest row, in microseconds.
        public let time: Int64
        /// Who was the aggressor.
        public let side: TakerSide
        /// The price mantissa of its newest row.
        public let price: Int64
        /// Base quantity.
        public let base: Int128
        /// Notional.
        public let notional: Int128
        /// How many tape rows it stands for.
        public let rows: Int
    }

    /// What the largest prints add up to, by side.
    public struct Totals: Sendable, Hashable {
        /// Notional of the taker buys.
        public fileprivate(set) var buyNotional: Int128 = 0
        /// Notional of the taker sells.
        public fileprivate(set) var sellNotional: Int128 = 0
    }

    private let prints: [Print]
    private let totals: [Totals]

    /// Sorts the prints of a tape.
    ///
    /// - Parameter stretch: rows are grouped by this many microseconds; nil leaves each row a print.
    /// - Throws: ``BarError/overflow(at:)`` if 128 bits do not hold a sum.
    /// - Complexity: O(n log n) for n trades.
    public init(_ tape: ValuedTrades, groupedBy stretch: Int64? = nil) throws(BarError) {
        let grouped = try LargePrints.group(tape, by: stretch)
        let order = grouped.indices.sorted { a, b in
            grouped[a].notional != grouped[b].notional ? grouped[a].notional > grouped[b].notional : a > b
        }
        prints = order.map { grouped[$0] }
        var running = Totals()
        var totals = [running]
        totals.reserveCapacity(prints.count + 1)
        for (place, print) in prints.enumerated() {
            let overflow: Bool
            switch print.side {
            case .buy: (running.buyNotional, overflow) = running.buyNotional.addingReportingOverflow(print.notional)
            case .sell: (running.sellNotional, overflow) = running.sellNotional.addingReportingOverflow(print.notional)
            case .unknown: overflow = false
            }
            // With groups the print's place stands for the row; without, the row is known.
            if overflow { throw BarError.overflow(at: stretch == nil ? tape.trades[order[place]].id : TradeID(Int64(order[place]))) }
            totals.append(running)
        }
        self.totals = totals
    }

    private static func group(_ tape: ValuedTrades, by stretch: Int64?) throws(BarError) -> [Print] {
        var prints: [Print] = []
        prints.reserveCapacity(tape.count)
        for index in 0..<tape.count {
            let side = TakerSide(rawValue: tape.trades.side[index]) ?? .unknown
            let time = tape.trades.time[index]
            var base = tape.base[index]
            var notional = tape.notional[index]
            var rows = 1
            if let stretch, let last = prints.last, last.side == side, floor(last.time, stretch) == floor(time, stretch) {
                let (sumBase, baseOverflow) = base.addingReportingOverflow(last.base)
                let (sumNotional, notionalOverflow) = notional.addingReportingOverflow(last.notional)
                if baseOverflow || notionalOverflow { throw BarError.overflow(at: tape.trades[index].id) }
                (base, notional, rows) = (sumBase, sumNotional, last.rows + 1)
                prints.removeLast()
            }
            prints.append(Print(time: time, side: side, price: tape.trades.price[index], base: base, notional: notional, rows: rows))
        }
        return prints
    }

    private static func floor(_ time: Int64, _ stretch: Int64) -> Int64 {
        time >= 0 ? time / stretch : -((-time + stretch - 1) / stretch)
    }

    /// How many prints there are.
    public var count: Int { prints.count }

    /// The print at a place in the order by size; 0 is the largest.
    public subscript(place: Int) -> Print { prints[place] }

    /// How many prints have at least this notional; they are the first so many.
    ///
    /// - Complexity: O(log n).
    public func count(atLeast notional: Int128) -> Int {
        var low = 0
        var high = prints.count
        while low < high {
            let middle = (low + high) / 2
            if prints[middle].notional >= notional { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// What the first `count` prints add up to.
    ///
    /// - Complexity: O(1).
    public func totals(ofLargest count: Int) -> Totals { totals[min(max(count, 0), prints.count)] }
}
