/// Something in a data directory that is not as the catalogue says, or a hole that it knows.
public struct LakeFinding: Sendable, Hashable, CustomStringConvertible {
    /// What kind of thing was found.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// The catalogue itself is not whole.
        case catalogue
        /// A file's bytes are not those that were published.
        case damaged
        /// A file of the catalogue is not there.
        case missing
        /// A file that the catalogue does not know.
        case unknown
        /// Ids are missing, and the catalogue does not know it.
        case hole
        /// An id is on the tape twice.
        case duplicate
        /// Rows are not in tape order.
        case order
        /// A row is in the file of another day.
        case day
        /// The catalogue says of a file what the file does not.
        case mismatch
        /// Ids are missing, as the catalogue says.
        case knownHole
    }

    /// What kind of thing was found.
    public let kind: Kind
    /// The file or the tape concerned, within the data directory.
    public let subject: String
    /// What is wrong, in words.
    public let detail: String

    /// Whether the data directory is all right in spite of it.
    public var isHarmless: Bool { kind == .knownHole }

    public var description: String { "\(label): \(subject): \(detail)" }

    private var label: String {
        switch kind {
        case .catalogue: "damaged catalogue"
        case .damaged: "damaged file"
        case .missing: "missing file"
        case .unknown: "unknown file"
        case .hole: "unknown hole"
        case .duplicate: "duplicate"
        case .order: "wrong order"
        case .day: "wrong day"
        case .mismatch: "mismatch"
        case .knownHole: "known hole"
        }
    }
}
