/// The length of a bar, aligned to UTC; a week starts on Monday.
public enum Interval: Int, Sendable, Hashable, CaseIterable, Comparable {
    case s1 = 1
    case s5 = 5
    case s15 = 15
    case s30 = 30
    case m1 = 60
    case m3 = 180
    case m5 = 300
    case m15 = 900
    case m30 = 1800
    case h1 = 3600
    case h2 = 7200
    case h4 = 14400
    case h6 = 21600
    case h8 = 28800
    case h12 = 43200
    case d1 = 86400
    case w1 = 604_800

    /// The length in seconds.
    @inlinable
    public var seconds: Int64 { Int64(rawValue) }

    /// The length in microseconds.
    @inlinable
    public var microseconds: Int64 { Int64(rawValue) * 1_000_000 }

    /// The name as every API here spells it: `1s`, `5m`, `4h`, `1d`, `1w`.
    public var name: String {
        switch rawValue {
        case ..<60: "\(rawValue)s"
        case ..<3600: "\(rawValue / 60)m"
        case ..<86400: "\(rawValue / 3600)h"
        case 86400: "1d"
        default: "1w"
        }
    }

    /// The interval called `name`, or nil.
    public init?(name: some StringProtocol) {
        guard let found = Interval.allCases.first(where: { $0.name == name }) else { return nil }
        self = found
    }

    /// The start of the bar that holds `time`: the greatest multiple of the interval at or before it (Mondays for a week).
    ///
    /// - Parameter time: microseconds since 1970-01-01 UTC; may be negative.
    @inlinable
    public func start(of time: Int64) -> Int64 {
        let length = microseconds
        let offset = self == .w1 ? Interval.firstMonday : 0
        let past = (time - offset) % length
        return time - (past < 0 ? past + length : past)
    }

    /// 1970-01-05 was a Monday: four days after the epoch.
    @usableFromInline static let firstMonday: Int64 = 4 * 86_400_000_000

    public static func < (a: Interval, b: Interval) -> Bool { a.rawValue < b.rawValue }
}
