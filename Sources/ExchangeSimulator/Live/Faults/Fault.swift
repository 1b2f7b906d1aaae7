import MarketModel

/// One thing that a simulated exchange does wrong, and when.
///
/// As text, one a line: when, what, and how:
///
///     +10s drop venue=binance-spot
///     +30s gap for=2s venue=okx symbol=BTC-USDT-SWAP
///     2026-01-05T12:00:00Z refuse for=20s status=429 retry=5
public struct Fault: Sendable, Hashable {
    /// What goes wrong.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// Connections are cut, without a close frame.
        case drop
        /// Connections stay open and deliver nothing: no trades, no answers, no pings. The trades are in REST.
        case mute
        /// Trades are not streamed; REST has them.
        case gap
        /// Trades are not streamed, and REST does not have them either.
        case lose
        /// Frames come twice: at once, or again after others.
        case duplicate
        /// Frames come after some that follow them.
        case reorder
        /// REST and handshakes are refused with `status` (429, 418, 403, 503 …) and `Retry-After: retry`.
        case refuse
        /// Connections are cut again `every` so often.
        case storm
        /// Half a frame is sent, then the connection is cut.
        case half
        /// Frames trickle at `rate` bytes a second.
        case drip
        /// The venue's clock is off by `by`: server time and event times, not trade times.
        case clock
        /// Frames have another shape: `shape` is field, channel, number, row or oversize (of `size` bytes).
        case surprise
        /// Ids begin again at 1.
        case restart
        /// The instrument is listed only now; it has no trades before.
        case list
        /// The instrument stops trading for good.
        case delist
        /// The venue says that it is going to end the connection, and does so after `for`.
        case leave
        /// Open interest stands still: the same figures and times for ever.
        case freeze
        /// Open interest is told twice as large as it is.
        case double
        /// Open interest makes no sense: negative, NaN, 1e308, or not there.
        case nonsense
    }

    /// What a ``Kind/surprise`` looks like.
    public enum Shape: String, Sendable, Hashable, CaseIterable {
        /// A field that nobody knows, of several types.
        case field
        /// The channel has another name.
        case channel
        /// Prices and quantities are numbers instead of strings.
        case number
        /// A row whose price is not one.
        case row
        /// A frame of ``Fault/size`` bytes.
        case oversize
    }

    /// What goes wrong.
    public var kind: Kind
    /// When it begins: microseconds since 1970-01-01 UTC.
    public var from: Int64
    /// When it is over, exclusive; ``from`` for what happens at once.
    public var until: Int64
    /// The venue, or the exchange (`okx`) for all of its venues; nil for all.
    public var venue: String?
    /// The symbol as the venue spells it; nil for all.
    public var symbol: String?
    /// The status of a refusal.
    public var status = 429
    /// Seconds of `Retry-After`; nil for none.
    public var retry: Int? = 1
    /// Microseconds between the cuts of a storm.
    public var every: Int64 = 500_000
    /// Bytes a second of a drip.
    public var rate = 200
    /// Microseconds that the clock is off by.
    public var by: Int64 = 60_000_000
    /// What a surprise looks like.
    public var shape = Shape.field
    /// The bytes of an oversize frame.
    public var size = 8 << 20

    /// Creates a fault; the other properties have usual values.
    public init(_ kind: Kind, from: Int64, until: Int64? = nil, venue: String? = nil, symbol: String? = nil) {
        self.kind = kind
        self.from = from
        self.until = until ?? from
        self.venue = venue
        self.symbol = symbol
    }

    /// Whether it is about a venue.
    func concerns(_ venue: Venue) -> Bool {
        guard let name = self.venue else { return true }
        return venue.name == name || venue.name.hasPrefix(name + "-")
    }

    /// Whether it is about an instrument.
    func concerns(_ instrument: SimulatedInstrument) -> Bool {
        concerns(instrument.venue) && (symbol == nil || symbol == instrument.symbol)
    }

    /// Whether it is on at `time`.
    func isOn(at time: Int64) -> Bool { from <= time && time < until }
}
