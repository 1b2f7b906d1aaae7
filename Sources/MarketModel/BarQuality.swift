/// Whether the tape inside a bar was whole. There is no fourth state.
public enum BarQuality: Int8, Sendable, Hashable, CaseIterable, Comparable {
    /// Nothing inside the bar is missing.
    case complete = 0
    /// A hole inside the bar was filled later.
    case repaired = 1
    /// A hole inside the bar is open.
    case gap = 2

    /// The quality in words: `complete`, `repaired` or `gap`.
    public var name: String {
        switch self {
        case .complete: "complete"
        case .repaired: "repaired"
        case .gap: "gap"
        }
    }

    /// The worse state is the greater one.
    public static func < (a: BarQuality, b: BarQuality) -> Bool { a.rawValue < b.rawValue }
}
