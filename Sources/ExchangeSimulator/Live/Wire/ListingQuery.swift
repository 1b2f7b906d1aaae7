import MarketModel
import Transport

/// What numbers of requests may be, so that no sum of them and a market's own numbers leaves 64 bits.
enum RequestBounds {
    /// The year 2255 in microseconds, and more ids than any tape has.
    static let greatest: Int64 = 9_000_000_000_000_000
}

/// Trades that REST asks for, read from a tape.
extension InstrumentView {
    /// At most `limit` orders from `first` on, published at `now`, that `keep` keeps; those that REST lost are passed over.
    func orders(
        from first: Int64, limit: Int, at now: Int64, while goOn: (SimulatedTrade) -> Bool = { _ in true },
        where keep: (SimulatedTrade) -> Bool = { _ in true }
    ) -> [SimulatedTrade] {
        let edge = edge(at: now)
        let first = max(first, firstOrder)
        guard first < edge, limit > 0 else { return [] }
        var result: [SimulatedTrade] = []
        tape.trades(first..<edge) { trade in
            guard goOn(trade) else { return false }
            if !isLost(trade.order), keep(trade) { result.append(trade) }
            return result.count < limit
        }
        return result
    }

    /// The last `limit` orders before `end`, oldest first.
    func orders(before end: Int64, limit: Int, at now: Int64) -> [SimulatedTrade] {
        let end = min(end, edge(at: now))
        var result: [SimulatedTrade] = []
        var from = end
        // Where REST has lost some, it goes further back, but not for ever.
        for _ in 0..<8 where result.count < limit && from > firstOrder {
            let next = max(firstOrder, from - Int64(limit - result.count))
            result = tape.trades(next..<from).filter { !isLost($0.order) } + result
            from = next
        }
        return result
    }

    /// One fill, as a row of its own.
    struct Fill {
        let trade: SimulatedTrade
        let id: Int64
        let quantity: Int64
        var isOffBook = false
    }

    /// The fills of orders, oldest first.
    func fills(of trades: [SimulatedTrade]) -> [Fill] {
        trades.flatMap { trade in
            trade.fillQuantities(step: instrument.step).enumerated().map {
                Fill(trade: trade, id: trade.firstFill + Int64($0.offset), quantity: $0.element)
            }
        }
    }

    /// The last `limit` fills with numbers below `end`, oldest first.
    func fills(before end: Int64, limit: Int, at now: Int64) -> [Fill] {
        let edge = edge(at: now)
        guard edge > firstOrder, end > 0, limit > 0 else { return [] }
        let newest = tape.trade(edge - 1)
        let last = end > newest.lastFill ? newest : tape.trade(ofFill: end - 1)
        let trades = orders(before: last.order + 1, limit: limit, at: now)
        return Array(fills(of: trades).filter { $0.id < end }.suffix(limit))
    }

    /// At most `limit` fills from number `start` on, oldest first.
    func fills(from start: Int64, limit: Int, at now: Int64) -> [Fill] {
        let edge = edge(at: now)
        guard edge > firstOrder, limit > 0, start <= tape.trade(edge - 1).lastFill else { return [] }
        let trades = orders(from: tape.trade(ofFill: max(0, start)).order, limit: limit, at: now)
        return Array(fills(of: trades).filter { $0.id >= start }.prefix(limit))
    }
}

/// A bar of simulated trades.
struct SimulatedBar {
    let start: Int64
    let end: Int64
    var open: Int64 = 0
    var high: Int64 = 0
    var low: Int64 = .max
    var close: Int64 = 0
    var quantity: Int128 = 0
    var takerBuy: Int128 = 0
    /// Sum of price × quantity, and that of the buys.
    var turnover: Int128 = 0
    var takerTurnover: Int128 = 0
    /// Sum of quantity ÷ price, for contracts of quote currency.
    var inverse = 0.0
    var takerInverse = 0.0
    var fills: Int64 = 0

    mutating func add(_ trade: SimulatedTrade) {
        if fills == 0 { open = trade.price }
        high = max(high, trade.price)
        low = min(low, trade.price)
        close = trade.price
        quantity += Int128(trade.quantity)
        let product = Int128(trade.quantity) * Int128(trade.price)
        turnover += product
        inverse += Double(trade.quantity) / Double(trade.price)
        fills += trade.fills
        if trade.isBuy {
            takerBuy += Int128(trade.quantity)
            takerTurnover += product
            takerInverse += Double(trade.quantity) / Double(trade.price)
        }
    }
}

extension InstrumentView {
    /// Bars of `length` microseconds that begin in `times`, at most `limit` of them; `fromEnd` takes the last ones.
    ///
    /// REST reads at most a few million trades for one answer: fewer bars come where more would be needed.
    func bars(length: Int64, times: Range<Int64>, limit: Int, fromEnd: Bool, at now: Int64) -> [SimulatedBar] {
        let pace = max(1, Int64(Double(instrument.ordersPerDay) * Double(length) / 86_400_000_000))
        let most = max(1, min(Int64(limit), 3_000_000 / pace))
        let upper = min(times.upperBound, now + 1)
        var first = max(times.lowerBound, max(listed, instrument.listed.microseconds))
        first = (first + length - 1) / length * length
        if fromEnd { first = max(first, (upper - 1) / length * length - (most - 1) * length) }
        var bars: [SimulatedBar] = []
        var start = first
        while start < upper, bars.count < Int(most) {
            bars.append(SimulatedBar(start: start, end: start + length))
            start += length
        }
        guard let last = bars.last else { return [] }
        let (begin, edge) = (tape.firstOrder(at: first), edge(at: now))
        guard begin < edge else { return bars }
        tape.trades(begin..<edge) { trade in
            guard trade.time < last.end + 10_000 else { return false }
            let index = (trade.time - first) / length
            if trade.time >= first, index < bars.count { bars[Int(index)].add(trade) }
            return true
        }
        return bars
    }
}
