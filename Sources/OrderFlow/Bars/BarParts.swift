/// What is computed of a bar beside its flow: datasets ask for what their columns need, and pay for no more.
public struct BarParts: OptionSet, Sendable, Hashable {
    public let rawValue: Int

    public init(rawValue: Int) { self.rawValue = rawValue }

    /// Σ ln² of successive prices as an exact sum, for the toxicity score.
    public static let variance = BarParts(rawValue: 1)
    /// Open, high, low, close and the sum of prices.
    public static let prices = BarParts(rawValue: 2)
    /// The first four moments of price.
    public static let priceMoments = BarParts(rawValue: 4)
    /// The median of price.
    public static let priceMedian = BarParts(rawValue: 8)
    /// The first four moments of base quantity, its least and its greatest.
    public static let sizeMoments = BarParts(rawValue: 16)
    /// The median of base quantity.
    public static let sizeMedian = BarParts(rawValue: 32)
    /// Notional and count by the direction of the tick.
    public static let ticks = BarParts(rawValue: 64)
    /// Runs of one side.
    public static let runs = BarParts(rawValue: 128)
    /// Sums of logarithmic returns.
    public static let returns = BarParts(rawValue: 256)
    /// Sums of returns against signed size.
    public static let impact = BarParts(rawValue: 512)
    /// What follows the largest trades.
    public static let reversal = BarParts(rawValue: 1024)

    /// What adds up however the trades of a bar are split; the other parts follow the trades of a bar one by one.
    static let mergeable: BarParts = [.variance, .prices]
    /// What a bar's trades are kept for until it closes.
    static let held: BarParts = [.priceMedian, .sizeMedian, .reversal]
    static let heldPrices: BarParts = [.priceMedian, .reversal]
    static let heldSizes: BarParts = [.sizeMedian, .reversal]
    static let sizes: BarParts = [.sizeMoments, .sizeMedian, .impact, .reversal]
    static let logarithms: BarParts = [.returns, .impact]
    /// What is made of the steps from price to price.
    static let steps: BarParts = [.variance, .returns, .impact]
}
