/// Which time of a trade counts.
public enum TapeClock: String, Sendable, Hashable, CaseIterable {
    /// The exchange's time of the trade.
    case exchange
    /// When the trade first arrived, where that was recorded.
    case arrival
}
