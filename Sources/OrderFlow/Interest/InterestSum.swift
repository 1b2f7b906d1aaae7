public import MarketModel

/// Open interest of a coin in several contracts, by margin: exact sums in units of 10^-8 base coins and USD.
///
/// Whatever it is made of, ``quantity`` is coin plus stable and ``usd`` is coin plus stable, to the last digit.
public struct InterestSum: Sendable, Hashable {
    /// Base coins in coin-margined contracts.
    public var coinQuantity: Int128 = 0
    /// Base coins in stablecoin-margined contracts.
    public var stableQuantity: Int128 = 0
    /// USD in coin-margined contracts.
    public var coinUSD: Int128 = 0
    /// USD in stablecoin-margined contracts.
    public var stableUSD: Int128 = 0

    /// The sum of nothing.
    public init() {}

    /// The sum of samples.
    ///
    /// - Complexity: O(samples).
    public init(_ samples: some Sequence<OpenInterestSample>) {
        for sample in samples { add(sample.value, sample.contract.margin) }
    }

    /// How many units one is: `quantity / InterestSum.unit` base coins.
    public static let unit: Int128 = 100_000_000

    /// Base coins in all contracts.
    public var quantity: Int128 { coinQuantity + stableQuantity }
    /// USD in all contracts.
    public var usd: Int128 { coinUSD + stableUSD }

    /// Adds a contract's.
    public mutating func add(_ value: OpenInterest, _ margin: MarginKind) {
        let (quantity, usd) = (InterestSum.units(value.quantity), InterestSum.units(value.usd))
        switch margin {
        case .coin:
            coinQuantity += quantity
            coinUSD += usd
        case .stable:
            stableQuantity += quantity
            stableUSD += usd
        }
    }

    /// A number in units of 10^-8; digits beyond them, which samples do not have, are cut.
    public static func units(_ number: FixedPoint) -> Int128 {
        let shift = OpenInterest.decimals - number.scale
        return shift >= 0
            ? Int128(number.mantissa) * Int128(FixedPoint.powersOfTen[min(18, shift)])
            : Int128(number.mantissa / FixedPoint.powersOfTen[min(18, -shift)])
    }

    public static func + (a: InterestSum, b: InterestSum) -> InterestSum {
        var sum = a
        sum += b
        return sum
    }

    public static func += (a: inout InterestSum, b: InterestSum) {
        a.coinQuantity += b.coinQuantity
        a.stableQuantity += b.stableQuantity
        a.coinUSD += b.coinUSD
        a.stableUSD += b.stableUSD
    }

    /// The change from a value to another in percent, in hundredths, rounded half away from zero: `(now - before) / before x 100`.
    ///
    ///     InterestSum.change(from: 200, to: 201)      // 50: 0.50 %
    ///
    /// - Returns: nil where there was nothing before, or it is beyond 128 bits.
    public static func change(from before: Int128, to now: Int128) -> Int128? {
        guard before > 0 else { return nil }
        let (difference, overflow) = (now - before).multipliedReportingOverflow(by: 100)
        return overflow ? nil : ExactRounding.nearest(difference, over: before, places: 2)
    }
}
