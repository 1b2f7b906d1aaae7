public import MarketModel

/// Cumulative volume delta: the running sum of taker buys minus taker sells, in base and in quote, exact.
///
///     var cvd = CumulativeDelta()
///     try cvd.add(.buy, base: 5, notional: 500, id: id)
///     try cvd.add(.sell, base: 2, notional: 201, id: id)
///     cvd.base            // 3
///     cvd.notional        // 299
///
/// Trades of unknown side count for nothing: a side is never guessed. The sums are integers at the scales of their instrument, so the
/// delta of a tape is the sum of the deltas of its parts, to the last digit, however it is cut.
public struct CumulativeDelta: Sendable, Hashable {
    /// Buys minus sells in base quantity.
    public private(set) var base: Int128 = 0
    /// Buys minus sells in notional.
    public private(set) var notional: Int128 = 0

    /// A delta of zero.
    public init() {}

    /// Adds one trade.
    ///
    /// - Throws: ``BarError/overflow(at:)`` if 128 bits do not hold the sum; the delta is then as before.
    /// - Complexity: O(1).
    public mutating func add(_ side: TakerSide, base: Int128, notional: Int128, id: TradeID) throws(BarError) {
        let sign = Int128(side.rawValue)
        let (newBase, baseOverflow) = self.base.addingReportingOverflow(sign * base)
        let (newNotional, notionalOverflow) = self.notional.addingReportingOverflow(sign * notional)
        if baseOverflow || notionalOverflow { throw BarError.overflow(at: id) }
        self.base = newBase
        self.notional = newNotional
    }

    /// The delta after each trade of a tape, oldest first.
    ///
    /// - Complexity: O(trades).
    public static func series(of tape: ValuedTrades) throws(BarError) -> [CumulativeDelta] {
        var running = CumulativeDelta()
        var result: [CumulativeDelta] = []
        result.reserveCapacity(tape.count)
        for index in 0..<tape.count {
            let trade = tape.trades[index]
            try running.add(trade.side, base: tape.base[index], notional: tape.notional[index], id: trade.id)
            result.append(running)
        }
        return result
    }

    /// The delta from `earlier` to here.
    public func since(_ earlier: CumulativeDelta) -> CumulativeDelta {
        var result = self
        result.base -= earlier.base
        result.notional -= earlier.notional
        return result
    }
}
