import JSONReading
import MarketModel

/// An instrument as its venue lists it now.
public struct ListedInstrument: Sendable, Hashable {
    /// Whether it trades.
    public enum Status: String, Sendable, Hashable, CaseIterable {
        /// Trades are printed.
        case trading
        /// Listed, and not open yet.
        case preOpen
        /// Stopped for a while.
        case halted
        /// A dated contract at its end.
        case settling
        /// Gone for good.
        case closed
        /// A word of the venue that is not known; see ``ListedInstrument/statusText``.
        case unknown
    }

    /// What it is, with the contract size that the venue gives.
    public var instrument: Instrument
    /// Whether it trades.
    public var status: Status
    /// The venue's own word for that.
    public var statusText: String
    /// The smallest step of its price, where the venue says so.
    public var priceTick: FixedPoint?
    /// The smallest step of its quantity in the venue's unit, where the venue says so.
    public var quantityStep: FixedPoint?

    /// Creates a listed instrument.
    public init(
        instrument: Instrument, status: Status, statusText: String, priceTick: FixedPoint? = nil, quantityStep: FixedPoint? = nil
    ) {
        self.instrument = instrument
        self.status = status
        self.statusText = statusText
        self.priceTick = priceTick
        self.quantityStep = quantityStep
    }
}

extension ListedInstrument {
    /// Puts together what a row of a venue's list says; nil without a symbol that can be one.
    init?(
        venue: Venue, symbol: JSONValue?, base: String?, quote: String?, status: (text: String, known: [String: Status]),
        tick: JSONValue?, step: JSONValue?
    ) {
        guard let text = symbol?.string, !text.isEmpty, text.utf8.count <= 64, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            return nil
        }
        var instrument = Instrument(venue: venue, symbol: text)
        if let base, !base.isEmpty { instrument.base = base.uppercased() }
        if let quote, !quote.isEmpty { instrument.quote = quote.uppercased() }
        self.init(
            instrument: instrument, status: status.known[status.text] ?? .unknown, statusText: status.text,
            priceTick: Self.positive(tick), quantityStep: Self.positive(step))
    }

    /// A number above zero; nil for anything else.
    static func positive(_ value: JSONValue?) -> FixedPoint? {
        value?.decimal.flatMap { $0.mantissa > 0 ? $0 : nil }
    }
}
