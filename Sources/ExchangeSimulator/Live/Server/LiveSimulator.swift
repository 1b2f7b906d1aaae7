public import Feeds
import MarketModel
import Pipeline
import Transport

/// Simulated exchanges on loopback: their REST and WebSocket on one port, each host below a prefix of its own.
///
///     let simulator = try LiveSimulator(SimulatedExchange(market: SimulatedMarket(seed: 7)))
///     simulator.url(.okx)          // http://127.0.0.1:40123/okx, then as the venue has it: /api/v5/…
///     simulator.stream(.okx)       // ws://127.0.0.1:40123/okx, then /ws/v5/public
///     simulator.stop()
public final class LiveSimulator: Sendable {
    /// The exchanges that are served.
    public let exchange: SimulatedExchange
    private let server: Server
    private let pump: StreamPump
    private let host: String

    /// Starts serving.
    ///
    /// - Parameters:
    ///   - host: a numeric address, or `localhost`.
    ///   - port: 0 picks a free one.
    ///   - tickMilliseconds: how often what is published is sent.
    /// - Throws: ``ServerError`` if the port cannot be had.
    public init(
        _ exchange: SimulatedExchange, clock: SimulatorClock = .system, host: String = "127.0.0.1", port: Int = 0, tickMilliseconds: Int = 2
    ) throws(ServerError) {
        self.exchange = exchange
        self.host = host
        let pump = StreamPump(exchange, clock: clock, tickMilliseconds: tickMilliseconds)
        self.pump = pump
        var limits = ServerLimits()
        limits.connectionsPerClient = 2048
        let mounts =
            SimulatedHost.allCases.flatMap { SimulatorRoutes(host: $0, exchange: exchange, clock: clock, pump: pump).mounts }
            + SimulatedInterestHost.allCases.map { InterestRoutes(host: $0, exchange: exchange, clock: clock).mount }
            + OptionPublisher.allCases.map { PublisherRoutes(publisher: $0, publishers: exchange.publishers, clock: clock).mount }
        server = try Server(router: Router(mounts), host: host, port: port, threads: 2, limits: limits)
        pump.start()
    }

    deinit { stop() }

    /// The port it listens on.
    public var port: Int { server.port }

    /// How many WebSockets are open.
    public var connections: Int { pump.count }

    /// The base URL of a host's REST.
    public func url(_ host: SimulatedHost) -> String { "http://\(address)\(host.prefix)" }

    /// The base URL of a host that has open interest and nothing else.
    public func url(_ host: SimulatedInterestHost) -> String { "http://\(address)\(host.prefix)" }

    /// The base URL of a publisher of option statistics.
    public func url(_ publisher: OptionPublisher) -> String { "http://\(address)\(PublisherRoutes.prefix(publisher))" }

    /// The base URL of a host's WebSockets.
    public func stream(_ host: SimulatedHost) -> String { "ws://\(address)\(host.prefix)" }

    /// Where Millrace's own adapters find a venue, without sockets where open interest is all that is simulated; nil for one that is not.
    ///
    ///     FeedCatalogue.feed(of: .okxPerps, endpoints: simulator.endpoints(.okxPerps))
    public func endpoints(_ venue: Venue) -> Endpoints? {
        if let host = SimulatedInterestHost.allCases.first(where: { $0.venue == venue }) { return Endpoints(rest: url(host), sockets: []) }
        return SimulatedHost.allCases.first { $0.allVenues.contains(venue) }.map { Endpoints(rest: url($0), sockets: [stream($0)]) }
    }

    private var address: String { "\(host.contains(":") ? "[\(host)]" : host):\(port)" }

    /// Cuts all connections and stops.
    public func stop() {
        pump.stop()
        server.stop(grace: 0.2)
    }
}
