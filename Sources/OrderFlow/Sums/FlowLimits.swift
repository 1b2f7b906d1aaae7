import MarketModel

/// The size thresholds as notional mantissas.
struct FlowLimits: Sendable {
    let medium: Int128
    let large: Int128

    init?(options: BarOptions, valuation: Valuation) {
        func mantissa(_ threshold: FixedPoint) -> Int128? {
            let exponent = valuation.notionalScale - threshold.scale
            let value = Int128(threshold.mantissa)
            if exponent >= 0 {
                // A threshold that 128 bits do not hold is above any notional that they do.
                let (scaled, overflow) = value.multipliedReportingOverflow(by: Valuation.tenTo(exponent))
                return overflow ? .max : scaled
            }
            // A threshold finer than the notional scale: the first notional at or above it.
            let divisor = Valuation.tenTo(-exponent)
            return (value + divisor - 1) / divisor
        }
        guard let medium = mantissa(options.mediumFrom), let large = mantissa(options.largeFrom), medium >= 0, large >= medium
        else { return nil }
        self.medium = medium
        self.large = large
    }
}
