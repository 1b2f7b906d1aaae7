/// How numbers are written where there is little room.
public enum TopText {
    /// Microseconds in the unit that suits them: `41 ms`, `1.5 s`, `12 min`, `3 h`, `2 d`.
    public static func duration(_ microseconds: Int64) -> String {
        let sign = microseconds < 0 ? "-" : ""
        let magnitude = microseconds.magnitude
        return switch magnitude {
        case ..<1_000_000: "\(sign)\(magnitude / 1000) ms"
        case ..<10_000_000: "\(sign)\(magnitude / 1_000_000).\(magnitude / 100_000 % 10) s"
        case ..<120_000_000: "\(sign)\(magnitude / 1_000_000) s"
        case ..<7_200_000_000: "\(sign)\(magnitude / 60_000_000) min"
        case ..<172_800_000_000: "\(sign)\(magnitude / 3_600_000_000) h"
        default: "\(sign)\(magnitude / 86_400_000_000) d"
        }
    }

    /// A number a second with one decimal below a thousand.
    public static func rate(_ rate: Double) -> String {
        guard rate.magnitude < 1e15 else { return "-" }
        let tenths = Int((rate * 10).rounded())
        return tenths < 10_000 ? "\(tenths / 10).\(tenths % 10)" : String(Int(rate.rounded()))
    }

    /// Bytes in megabytes.
    static func megabytes(_ bytes: Double) -> String {
        bytes.magnitude < 1e18 ? "\(Int(bytes / 1e6)) MB" : "-"
    }

    /// `1 hole`, `2 holes`.
    static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
