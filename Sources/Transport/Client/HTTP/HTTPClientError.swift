import CCurl

/// Why there is no answer to an HTTP request. A status such as 404 is an answer, and no error.
public struct HTTPClientError: Error, Sendable, CustomStringConvertible {
    enum Code: Sendable, Hashable {
        case address
        case authorities
        case proxy(String)
        case start
        case cancelled
        case tooLarge(Int)
        /// libcurl's code.
        case transfer(UInt32)
    }

    let code: Code
    /// The address asked for, without its query.
    public let url: String
    let detail: String

    init(code: Code, url: String, detail: String = "") {
        self.code = code
        self.url = String(url.prefix { $0 != "?" }.prefix(300))
        self.detail = detail
    }

    /// Whether the same request may succeed later: names, connections and time-outs may, certificates and addresses will not.
    public var isRetryable: Bool {
        guard case .transfer(let number) = code else { return false }
        return ![
            CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL,
            CURLE_SSL_CERTPROBLEM, CURLE_BAD_CONTENT_ENCODING,
        ].contains { $0.rawValue == number }
    }

    /// Whether the caller's ``Cancellation`` ended it.
    public var isCancelled: Bool { code == .cancelled }

    /// One line that says what to do.
    public var description: String {
        switch code {
        case .address: "not an http or https address: \(url)"
        case .authorities: "no certificates can be read from \(detail): give a PEM file of certificate authorities"
        case .proxy(let text): "the proxy \(text) cannot be used: give http://host:port"
        case .start: "the HTTP client did not start: too little memory is left"
        case .cancelled: "the request to \(url) was cancelled"
        case .tooLarge(let limit): "the answer of \(url) is longer than \(limit) bytes"
        case .transfer: "no answer from \(url): \(detail)\(isRetryable ? "; try again later" : "")"
        }
    }
}
