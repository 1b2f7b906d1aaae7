public import MarketModel

/// A finished bar of a basket, and what is known of it: what columns take their values from.
///
/// A class, because it is large and each column is handed it.
public final class BasketRow: Sendable {
    /// The sums.
    public let bar: BasketBar
    /// What takers bought less what they sold.
    public let delta: TakerVolume
    /// All that was traded.
    public let total: TakerVolume
    /// The worst quality of the members' tapes inside the bar.
    public let quality: BarQuality
    /// How many holes that the bar shares an instant with have been filled, of all members.
    public let repairs: Int
    /// The members that have no tape of any instant of the bar, a bit for each.
    public let missing: UInt64
    /// Who is meant by bits of the bar and of ``missing``.
    public let names: Names

    /// Members, parted by spaces.
    public struct Names: Sendable {
        /// Those that traded in the bar.
        public let contributors: String
        /// Those that have no tape of it.
        public let missing: String

        /// Creates names.
        public init(contributors: String, missing: String) {
            (self.contributors, self.missing) = (contributors, missing)
        }
    }

    private let hasBase: Bool

    /// Creates a row.
    ///
    /// - Parameter hasBase: whether all members trade one coin, so that their coins add up.
    /// - Throws: ``BarError`` if 128 bits do not hold a sum.
    public init(
        _ bar: BasketBar, hasBase: Bool, quality: BarQuality, repairs: Int, missing: UInt64, names: Names
    ) throws(BarError) {
        self.bar = bar
        delta = try bar.delta()
        total = try bar.total()
        self.hasBase = hasBase
        self.quality = quality
        self.repairs = repairs
        self.missing = missing
        self.names = names
    }

    /// The start of the interval in microseconds since the epoch.
    public var time: Int64 { bar.start }

    /// Coins as the nearest double; nil where members trade several.
    func coins(_ amount: WideDecimal) -> Double? { hasBase ? amount.nearest : nil }
    /// What is worth so much for each coin of the bar, as the nearest double; nil where members trade several coins, or none.
    func perCoin(_ worth: WideDecimal) -> Double? {
        hasBase && total.base.mantissa != 0 ? worth.nearest(over: total.base) : nil
    }
    /// A sum over all trades for each of them, as the nearest double; nil where members trade several coins.
    func perTrade(_ sum: WideDecimal) -> Double? {
        hasBase ? sum.nearest(over: WideDecimal(mantissa: Int128(bar.count))) : nil
    }
}
