/// Which of a plan's limits count a call. The month's calls count every one.
public enum Tally: Sendable, Hashable {
    /// The plan's, with all other calls of the key.
    case together
    /// As many again, for calls of this kind alone.
    case apart(UInt32)
    /// None.
    case monthly
}
