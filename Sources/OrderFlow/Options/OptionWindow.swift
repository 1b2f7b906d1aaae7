/// The windows of option flow, named by their ends: `8H` ends at 00:00, 08:00 and 16:00 UTC, `1D` at 16:00 UTC, midnight UTC+8.
///
/// A window holds from its start up to, and without, its end.
public enum OptionWindow: String, Sendable, Hashable, CaseIterable {
    case h8 = "8H"
    case d1 = "1D"

    private static let hour: Int64 = 3_600_000_000

    /// How long a window is, in microseconds.
    public var length: Int64 { self == .h8 ? 8 * Self.hour : 24 * Self.hour }

    /// How long after midnight UTC a window ends.
    private var phase: Int64 { self == .h8 ? 0 : 16 * Self.hour }

    /// The end of the window that holds a time, which is after it.
    ///
    /// - Parameter time: microseconds since 1970-01-01 UTC.
    public func end(of time: Int64) -> Int64 {
        let shifted = time - phase
        let rest = shifted % length
        return shifted - (rest < 0 ? rest + length : rest) + length + phase
    }

    /// The end of the last window that is over at a time.
    public func lastEnd(at now: Int64) -> Int64 { end(of: now) - length }
}
