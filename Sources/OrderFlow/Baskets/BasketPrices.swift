import MarketModel

/// The prices of a basket's bar: its members' open, high, low and close of a coin, each times the coins that the member traded.
///
/// Over the coins of all they are weighted means, so that low ≤ open, close ≤ high. A member that counts coins in thousands has a price a
/// thousand times as high and a thousandth of the volume: the product is the same.
struct BasketPrices: Sendable {
    private(set) var open = WideDecimal()
    private(set) var high = WideDecimal()
    private(set) var low = WideDecimal()
    private(set) var close = WideDecimal()
    /// The sum of all trades' prices of a coin.
    private(set) var total = WideDecimal()

    init() {}

    /// Those of a member's bar; none where its prices were not computed.
    ///
    /// - Returns: nil if 128 bits do not hold a product.
    init?(_ bar: TradeBar, _ valuation: Valuation, multiple: Int64) {
        let prices = bar.prices
        guard prices.open != 0 else { return }
        // Bars check their grand totals as they grow.
        let base = bar.flow[.buy].base + bar.flow[.sell].base + bar.flow[.unknown].base
        func weighted(_ price: Int64) -> WideDecimal? {
            let (product, overflow) = base.multipliedReportingOverflow(by: Int128(price))
            return overflow ? nil : WideDecimal(mantissa: product, scale: valuation.priceScale + valuation.baseScale)
        }
        guard let open = weighted(prices.open), let high = weighted(prices.high), let low = weighted(prices.low),
            let close = weighted(prices.close)
        else { return nil }
        (self.open, self.high, self.low, self.close) = (open, high, low, close)
        total = WideDecimal(mantissa: prices.total, scale: valuation.coinPriceScale(multiple: multiple))
    }

    /// - Returns: false if 128 bits do not hold a sum.
    mutating func add(_ other: BasketPrices) -> Bool {
        guard let open = open.adding(other.open), let high = high.adding(other.high), let low = low.adding(other.low),
            let close = close.adding(other.close), let total = total.adding(other.total)
        else { return false }
        (self.open, self.high, self.low, self.close, self.total) = (open, high, low, close, total)
        return true
    }
}

extension Valuation {
    /// Digits after the point of a price of one coin, where the venue's price is that of a thousand or so.
    ///
    /// - Parameter multiple: a power of ten.
    func coinPriceScale(multiple: Int64) -> Int {
        var (scale, rest) = (priceScale, multiple)
        while rest >= 10 { (scale, rest) = (scale + 1, rest / 10) }
        return scale
    }
}
