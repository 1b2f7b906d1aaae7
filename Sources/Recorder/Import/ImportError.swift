/// Why an import was refused; ``description`` is one line that says what to do.
public struct ImportError: Error, Sendable, Hashable, CustomStringConvertible {
    enum Code: Sendable, Hashable {
        case contractSize
        case oneSided
        case otherIDs
        case otherStream
        case conflict
        case overflow
        case needsMerge
    }

    let code: Code
    /// The file that was being imported, or the instrument.
    public let subject: String
    let reason: String

    public var description: String { subject.isEmpty ? reason : "\(subject): \(reason)" }

    init(_ code: Code, _ subject: String, _ reason: String) {
        self.code = code
        self.subject = subject
        self.reason = reason
    }
}
