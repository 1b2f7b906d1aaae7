import JSONReading
import MarketModel

/// A venue's live trades as a value: where to connect, what to say, and how to read what comes back. It has no state and does no I/O.
public protocol FeedAdapter: Sendable {
    /// The venue whose trades these are.
    var venue: Venue { get }
    /// Where to connect; the next one is tried when one connects and delivers nothing.
    var urls: [String] { get }
    /// What the venue allows and wants.
    var limits: FeedLimits { get }
    /// Which of the venue's tapes this is, where it has several that number differently: `aggTrades`, `trades`; else empty.
    var tapeStream: String { get }

    /// The frames that subscribe to these symbols, each within the venue's limits.
    ///
    /// - Parameter firstRequest: the id of the first frame; the next carries the next one.
    func subscribe(_ symbols: [String], firstRequest: Int64) -> [Request]
    /// The frames that unsubscribe from these symbols.
    func unsubscribe(_ symbols: [String], firstRequest: Int64) -> [Request]

    /// Says what a frame of the venue's commonest form was, and appends its trades; nil, and nothing appended, for any other.
    ///
    /// What it says is what ``read(_:into:)`` would say of the same bytes: it is a shorter way to it.
    func read(plain: UnsafeRawBufferPointer, into batch: inout TradeBatch) -> Frame?
    /// Says what a frame that is JSON was, and appends its trades.
    func read(_ frame: JSONValue, into batch: inout TradeBatch) -> Frame
    /// Says what a frame that is no JSON was; nil when that is unknown too.
    func read(text: UnsafeRawBufferPointer) -> Frame?
}

extension FeedAdapter {
    /// Most venues have one tape.
    public var tapeStream: String { "" }

    /// All frames go the general way.
    public func read(plain: UnsafeRawBufferPointer, into batch: inout TradeBatch) -> Frame? { nil }

    /// Venues that answer in JSON only have nothing to add.
    public func read(text: UnsafeRawBufferPointer) -> Frame? { nil }
}

/// A frame to send, and what it asks for.
public struct Request: Sendable, Hashable {
    /// The id that an acknowledgement will name, where the venue has ids.
    public var id: Int64
    /// The symbols that it asks for.
    public var symbols: [String]
    /// The text to send.
    public var text: String

    /// Creates a request.
    public init(id: Int64, symbols: [String], text: String) {
        self.id = id
        self.symbols = symbols
        self.text = text
    }
}

/// What a venue allows and wants of a connection. Times are seconds.
public struct FeedLimits: Sendable, Hashable {
    /// Symbols in one subscribe frame.
    public var symbolsPerFrame: Int
    /// Bytes of one subscribe frame.
    public var bytesPerFrame: Int
    /// Symbols on one connection.
    public var symbolsPerConnection: Int
    /// Frames that may be sent in ``sendWindow`` seconds.
    public var sends: Int
    /// The seconds that ``sends`` counts.
    public var sendWindow: Int
    /// Connection attempts in ``attemptWindow`` seconds, over all connections of this machine.
    public var attempts: Int
    /// The seconds that ``attempts`` counts.
    public var attemptWindow: Int
    /// The text that keeps a connection alive, where the venue wants one; otherwise its own ping frames do.
    public var ping: String?
    /// Seconds between pings.
    public var pingEvery: Int
    /// Seconds without any frame, pongs too, after which a connection is dead.
    public var silence: Int
    /// Seconds after which the venue ends a connection, if it does.
    public var lifetime: Int?

    /// Creates limits.
    public init(
        symbolsPerFrame: Int, bytesPerFrame: Int = 4096, symbolsPerConnection: Int, sends: Int, sendWindow: Int, attempts: Int,
        attemptWindow: Int, ping: String? = nil, pingEvery: Int = 20, silence: Int, lifetime: Int? = nil
    ) {
        self.symbolsPerFrame = symbolsPerFrame
        self.bytesPerFrame = bytesPerFrame
        self.symbolsPerConnection = symbolsPerConnection
        self.sends = sends
        self.sendWindow = sendWindow
        self.attempts = attempts
        self.attemptWindow = attemptWindow
        self.ping = ping
        self.pingEvery = pingEvery
        self.silence = silence
        self.lifetime = lifetime
    }
}

extension FeedLimits {
    /// Cuts symbols into requests that keep to the limits; `text` writes one from its arguments, already joined by commas.
    func requests(
        _ symbols: [String], firstRequest: Int64, argument: (String) -> String, text: (Int64, String) -> String
    ) -> [Request] {
        var requests: [Request] = []
        var taken: [String] = []
        var arguments = ""
        func close() {
            guard !taken.isEmpty else { return }
            let id = firstRequest + Int64(requests.count)
            requests.append(Request(id: id, symbols: taken, text: text(id, arguments)))
            taken = []
            arguments = ""
        }
        // Room for what stands around the arguments.
        let room = bytesPerFrame - 128
        for symbol in symbols {
            let next = argument(symbol)
            if taken.count == symbolsPerFrame || arguments.utf8.count + next.utf8.count + 1 > room { close() }
            arguments += arguments.isEmpty ? next : "," + next
            taken.append(symbol)
        }
        close()
        return requests
    }
}

extension String {
    /// The text in quotes, as JSON writes it.
    var quoted: String {
        var result = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\u{0}"..<"\u{20}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
