import CCurl
import Glibc
import Synchronization

/// An HTTP/1.1 client on libcurl that keeps connections alive between requests.
///
///     let client = try HTTPClient(options: ClientOptions())
///     let answer = try client.get("https://api.binance.com/api/v3/ping")
///     print(answer.status, answer.header("x-mbx-used-weight-1m") ?? "")
///
/// Calls block their thread, and may come from any number of threads. Certificates and host names are always checked; redirects are not
/// followed.
public final class HTTPClient: Sendable {
    private let options: ClientOptions
    private let proxies: ProxyRule
    private let idle = Mutex<[HTTPTransfer]>([])
    /// Handles that are kept with their connections; more may be at work at once.
    private static let mostIdle = 8
    private static let isStarted = millrace_curl_start() == CURLE_OK

    /// Creates a client; nothing is connected yet.
    ///
    /// - Throws: ``HTTPClientError`` where the CA file cannot be read.
    public init(options: ClientOptions) throws(HTTPClientError) {
        self.options = options
        proxies = ProxyRule(options)
        // libcurl leaves this signal to its user where several threads work.
        signal(SIGPIPE, SIG_IGN)
        guard HTTPClient.isStarted else { throw HTTPClientError(code: .start, url: "") }
        if let path = options.caFile, access(path, R_OK) != 0 { throw HTTPClientError(code: .authorities, url: "", detail: path) }
    }

    /// Asks for something.
    ///
    /// - Parameter cancellation: once it is set the call ends within a second.
    /// - Throws: ``HTTPClientError`` when there is no whole answer; a status such as 404 is an answer.
    public func get(_ url: String, headers: [Header] = [], cancellation: Cancellation? = nil) throws(HTTPClientError) -> HTTPAnswer {
        try perform(url, headers: headers, body: nil, cancellation: cancellation)
    }

    /// Sends a body.
    ///
    /// - Parameters:
    ///   - contentType: what the body is.
    ///   - cancellation: once it is set the call ends within a second.
    /// - Throws: ``HTTPClientError`` when there is no whole answer; a status such as 404 is an answer.
    public func post(
        _ url: String, body: [UInt8], contentType: ContentType = .json, headers: [Header] = [], cancellation: Cancellation? = nil
    ) throws(HTTPClientError) -> HTTPAnswer {
        try perform(
            url, headers: [Header("Content-Type", contentType.value.description)] + headers, body: body, cancellation: cancellation)
    }

    /// Asks for a body that is made while it is sent, such as a stream of events, and hands it on piece by piece.
    ///
    /// - Parameters:
    ///   - silenceSeconds: after so long without a byte the peer counts as gone.
    ///   - cancellation: once it is set the call ends within a second.
    ///   - take: gets the bytes of an answer of status 200, on the calling thread; valid during the call. While it waits the peer waits;
    ///     false ends it.
    /// - Returns: the answer once it has ended; of status 200 without its body.
    /// - Throws: ``HTTPClientError`` when there is no whole answer; a status such as 404 is an answer.
    public func stream(
        _ url: String, headers: [Header] = [], silenceSeconds: Int = 30, cancellation: Cancellation? = nil,
        take: @escaping (UnsafeRawBufferPointer) -> Bool
    ) throws(HTTPClientError) -> HTTPAnswer {
        try perform(url, headers: headers, body: nil, cancellation: cancellation, stream: (silenceSeconds, take))
    }

    private func perform(
        _ text: String, headers: [Header], body: [UInt8]?, cancellation: Cancellation?, stream: HTTPTransfer.Stream? = nil
    ) throws(HTTPClientError) -> HTTPAnswer {
        guard let url = ClientURL(text, schemes: ["http", "https"]) else { throw HTTPClientError(code: .address, url: text) }
        let proxy: ProxyRule.Proxy?
        do {
            proxy = try proxies.proxy(to: url.host, isSecure: url.isSecure)
        } catch {
            throw HTTPClientError(code: .proxy(error.text), url: text)
        }
        // A stream's handle is made for it, and goes with its connection.
        let kept = stream == nil ? idle.withLock { $0.popLast() } : nil
        guard let transfer = kept ?? HTTPTransfer(options: options, stream: stream) else {
            throw HTTPClientError(code: .start, url: text)
        }
        let answer = try transfer.perform(text, proxy: proxy, headers: headers, body: body, cancellation: cancellation)
        // A handle whose transfer failed goes with its connections.
        guard stream == nil else { return answer }
        idle.withLock { idle in
            if idle.count < HTTPClient.mostIdle { idle.append(transfer) }
        }
        return answer
    }
}
