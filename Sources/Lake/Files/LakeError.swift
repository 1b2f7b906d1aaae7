/// Why the lake cannot do what was asked.
public struct LakeError: Error, Sendable, Hashable, CustomStringConvertible {
    enum Code: Sendable, Hashable {
        case noLake
        case system
        case damaged
        case changed
        case busy
        case newer
        case refused
    }

    let code: Code
    /// The file or directory concerned.
    public let path: String
    /// What happened and what to do about it, in one line, without the path.
    public let reason: String

    /// Whether the same call may succeed when tried again at once: the tape was replaced while it was being read.
    public var isRetryable: Bool { code == .changed }

    /// Whether another process writes, so that the same call may succeed later.
    public var isBusy: Bool { code == .busy }

    /// Whether stored bytes are not what was written.
    public var isDamage: Bool { code == .damaged }

    public var description: String { "\(path): \(reason)" }

    init(_ code: Code, _ path: String, _ reason: String) {
        self.code = code
        self.path = path
        self.reason = reason
    }
}
