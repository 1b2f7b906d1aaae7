import MarketModel
import Synchronization
import Transport

/// How simulated exchanges differ from real ones in what tests cannot wait for.
public struct ExchangeOptions: Sendable {
    /// What lasts a day on the real venue lasts a day times this: pings, idle ends, the 24 hours of a connection.
    public var timeScale = 1.0
    /// Request weight in a minute of Binance spot, and of its futures; nil for the venues' own 6000 and 2400.
    public var weightPerMinute: Int?
    /// Microseconds that REST of Binance's futures reaches back.
    public var futuresLookback: Int64 = 172_800_000_000
    /// Trades of options in a second, of each family about.
    public var optionTradesPerSecond = 0.5
    /// How long after they were made OKX tells of blocks, in microseconds.
    public var blockDelay: Int64 = 900_000_000

    /// Creates options of the real venues.
    public init() {}
}

/// The simulated hosts of Binance, OKX and Bybit, without sockets: requests and commands in, answers and frames out.
///
///     let exchange = SimulatedExchange(market: SimulatedMarket(seed: 7))
///     exchange.answer(.binanceSpot, try Request("/api/v3/aggTrades?symbol=BTCUSDT"), path: "/api/v3/aggTrades", now: now)
///
/// Apart from the rate limits it has no state: answers follow from the market, the plan and `now`.
public final class SimulatedExchange: Sendable {
    /// What is printed.
    public let market: SimulatedMarket
    /// What goes wrong.
    public let plan: FaultPlan
    /// How it differs from the real venues.
    public let options: ExchangeOptions
    let views: [InstrumentView]
    let texts: [InstrumentText]
    let interest: InterestBook
    /// What is traded of options.
    public let optionMarket: SimulatedOptions
    /// What is published of option markets.
    public let publishers: SimulatedPublishers
    let meters = Mutex([SimulatedHost: RequestMeter]())
    private let lower: [String: Int]
    private let clockFaults: [Fault]

    /// Creates the exchanges of a market.
    public init(market: SimulatedMarket, plan: FaultPlan = .none, options: ExchangeOptions = ExchangeOptions()) {
        self.market = market
        self.plan = plan
        self.options = options
        views = market.tapes.map { InstrumentView($0, plan) }
        publishers = SimulatedPublishers(seed: market.seed)
        texts = market.tapes.map { InstrumentText($0.instrument) }
        interest = InterestBook(seed: market.seed, instruments: market.tapes.map(\.instrument), plan: plan)
        optionMarket = SimulatedOptions(
            seed: market.seed, tradesPerSecond: options.optionTradesPerSecond, blockDelay: options.blockDelay)
        lower = Dictionary(
            market.tapes.enumerated().map { ("\($0.element.instrument.venue) \($0.element.instrument.symbol.lowercased())", $0.offset) },
            uniquingKeysWith: { first, _ in first })
        clockFaults = plan.faults.filter { $0.kind == .clock }
    }

    /// Where an instrument is listed; nil if none of the venues has it.
    func view(_ venues: [Venue], _ symbol: String) -> Int? {
        guard let found = view(venues, lowercased: symbol.lowercased()), views[found].instrument.symbol == symbol else { return nil }
        return found
    }

    func view(_ venues: [Venue], lowercased symbol: String) -> Int? {
        venues.lazy.compactMap { self.lower["\($0) \(symbol)"] }.first
    }

    /// The instruments of a venue that are listed at `now`.
    func listed(_ venue: Venue, at now: Int64) -> [InstrumentView] {
        views.filter { $0.instrument.venue == venue && $0.isListed(at: now) }
    }

    /// Microseconds that a host's clock is off by.
    @inline(__always)
    func clockError(_ host: SimulatedHost, at time: Int64) -> Int64 {
        guard !clockFaults.isEmpty else { return 0 }
        return clockFaults.first { fault in fault.isOn(at: time) && host.allVenues.contains { fault.concerns($0) } }?.by ?? 0
    }

