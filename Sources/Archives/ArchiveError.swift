/// Why an archive cannot be read; ``description`` is one line that names the file and says what to do next.
public struct ArchiveError: Error, Sendable, Hashable, CustomStringConvertible {
    enum Code: Sendable, Hashable {
        case missing
        case unreadable
        case damaged
        case unrecognised
        case ambiguous
        case refused
        case overflow
        case checksum
        case badMapping
    }

    let code: Code
    /// The file, as it was named by the caller; empty where the error is about an option.
    public let path: String
    /// The line of the text, from 1, where one line is to blame.
    public let line: Int?
    /// What is wrong and what to do about it.
    public let reason: String

    init(_ code: Code, _ path: String, line: Int? = nil, _ reason: String) {
        self.code = code
        self.path = path
        self.line = line
        self.reason = reason
    }

    public var description: String {
        let place = line.map { "\(path):\($0)" } ?? path
        return place.isEmpty ? reason : "\(place): \(reason)"
    }
}
