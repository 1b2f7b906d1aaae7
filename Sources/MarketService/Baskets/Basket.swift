import Config
public import MarketModel

/// A named set of instruments that is asked for as if it were one instrument, in US dollars.
///
/// Every member is priced in dollars, or in a coin that counts as one (``DollarCurrency``), so that notionals may be added up.
public struct Basket: Sendable, Hashable {
    /// What stands in the place of a venue where a basket is asked for.
    public static let venue = "basket"
    /// The most members: sets of them are the bits of a word.
    public static let mostMembers = 64

    /// The name: 1 to 40 lower-case letters, digits and hyphens.
    public let name: String
    /// The members, 1 to ``mostMembers``, in the order in which they were declared.
    public let members: [Member]

    /// An instrument of a basket.
    public struct Member: Sendable, Hashable, CustomStringConvertible {
        /// The instrument, as far as its symbol tells.
        public let instrument: Instrument
        /// What is traded: `PEPE`, also where the venue counts it in thousands.
        public let coin: String
        /// How many coins one unit of base is.
        package let multiple: Int64

        /// The venue and its symbol: `binance-futures:BTCUSDT`.
        public var description: String { "\(instrument.venue.name):\(instrument.symbol)" }
    }

    /// Creates a basket of members that are all different.
    init(name: String, members: [Member]) {
        self.name = name
        self.members = members
    }

    /// The coin that all members trade; nil where they trade several, whose amounts cannot be added up.
    public var base: String? {
        guard let first = members.first, members.allSatisfy({ $0.coin == first.coin }) else { return nil }
        return first.coin
    }

    /// The names of some members.
    ///
    /// - Parameter places: a bit for each.
    public func names(_ places: UInt64) -> [String] {
        members.indices.filter { places >> UInt64($0) & 1 == 1 }.map { members[$0].description }
    }

    /// What files of its rows say of it, as key-value pairs.
    ///
    /// - Parameter missing: the members that have no tape of any of the times, a bit for each.
    public func metadata(missing: UInt64) -> [(String, String)] {
        [
            ("millrace.venue", Basket.venue), ("millrace.symbol", name),
            ("millrace.members", members.map(\.description).joined(separator: " ")),
            ("millrace.missing", names(missing).joined(separator: " ")),
        ]
    }
}

extension Basket.Member {
    /// Why a text names no member.
    struct Fault: Error {
        let reason: String
    }

    /// Reads `binance-futures:BTCUSDT`.
    init(_ text: String) throws(Fault) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, Basket.Member.isSymbol(parts[1]) else {
            throw Fault(reason: "names no instrument: write it like 'binance-futures:BTCUSDT'")
        }
        guard let venue = Venue.known.first(where: { $0.name == parts[0] }) else {
            let near = NearestName.of(String(parts[0].prefix(64)), in: Venue.known.map(\.name)).map { ". Did you mean '\($0)'?" }
            throw Fault(reason: "is of no venue that is known" + (near ?? ""))
        }
        let instrument = Instrument(venue: venue, symbol: parts[1])
        guard instrument.kind != .option, !venue.isOptions else {
            throw Fault(reason: "is an option, and baskets are of spot and contracts")
        }
        guard let base = instrument.base, let quote = instrument.quote else {
            throw Fault(reason: "cannot be added up: what it is priced in is not known")
        }
        guard DollarCurrency.contains(quote) else {
            throw Fault(reason: "is priced in \(ConfigFault.quote(quote)), and baskets are in dollars")
        }
        let coin = CoinName(base)
        self.instrument = instrument
        (self.coin, multiple) = (coin.name, coin.multiple)
    }

    /// Names stand in lists that spaces part, and in quotes.
    private static func isSymbol(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count) && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f && !"\"\\,'".utf8.contains($0) }
    }
}
