import Access
import MarketModel
import MarketService
import OrderFlow
import Transport

extension Native {
    /// `GET /v1/stream`.
    func stream(_ request: borrowing Request, _ grant: KeyGate.Grant, _ gate: KeyGate) throws -> Response {
        let topics = try topics(request)
        let since = request.header("Last-Event-ID") ?? request.query["since"]
        let notional = try minimumNotional(request)
        let live = live
        let key = gate.key(of: request)
        let isGood: @Sendable () -> Bool = { gate.stillGrants(grant, key: key) }
        let place = try place(key ?? "", grant.plan)
        guard request.isWebSocketHandshake else {
            return .events(while: isGood) { session in
                guard place.take() else {
                    session.close()
                    return {}
                }
                let number = live.join(topics, since: since, minimumNotional: notional) { session.send($0.event) }
                return {
                    live.leave(number, topics)
                    place.giveBack()
                }
            }
        }
        return try .webSocket(request) { session in
            guard place.take() else {
                session.close(code: 1013, reason: "the key has as many streams as its plan allows")
                return NativeReceiver(session, isGood: { true }) {}
            }
            let number = live.join(topics, since: since, minimumNotional: notional) { session.send(text: $0.data) }
            return NativeReceiver(session, isGood: isGood) {
                live.leave(number, topics)
                place.giveBack()
            }
        }
    }

    /// A key's place among its streams. It is taken when the stream begins: others may have taken the last one since the request was judged.
    private struct Place: Sendable {
        let connections: KeyConnections
        let key: String
        let limit: Int?

        func take() -> Bool { connections.enter(key, limit: limit) }
        func giveBack() { connections.leave(key) }
    }

    private func place(_ key: String, _ plan: Plan?) throws(Failure) -> Place {
        let place = Place(connections: live.connections, key: key, limit: plan?.liveConnections)
        guard let plan else { return place }
        guard plan.hasLiveStream else { throw Failure(.forbidden, "plan '\(plan.name)' does not include the stream") }
        if let limit = plan.liveConnections, place.connections.count(of: key) >= limit {
            throw Failure(
                .tooManyRequests, "the key has as many streams open as plan '\(plan.name)' allows: \(limit)",
                headers: [Header("Retry-After", "5")])
        }
        return place
    }

    private func topics(_ request: borrowing Request) throws(Failure) -> [NativeTopic] {
        let text = try Parameters.topics.text(in: request) ?? ""
        let names = text.split(separator: ",")
        guard (1...100).contains(names.count) else { throw Failure(.badRequest, "parameter 'topics' has to name 1 to 100 topics") }
        var topics: [NativeTopic] = []
        for name in names {
            for topic in try followed(NativeTopic(name, basket: basket(named:)), name) where !topics.contains(topic) {
                topics.append(topic)
            }
            guard topics.count <= 100 else {
                throw Failure(.badRequest, "parameter 'topics' names more than 100 topics: those of a basket's members count each")
            }
        }
        return topics
    }

    /// What is followed where a topic is named: trades, prints and gaps of a basket are those of its members that are recorded.
    private func followed(_ topic: NativeTopic, _ name: Substring) throws(Failure) -> [NativeTopic] {
        if case .bars(let interval, _) = topic.kind, !live.market.options.intervals.contains(interval) {
            let followed = live.market.options.intervals.map(\.name).joined(separator: ", ")
            throw Failure(.notFound, "topic '\(name)': bars of \(interval.name) are not followed: \(followed) are")
        }
        guard let basket = topic.basket else {
            guard live.market.instrument(topic.venue, topic.symbol) != nil else {
                throw Failure(.notFound, "topic '\(name)': \(topic.symbol) of \(topic.venue.name) is not being recorded")
            }
            return [topic]
        }
        let recorded = basket.members.map(\.instrument).filter { live.market.instrument($0.venue, $0.symbol) != nil }
        guard !recorded.isEmpty else { throw Failure(.notFound, "topic '\(name)': no member of the basket is being recorded") }
        guard case .bars(_, let dataset) = topic.kind else {
            return recorded.map { NativeTopic(topic.kind, $0.venue, $0.symbol) }
        }
        _ = try Native.dataset(dataset, of: basket)
        return [topic]
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
