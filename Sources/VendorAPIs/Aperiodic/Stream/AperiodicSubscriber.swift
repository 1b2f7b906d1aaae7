import Access
import Pipeline
import Glibc
import MarketModel
import Transport

/// One connection to Aperiodic's stream. All of it runs on the thread of the server's sessions.
final class AperiodicSubscriber: WebSocketReceiver {
    private let session: WebSocketSession
    private let live: AperiodicLive
    private let visitor: Visitor
    private var channels: [StreamChannel: Set<String>?] = [:]
    private var window = SlidingWindow(limit: 10)
    private var refusals = 0
    private var nextHeartbeat: Int64?

    /// Who connected, and with what.
    struct Visitor: Sendable {
        let number: UInt64
        let gate: KeyGate
        let grant: KeyGate.Grant
        let key: String

        var plan: Plan? { grant.plan }
    }

    init(_ session: WebSocketSession, _ live: AperiodicLive, _ visitor: Visitor) {
        self.session = session
        self.live = live
        self.visitor = visitor
    }

    func received(text: UnsafeBufferPointer<UInt8>) {
        guard admit() else { return }
        switch ControlFrame(text) {
        case .subscribe(let id, let requests): subscribe(id, requests)
        case .unsubscribe(let id, let requests): unsubscribe(id, requests)
        case .ping(let id): session.send(text: StreamFrames.pong(id: id))
        case .invalid(let id, let message): session.send(text: StreamFrames.error(id: id, code: "invalid_message", message))
        }
    }

    func received(binary: UnsafeBufferPointer<UInt8>) {
        guard admit() else { return }
        session.send(text: StreamFrames.error(id: nil, code: "invalid_message", "frames have to be text"))
    }

    func ticked(_ now: Int64) {
        guard visitor.gate.stillGrants(visitor.grant, key: visitor.key) else {
            return session.close(code: 4001, reason: "the API key was revoked, or its plan changed")
        }
        if now >= nextHeartbeat ?? .min {
            if nextHeartbeat != nil { session.send(text: StreamFrames.heartbeat(WallClock.microseconds() / 1000)) }
            nextHeartbeat = now + 30_000
        }
    }

    func closed(code: Int, reason: String) {
        live.disconnect(visitor.number, key: visitor.key, channels.keys)
        channels = [:]
    }

    /// Ten control frames a second; who keeps on sending more is closed with 1008.
    private func admit() -> Bool {
        if window.admit(at: MonotonicClock.nanoseconds()) == nil {
            refusals = 0
            return true
        }
        refusals += 1
        if refusals >= 50 {
            session.close(code: 1008, reason: "too many control frames")
        } else if refusals == 1 {
            session.send(text: StreamFrames.error(id: nil, code: "rate_limited", "at most 10 control frames a second"))
        }
        return false
    }

    private func subscribe(_ id: String?, _ requests: [ChannelRequest]) {
        let judge = live.judge(plan: visitor.plan)
        var granted: [StreamChannel] = []
        var rejected: [ChannelRejection] = []
        for request in requests {
            do throws(ChannelRejection) {
                let (channel, symbols, refused) = try judge.judge(request)
                guard channels[channel] != nil || channels.count < AperiodicLive.channels else {
                    throw ChannelRejection(
                        channel: request.name, code: .limitExceeded,
                        message: "a connection follows at most \(AperiodicLive.channels) channels")
                }
                rejected += refused
                add(channel, symbols)
                if !granted.contains(channel) { granted.append(channel) }
            } catch {
                rejected.append(error)
            }
        }
        session.send(text: StreamFrames.subscribed(id: id, granted.map(\.description), rejected: rejected))
        live.join(visitor.number, session, granted.map { ($0, channels[$0] ?? nil) })
    }

    /// A channel asked for again has the symbols of both times.
    private func add(_ channel: StreamChannel, _ symbols: Set<String>?) {
        guard let before = channels[channel] else {
            channels[channel] = .some(symbols)
            return
        }
        guard let before, let symbols else {
            channels[channel] = .some(nil)
            return
        }
        channels[channel] = .some(before.union(symbols))
    }

    private func unsubscribe(_ id: String?, _ requests: [ChannelRequest]) {
        var left: [StreamChannel] = []
        var rejected: [ChannelRejection] = []
        for request in requests {
            if let channel = channels.keys.first(where: { $0.description == request.name }) {
                channels.removeValue(forKey: channel)
                left.append(channel)
            } else {
                rejected.append(
                    ChannelRejection(channel: request.name, code: .unknownChannel, message: "this connection does not follow it"))
            }
        }
        live.leave(visitor.number, left)
        session.send(text: StreamFrames.unsubscribed(id: id, left.map(\.description), rejected: rejected))
    }
}

extension Aperiodic {
    static func streamRoute(_ live: AperiodicLive, _ gate: KeyGate) -> Route {
        Route(
            "/stream", summary: "Rows as they become final, over a WebSocket", answer: .stream(hasEvents: false),
            handler: gate.guarding(prefix + "/stream") { request, grant in try shaped { try stream(request, grant, gate, live) } })
    }

    /// `GET /stream`: turns the connection into a stream of live rows, or says in plain HTTP why not.
    static func stream(_ request: borrowing Request, _ grant: KeyGate.Grant, _ gate: KeyGate, _ live: AperiodicLive) throws -> Response {
        let plan = grant.plan
        let limit = plan?.liveConnections
        if let plan {
            guard plan.hasLiveStream else {
                throw Refusal(
                    status: .forbidden, error: "The plan does not include live data", details: ["plan \(plan.name) has files only"],
                    code: "live_not_in_plan")
            }
        }
        let key = request.header("x-api-key") ?? ""
        if let limit, live.connections.count(of: key) >= limit {
            throw Refusal(
                status: .tooManyRequests, error: "The key has as many connections as its plan allows",
                details: ["maxConnections is \(limit)"], code: "max_connections", headers: [Header("Retry-After", "5")])
        }
        var options = WebSocketOptions()
        options.slowReason = "the client reads too slowly"
        return try Response.webSocket(request, options: options) { session in
            // Others may have taken the last place since the handshake was judged.
            guard let number = live.connect(key: key, limit: limit) else {
                session.close(code: 1013, reason: "the key has as many connections as its plan allows")
                return Unwanted()
            }
            return AperiodicSubscriber(
                session, live, AperiodicSubscriber.Visitor(number: number, gate: gate, grant: grant, key: key))
        }
    }
}

/// Hears nothing: the connection is being closed.
private final class Unwanted: WebSocketReceiver {
    func closed(code: Int, reason: String) {}
}