    /// Answers a REST request.
    ///
    /// - Parameters:
    ///   - path: below the host's prefix: `/api/v3/time`.
    ///   - now: microseconds since 1970-01-01 UTC.
    public func answer(_ host: SimulatedHost, _ request: borrowing Request, path: String, now: Int64) -> Response {
        if let refusal = refusal(host, now: now) { return refusal }
        switch host {
        case .okx: return answerOKX(request, path, now: now)
        case .bybit: return answerBybit(request, path, now: now)
        case .deribitOptions: return DeribitAsk(exchange: self, query: request.query, now: now).answer(path)
        default: return answerBinance(host, request, path, now: now)
        }
    }

    /// Begins a WebSocket.
    ///
    /// - Throws: ``Failure`` 404 where the host has none, or what the plan refuses handshakes with.
    public func connect(_ host: SimulatedHost, path: String, query: Query, now: Int64) throws(Failure) -> StreamSession {
        if let fault = refusing(host, at: now) {
            throw Failure(Status(fault.status), headers: fault.retry.map { [Header("Retry-After", String($0))] } ?? [])
        }
        guard let endpoint = StreamEndpoint(host, path: path, query: query) else { throw Failure(.notFound) }
        let micro = query["timeUnit"].map { $0.uppercased() == "MICROSECOND" } ?? false
        return StreamSession(self, endpoint, micro: micro && host == .binanceSpot, now: now)
    }

    private func refusing(_ host: SimulatedHost, at now: Int64) -> Fault? {
        plan.faults.first { fault in
            fault.kind == .refuse && fault.isOn(at: now) && host.allVenues.contains { fault.concerns($0) }
        }
    }

    private func refusal(_ host: SimulatedHost, now: Int64) -> Response? {
        guard let fault = refusing(host, at: now) else { return nil }
        let headers = fault.retry.map { [Header("Retry-After", String($0))] } ?? []
        var json = JSONWriter()
        json.beginObject()
        switch host {
        case .okx:
            json.member("code", "50011")
            json.member("data", "")
            json.member("msg", "Too Many Requests")
        case .bybit:
            json.member("retCode", 10006)
            json.member("retMsg", "Too many visits. Exceeded the API Rate Limit.")
        case .deribitOptions:
            json.key("error")
            json.beginObject()
            json.member("code", 10028)
            json.member("message", "too_many_requests")
            json.endObject()
        default:
            json.member("code", fault.status < 500 ? -1003 : -1001)
            json.member("msg", fault.status == 418 ? "Way too much request weight used; IP banned." : "Too much request weight used.")
        }
        json.endObject()
        return Response(Status(fault.status), json: json, headers: headers)
    }
}

/// Counts the weight of requests in windows, as a venue does.
struct RequestMeter: Sendable {
    private var window: Int64 = 0
    private(set) var used = 0
    private var ignored = 0
    private var bannedUntil: Int64 = 0

    /// What is said to a request.
    enum Verdict: Sendable, Hashable {
        case admitted(used: Int)
        case limited(seconds: Int)
        case banned(seconds: Int)
    }

    /// Takes a request into account; who goes on after being refused ten times is banned for two minutes.
    ///
    /// - Parameter length: microseconds of a window.
    mutating func take(_ weight: Int, limit: Int, length: Int64, now: Int64) -> Verdict {
        if now < bannedUntil { return .banned(seconds: Int((bannedUntil - now + 999_999) / 1_000_000)) }
        if now / length != window {
            window = now / length
            used = 0
            ignored = 0
        }
        used += weight
        guard used > limit else { return .admitted(used: used) }
        ignored += 1
        if ignored > 10 {
            bannedUntil = now + 120_000_000
            return .banned(seconds: 120)
        }
        return .limited(seconds: Int(((window + 1) * length - now + 999_999) / 1_000_000))
    }
}
