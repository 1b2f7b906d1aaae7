public import Lake
import MarketModel
public import MarketService
public import Transport

/// Millrace's own API below `/v1`: instruments, holes, and the stream of what happens.
///
/// docs/native-api.md has every field.
public struct Native: Sendable {
    let lake: Lake
    let live: NativeLive
    let options: OptionMarket

    /// Creates the mount.
    ///
    /// - Parameters:
    ///   - options: what is answered about options.
    ///   - gate: who may call; its vendor is `millrace`.
    public static func mount(lake: Lake, live: NativeLive, options: OptionMarket, gate: KeyGate) -> Mount {
        let api = Native(lake: lake, live: live, options: options)
        return Mount(
            "/v1", name: "native", summary: "Millrace's own API: instruments, holes, options, and the stream of what happens",
            routes: [
                Route(
                    "/instruments", parameters: [Parameters.venue, Parameters.symbol],
                    summary: "The instruments on tape, and how far each is recorded",
                    handler: gate.guarding { request, _ in
                        try api.instruments(request)
                    }),
                Route(
                    "/gaps",
                    parameters: [
                        Parameters.venue, Parameters.symbol, Parameters.state, Parameters.from, Parameters.to, Parameters.limit,
                        Parameters.after,
                    ], summary: "The holes of the tapes, each with its state",
                    handler: gate.guarding { request, _ in try api.gaps(request) }),
                Route(
                    "/options/flow", parameters: Parameters.optionFlow,
                    summary: "What takers of a coin's options bought and sold, window by window, and whether nothing lacks",
                    handler: gate.guarding { request, _ in try api.optionFlow(request) }),
                Route(
                    "/stream", parameters: [Parameters.topics, Parameters.since, Parameters.minimumNotional],
                    summary: "Trades, bars, large prints and gaps as they happen: a WebSocket, or server-sent events",
                    answer: .stream(hasEvents: true), handler: gate.guarding { request, grant in try api.stream(request, grant, gate) }),
            ], errors: renderError)
    }

    enum Parameters {
        static let venue = Parameter("venue", .text, example: "binance-spot", "One venue only")
        static let symbol = Parameter("symbol", .text, example: "BTCUSDT", "One symbol only, as the venue spells it")
        static let state = Parameter("state", .choice(["open", "repaired", "abandoned"]), "Holes in one state only")
        static let from = Parameter(
            "from", .integer(0...Int.max, clamped: false), example: "1763683200000000", "Holes that end after this time, in microseconds")
        static let to = Parameter(
            "to", .integer(0...Int.max, clamped: false), example: "1763769600000000", "Holes that begin before this time, in microseconds")
        static let limit = Parameter("limit", .integer(1...1000, clamped: true), default: "100", "How many are listed at most")
        static let after = Parameter("after", .text, "Where the page before ended: its `next`")
        static let topics = Parameter(
            "topics", .text, required: true, example: "trades:binance-spot:BTCUSDT,bars:binance-spot:BTCUSDT:1m",
            "What to follow, up to 100, separated by commas")
        static let since = Parameter("since", .text, "The id of the last event had; Last-Event-ID is the same, and comes first")
        static let minimumNotional = Parameter(
            "min_notional", .decimal, default: "100000", "What large prints are worth at least, in quote currency; 10000 or more")
    }

    /// `{"error":{"status":400,"message":"…"},"request_id":"…"}`
    static let renderError: Mount.ErrorRenderer = { failure, id, _ in
        var json = JSONWriter(capacity: 256)
        json.beginObject()
        json.key("error")
        json.beginObject()
        json.member("status", failure.status.code)
        json.member("message", failure.message)
        json.endObject()
        json.key("request_id")
        json.value(id)
        json.endObject()
        return Response(failure.status, json: json, headers: failure.headers)
    }

    /// `GET /v1/stream`.
    func stream(_ request: borrowing Request, _ grant: KeyGate.Grant, _ gate: KeyGate) throws -> Response {
        let topics = try topics(request)
        let since = request.header("Last-Event-ID") ?? request.query["since"]
        let notional = try minimumNotional(request)
        let live = live
        let key = gate.key(of: request)
        let isGood: @Sendable () -> Bool = { gate.stillGrants(grant, key: key) }
        guard request.isWebSocketHandshake else {
            return .events(while: isGood) { session in
                let number = live.join(topics, since: since, minimumNotional: notional) { session.send($0.event) }
                return { live.leave(number, topics) }
            }
        }
        return try .webSocket(request) { session in
            let number = live.join(topics, since: since, minimumNotional: notional) { session.send(text: $0.data) }
            return NativeReceiver(session, isGood: isGood) { live.leave(number, topics) }
        }
    }

    private func topics(_ request: borrowing Request) throws(Failure) -> [NativeTopic] {
        let text = try Parameters.topics.text(in: request) ?? ""
        let names = text.split(separator: ",")
        guard (1...100).contains(names.count) else { throw Failure(.badRequest, "parameter 'topics' has to name 1 to 100 topics") }
        var topics: [NativeTopic] = []
        for name in names {
            let topic = try NativeTopic(name)
            guard live.market.instrument(topic.venue, topic.symbol) != nil else {
                throw Failure(.notFound, "topic '\(name)': \(topic.symbol) of \(topic.venue.name) is not being recorded")
            }
            if case .bars(let interval, _) = topic.kind, !live.market.options.intervals.contains(interval) {
                let followed = live.market.options.intervals.map(\.name).joined(separator: ", ")
                throw Failure(.notFound, "topic '\(name)': bars of \(interval.name) are not followed: \(followed) are")
            }
            if !topics.contains(topic) { topics.append(topic) }
        }
        return topics
    }

    private func minimumNotional(_ request: borrowing Request) throws(Failure) -> Double {
        let text = try Parameters.minimumNotional.text(in: request) ?? ""
        guard let notional = try? FixedPoint(text: text), notional.mantissa >= 0 else {
            throw Failure(.badRequest, "parameter 'min_notional' has to be a decimal number, not negative")
        }
        return max(notional.double, NativeLive.largeFrom)
    }
}

/// A WebSocket client of the native stream, which has nothing to say.
private final class NativeReceiver: WebSocketReceiver {
    private let session: WebSocketSession
    private let isGood: () -> Bool
    private let end: () -> Void

    init(_ session: WebSocketSession, isGood: @escaping () -> Bool, _ end: @escaping () -> Void) {
        self.session = session
        self.isGood = isGood
        self.end = end
    }

    func ticked(_ now: Int64) {
        if !isGood() { session.close(code: 4001, reason: "the API key was revoked, or its plan changed") }
    }

    func closed(code: Int, reason: String) { end() }
}
