import MarketModel

/// The flow of the newest `n` trades for any `n`, by one subtraction.
///
///     let sums = try WindowSums(tape)
///     sums.window(1000).buyBase            // taker buys among the newest 1,000 trades
///
/// It keeps the running totals after each trade (prefix sums), so the totals of a stretch are those at its end minus those at its start.
/// The sums are exact integers; subtracting loses nothing, which is why this works at all.
///
/// It does not take new trades: a new tape makes new sums. A ring that did would save building 5,000 entries a second, which costs less
/// than a request.
public struct WindowSums: Sendable {
    private struct Totals: Sendable {
        var buyBase: Int128 = 0
        var sellBase: Int128 = 0
        var buyNotional: Int128 = 0
        var sellNotional: Int128 = 0
        var buys = 0
        var sells = 0
    }

    /// The totals before trade 0, after trade 0, after trade 1, …
    private let totals: [Totals]
    private let times: [Int64]
    private let prices: [Int64]

    /// Creates the sums of a tape.
    ///
    /// - Throws: ``BarError/overflow(at:)`` if 128 bits do not hold a sum.
    /// - Complexity: O(trades).
    public init(_ tape: ValuedTrades) throws(BarError) {
        var running = Totals()
        var totals = [running]
        totals.reserveCapacity(tape.count + 1)
        for index in 0..<tape.count {
            var overflow = false
            switch tape.trades.side[index] {
            case TakerSide.buy.rawValue:
                overflow = running.buyBase.add(tape.base[index])
                overflow = running.buyNotional.add(tape.notional[index]) || overflow
                running.buys += 1
            case TakerSide.sell.rawValue:
                overflow = running.sellBase.add(tape.base[index])
                overflow = running.sellNotional.add(tape.notional[index]) || overflow
                running.sells += 1
            default:
                break
            }
            if overflow { throw BarError.overflow(at: tape.trades[index].id) }
            totals.append(running)
        }
        self.totals = totals
        times = tape.trades.time
        prices = tape.trades.price
    }

    /// How many trades there are.
    public var count: Int { times.count }

    /// The flow of the newest `wanted` trades, or of all if there are fewer.
    ///
    /// - Complexity: O(1).
    public func window(_ wanted: Int) -> FlowWindow {
        let start = count - min(max(wanted, 0), count)
        let before = totals[start]
        let after = totals[count]
        return FlowWindow(
            trades: count - start, buys: after.buys - before.buys, sells: after.sells - before.sells,
            buyBase: after.buyBase - before.buyBase, sellBase: after.sellBase - before.sellBase,
            buyNotional: after.buyNotional - before.buyNotional, sellNotional: after.sellNotional - before.sellNotional,
            firstTime: start < count ? times[start] : 0, lastTime: start < count ? times[count - 1] : 0,
            lastPrice: start < count ? prices[count - 1] : 0)
    }
}

/// The flow of a stretch of tape, exact, at the scales of the ``ValuedTrades`` it comes from.
public struct FlowWindow: Sendable, Hashable {
    /// How many trades there are; those of unknown side are in neither ``buys`` nor ``sells``.
    public let trades: Int
    /// How many taker buys.
    public let buys: Int
    /// How many taker sells.
    public let sells: Int
    /// Base quantity of the taker buys.
    public let buyBase: Int128
    /// Base quantity of the taker sells.
    public let sellBase: Int128
    /// Notional of the taker buys.
    public let buyNotional: Int128
    /// Notional of the taker sells.
    public let sellNotional: Int128
    /// The event time of the oldest trade in microseconds; 0 without trades.
    public let firstTime: Int64
    /// The event time of the newest trade in microseconds; 0 without trades.
    public let lastTime: Int64
    /// The price mantissa of the newest trade; 0 without trades.
    public let lastPrice: Int64

    /// Taker buys minus taker sells in base quantity.
    public var deltaBase: Int128 { buyBase - sellBase }
    /// Taker buys minus taker sells in notional: the CVD over the window.
    public var deltaNotional: Int128 { buyNotional - sellNotional }
}

extension Int128 {
    /// Adds in place and says whether that overflowed.
    fileprivate mutating func add(_ other: Int128) -> Bool {
        let (sum, overflow) = addingReportingOverflow(other)
        self = sum
        return overflow
    }
}
