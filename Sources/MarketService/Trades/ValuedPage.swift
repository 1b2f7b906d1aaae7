import Lake
public import MarketModel
import OrderFlow

/// The trades of a page that are worth enough, and what each was worth in quote currency.
public struct ValuedPage: Sendable {
    /// The page.
    public private(set) var page: TradePage
    private let least: FixedPoint?

    /// - Parameter least: what a trade is worth at least; nil for all.
    public init(_ page: TradePage, least: FixedPoint?) {
        self.page = page
        self.least = least
    }

    /// The next trades, one at least, with their notionals as the nearest doubles; nil at the end.
    ///
    /// - Throws: what ``TradePage/next()`` throws; ``BarError``; `CancellationError` once it is cancelled.
    public mutating func next(isCancelled: () -> Bool = { false }) throws -> (rows: TradeColumns, notionals: [Double])? {
        while true {
            if isCancelled() { throw CancellationError() }
            guard let rows = try page.next() else { return nil }
            var valuations = page.valuations
            var (kept, notionals): ([Int], [Double]) = ([], [])
            var (limit, scale): (Int128?, Int) = (nil, -1)
            for row in 0..<rows.count {
                let valuation = try valuations.valuation(at: rows.time[row])
                if scale != valuation.notionalScale {
                    scale = valuation.notionalScale
                    limit = threshold(at: scale)
                }
                guard let (_, notional) = valuation.value(price: rows.price[row], quantity: rows.quantity[row]) else {
                    throw BarError.overflow(at: rows.time[row])
                }
                guard let limit, notional >= limit else { continue }
                if least != nil { kept.append(row) }
                notionals.append(ExactQuotient.nearest(notional, over: 1, tenTo: scale) ?? .nan)
            }
            if notionals.count == rows.count, rows.count > 0 { return (rows, notionals) }
            if !kept.isEmpty { return (rows.picked(kept), notionals) }
        }
    }

    /// The least notional as a mantissa, rounded up; nil where no sum is so large.
    private func threshold(at scale: Int) -> Int128? {
        guard let least = least?.normalized else { return .min }
        guard scale >= least.scale else {
            let unit = (scale..<least.scale).reduce(Int128(1)) { unit, _ in unit * 10 }
            return (Int128(least.mantissa) + unit - 1) / unit
        }
        var mantissa = Int128(least.mantissa)
        for _ in least.scale..<scale {
            let (product, overflow) = mantissa.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            mantissa = product
        }
        return mantissa
    }
}
