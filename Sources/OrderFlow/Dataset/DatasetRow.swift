public import MarketModel

/// What datasets have rows of: bars of an instrument or of a basket.
public protocol DatasetRow: Sendable {
    /// The start of the interval in microseconds since the epoch.
    var time: Int64 { get }
    /// Whether the tape inside the bar was whole.
    var quality: BarQuality { get }
}

extension BarRow: DatasetRow {}
extension BasketRow: DatasetRow {}
