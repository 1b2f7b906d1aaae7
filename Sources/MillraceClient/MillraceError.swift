import JSONReading
import Transport

/// Why a server gave no answer that can be used.
public struct MillraceError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Kind: Sendable, Hashable {
        /// The server refused, with this HTTP status.
        case refused(status: Int)
        /// No whole answer came; the same request may succeed later.
        case unreachable
        /// An answer came that is not as docs/native-api.md has it.
        case unreadable
        /// The request cannot be made: an address, a certificate, or a lack of memory or threads.
        case unusable
    }

    /// What kind of failure it is.
    public let kind: Kind
    /// What happened; of a refusal the server's own words.
    public let message: String
    /// The server's name for the request, which its log knows; of refusals.
    public let requestID: String?
    /// How many seconds the server asks to wait before the next attempt.
    public let retryAfter: Int?

    init(_ kind: Kind, _ message: String, requestID: String? = nil, retryAfter: Int? = nil) {
        self.kind = kind
        self.message = message
        self.requestID = requestID
        self.retryAfter = retryAfter
    }

    init(_ error: HTTPClientError) {
        self.init(error.isRetryable ? .unreachable : .unusable, error.description)
    }

    /// A refusal; a proxy on the way may refuse in words of its own.
    init(refusal answer: HTTPAnswer) {
        let retryAfter = answer.header("retry-after").flatMap { Int($0) }
        let told = answer.body.withUnsafeBytes { bytes in
            try? JSONReader().read(bytes) { ($0["error"]?["message"]?.string, $0["request_id"]?.string) }
        }
        self.init(
            .refused(status: answer.status), told?.0 ?? "no reason is given", requestID: told?.1, retryAfter: retryAfter)
    }

    /// The status of a refusal; nil for any other failure.
    public var status: Int? {
        if case .refused(let status) = kind { status } else { nil }
    }

    /// Whether the same request may succeed later.
    public var isRetryable: Bool {
        switch kind {
        case .refused(let status): status == 429 || status >= 500
        case .unreachable: true
        case .unreadable, .unusable: false
        }
    }

    /// One line.
    public var description: String {
        switch kind {
        case .refused(let status): "the server refuses (\(status)): \(message)" + (requestID.map { ", request \($0)" } ?? "")
        case .unreadable: "the server's answer cannot be read: \(message)"
        case .unreachable, .unusable: message
        }
    }
}
