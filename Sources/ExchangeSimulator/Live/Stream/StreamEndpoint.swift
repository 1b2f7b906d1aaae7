import MarketModel
import Transport

/// One of the hosts that are simulated: each has its own base URL.
public enum SimulatedHost: String, Sendable, Hashable, CaseIterable {
    case binanceSpot = "binance-spot"
    case binanceFutures = "binance-futures"
    case binanceCoinFutures = "binance-coin-futures"
    case okx
    case bybit
    case deribitOptions = "deribit-options"

    /// What its paths begin with on the simulator's port.
    public var prefix: String { "/" + rawValue }

    /// The venues behind it that have tapes.
    public var venues: [Venue] {
        switch self {
        case .binanceSpot: [.binanceSpot]
        case .binanceFutures: [.binanceFutures]
        case .binanceCoinFutures: [.binanceCoinFutures]
        case .okx: [.okxSpot, .okxPerps]
        case .bybit: [.bybitSpot, .bybitLinear, .bybitInverse]
        case .deribitOptions: []
        }
    }

    /// The venue behind it that has options, if there is one.
    public var optionVenue: Venue? {
        switch self {
        case .okx: .okxOptions
        case .deribitOptions: .deribitOptions
        default: nil
        }
    }

    /// All venues behind it.
    var allVenues: [Venue] { venues + [optionVenue].compactMap { $0 } }

    /// Whether it is one of Binance's.
    public var isBinance: Bool { self != .okx && self != .bybit && self != .deribitOptions }

    /// Messages that a client may send in a second.
    var commandsPerSecond: Int {
        switch self {
        case .binanceSpot: 5
        case .binanceFutures, .binanceCoinFutures: 10
        case .okx: 480
        case .bybit: 500
        case .deribitOptions: 20
        }
    }

    /// Microseconds after which a connection is ended.
    var lifetime: Int64? { isBinance ? 86_400_000_000 : nil }

    /// Microseconds without a message of the client, and without data for it, after which a connection is ended.
    var silence: Int64? {
        switch self {
        case .okx: 30_000_000
        case .bybit: 600_000_000
        default: nil
        }
    }

    /// Seconds between its ping frames, and seconds in which it wants a pong; nil where clients ping.
    public var pings: (every: Double, within: Double)? {
        switch self {
        case .binanceSpot: (20, 60)
        case .binanceFutures, .binanceCoinFutures: (180, 600)
        default: nil
        }
    }
}

/// Where a client has connected to.
struct StreamEndpoint: Sendable, Hashable {
    let host: SimulatedHost
    /// The channels that are delivered here; others are granted and stay silent, as Binance's old paths do.
    let delivers: Set<Subscription.Channel>
    /// Binance: frames carry the name of their stream.
    var isCombined = false
    /// Binance: streams named in the URL.
    var streams: [String] = []
    /// Bybit: whose instruments.
    var venue: Venue?

    /// The endpoint of a path below its host's prefix; nil if there is none.
    init?(_ host: SimulatedHost, path: String, query: Query) {
        self.host = host
        var parts = path.split(separator: "/").map(String.init)
        switch host {
        case .okx:
            guard parts == ["ws", "v5", "public"] || parts == ["ws", "v5", "business"] else { return nil }
            delivers = parts[2] == "public" ? [.trades] : [.tradesAll]
        case .bybit:
            guard parts.count == 3, parts[0] == "v5", parts[1] == "public",
                let venue = Venue("bybit-\(parts[2])"), host.venues.contains(venue)
            else { return nil }
            self.venue = venue
            delivers = [.publicTrade]
        case .deribitOptions:
            guard parts == ["ws", "api", "v2"] else { return nil }
            delivers = []
        case .binanceSpot, .binanceFutures, .binanceCoinFutures:
            var route: String?
            if host != .binanceSpot, let first = parts.first, ["market", "public", "private"].contains(first) {
                route = parts.removeFirst()
            }
            guard let form = parts.first, form == "ws" || form == "stream" else { return nil }
            delivers = Self.binanceChannels(host, route)
            isCombined = form == "stream"
            streams = isCombined ? (query["streams"] ?? "").split(separator: "/").map(String.init) : Array(parts.dropFirst())
        }
    }

    /// USD-M streams market data under `/market` and raw trades under `/public`; the bare paths of old grant everything and send nothing.
    private static func binanceChannels(_ host: SimulatedHost, _ route: String?) -> Set<Subscription.Channel> {
        switch (host, route) {
        case (.binanceSpot, _), (.binanceCoinFutures, nil), (.binanceCoinFutures, "market"): [.aggTrade, .trade]
        case (.binanceFutures, "market"): [.aggTrade]
        case (.binanceFutures, "public"), (.binanceCoinFutures, "public"): [.trade]
        default: []
        }
    }
}
