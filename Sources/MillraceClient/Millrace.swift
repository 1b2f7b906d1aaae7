import Transport

/// A Millrace server, as a program that asks it sees it: the native API and its stream.
///
///     let millrace = try Millrace(url: "http://127.0.0.1:8080", key: key)
///     for each in try await millrace.instruments() { print(each.venue, each.symbol, each.state) }
///     for try await trade in millrace.trades(.binanceSpot, "BTCUSDT", from: 1_767_225_600_000_000) { print(trade.price, trade.quantity) }
///
/// Times are microseconds since 1970-01-01 UTC everywhere; prices and quantities are the exact decimals that the venue printed. A call that
/// fails throws ``MillraceError``; one whose task is cancelled throws `CancellationError` within a second. While a request is on its way it
/// has a thread of its own; connections are kept between requests.
public struct Millrace: Sendable {
    let url: String
    let key: String?
    let client: HTTPClient

    /// The longest answer in bytes that is taken: a page of a million trades is shorter.
    static let longestAnswer = 128 << 20

    /// Creates a client; nothing is connected yet.
    ///
    /// - Parameters:
    ///   - url: what the server's paths begin with: `https://flow.example.com`.
    ///   - key: an API key of vendor `millrace`, where the server wants one.
    ///   - caFile: a PEM file of the authorities to trust in place of the system's.
    ///   - timeoutSeconds: until an answer has to be whole; 1 or more.
    /// - Throws: ``MillraceError`` where `caFile` cannot be read.
    public init(url: String = "http://127.0.0.1:8080", key: String? = nil, caFile: String? = nil, timeoutSeconds: Int = 60)
        throws(MillraceError)
    {
        var options = ClientOptions()
        options.caFile = caFile
        options.totalSeconds = max(1, timeoutSeconds)
        options.connectSeconds = min(options.connectSeconds, options.totalSeconds)
        options.maximumBody = Millrace.longestAnswer
        options.userAgent = "millrace-client-swift"
        self.url = String(url.reversed().drop { $0 == "/" }.reversed())
        self.key = key
        do {
            client = try HTTPClient(options: options)
        } catch {
            throw MillraceError(error)
        }
    }

    var headers: [Header] { key.map { [Header("Authorization", "Bearer \($0)")] } ?? [] }
}
