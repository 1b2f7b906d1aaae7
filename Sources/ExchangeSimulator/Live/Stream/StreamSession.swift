import Feeds
import JSONReading
import MarketModel
import Transport

/// One client's WebSocket as a simulated exchange sees it: commands in, frames out, on a clock that is handed in.
///
/// Belongs to one thread at a time. The same commands at the same times give the same frames, and how often ``advance(to:into:)`` is called
/// changes nothing in them.
///
///     let session = try exchange.connect(.okx, path: "/ws/v5/public", query: Query(), now: now)
///     session.received(command, now: now, into: &sink)
///     session.advance(to: now + 5000, into: &sink)
public final class StreamSession {
    let exchange: SimulatedExchange
    let endpoint: StreamEndpoint
    var subscriptions: [Subscription] = []
    var optionSubscriptions: [OptionSubscription] = []
    let reader = JSONReader(maxBytes: 1 << 20)
    /// Binance wraps frames with the name of their stream.
    var isCombined: Bool
    let isMicro: Bool
    private let opened: Int64
    /// The moment that the session has come to.
    private(set) var last: Int64
    /// What the venue calls the connection.
    let connectionID: String
    private var lastActive: Int64
    private var commandTimes: [Int64] = []
    private let faults: [Fault]
    private var halfIsDue = false
    private var items: [Item] = []
    private var keys: [Int] = []
    private var held: [Held] = []
    /// The moments at which something goes wrong or right, still to come.
    private var moments: [Int64]

    /// A trade that is to be sent, and to which subscription.
    private struct Item {
        let trade: SimulatedTrade
        let subscription: Int
    }

    /// A frame that comes after some that follow it.
    private struct Held {
        let trades: [SimulatedTrade]
        let name: String
        var countdown: Int
    }

    init(_ exchange: SimulatedExchange, _ endpoint: StreamEndpoint, micro: Bool, now: Int64) {
        self.exchange = exchange
        self.endpoint = endpoint
        isCombined = endpoint.isCombined
        isMicro = micro
        opened = now
        last = now
        lastActive = now
        let name = BybitText.uuidText(Mixing.hash(exchange.market.seed, UInt64(bitPattern: now)), UInt64(bitPattern: now))
        connectionID = endpoint.host == .okx ? String(name.prefix(8)) : name
        let faults = exchange.plan.faults.filter { fault in endpoint.host.allVenues.contains { fault.concerns($0) } }
        self.faults = faults
        let storms = faults.filter { $0.kind == .storm }.map { max(now, $0.from) + $0.every }
        moments = (faults.flatMap { [$0.from, $0.until] } + storms).filter { $0 > now }.sorted()
        if endpoint.host.isBinance { openBinance(now: now) }
    }

    /// Bytes a second at which the connection trickles at `now`; nil for as fast as it can.
    public func rate(at now: Int64) -> Int? { fault(.drip, at: now)?.rate }

    private func fault(_ kind: Fault.Kind, at now: Int64) -> Fault? {
        faults.first { $0.kind == kind && $0.isOn(at: now) && isMine($0) }
    }

    /// A fault of one symbol is a connection's if it follows that symbol.
    private func isMine(_ fault: Fault) -> Bool {
        guard let symbol = fault.symbol else { return true }
        return subscriptions.contains { exchange.views[$0.view].instrument.symbol == symbol }
    }

    var isMute: Bool { faults.contains { $0.kind == .mute && $0.symbol == nil && $0.isOn(at: last) } }

    /// Takes a text message of the client.
    public func received(_ bytes: UnsafeRawBufferPointer, now: Int64, into sink: inout FrameSink) {
        advance(to: now, into: &sink)
        lastActive = now
        commandTimes.removeAll { $0 <= now - 1_000_000 }
        commandTimes.append(now)
        if commandTimes.count > endpoint.host.commandsPerSecond {
            sink.finish(.close(code: 1008, reason: "Too many requests"))
            return
        }
        switch endpoint.host {
        case .okx: takeOKX(bytes, now: now, into: &sink)
        case .bybit: takeBybit(bytes, now: now, into: &sink)
        case .deribitOptions: takeDeribit(bytes, now: now, into: &sink)
        default: takeBinance(bytes, now: now, into: &sink)
        }
    }

    /// Goes on to `now`: sends what is published by then, and misbehaves as planned.
    public func advance(to now: Int64, into sink: inout FrameSink) {
        // In steps from fault to fault, so that what is sent before one does not depend on how often this is called.
        while let moment = moments.first, moment <= now, sink.end == nil {
            moments.removeFirst()
            if moment > last { step(to: moment, into: &sink) }
        }
        step(to: now, into: &sink)
    }

    private func step(to now: Int64, into sink: inout FrameSink) {
        guard now >= last, sink.end == nil else { return }
        let from = last
        last = now
        sendTrades(to: now, into: &sink)
        if !optionSubscriptions.isEmpty { sendOptions(to: now, into: &sink) }
        for fault in faults where fault.from > from && fault.from <= now && isMine(fault) { begin(fault, &sink) }
        for fault in faults where fault.kind == .leave && fault.until > from && fault.until <= now { sink.finish(.cut) }
        if let storm = fault(.storm, at: now), now - max(opened, storm.from) >= storm.every { sink.finish(.cut) }
        endInTime(now, &sink)
    }

    /// The connection is used: something was sent.
    func noteActivity() { lastActive = last }

    private func begin(_ fault: Fault, _ sink: inout FrameSink) {
        switch fault.kind {
        case .drop: sink.finish(.cut)
        case .half: halfIsDue = true
        case .leave: announceLeaving(into: &sink)
        default: break
        }
    }

    /// The ends that are no fault: connections that are too old, or that nobody uses.
    private func endInTime(_ now: Int64, _ sink: inout FrameSink) {
        let scale = exchange.options.timeScale
        if let lifetime = endpoint.host.lifetime, Double(now - opened) >= Double(lifetime) * scale {
            sink.finish(.close(code: 1001, reason: "The connection has reached its age"))
        }
        if let silence = endpoint.host.silence, Double(now - lastActive) >= Double(silence) * scale {
            sink.finish(.close(code: 4004, reason: "No data received in \(silence / 1_000_000)s."))
        }
    }

    private func sendTrades(to now: Int64, into sink: inout FrameSink) {
        items.removeAll(keepingCapacity: true)
        var feeding = 0
        for index in subscriptions.indices where subscriptions[index].due <= now {
            let view = exchange.views[subscriptions[index].view]
            let before = items.count
            while let trade = subscriptions[index].next(in: view.tape, at: now) {
                if !view.hidden.isEmpty, view.isHidden(trade.order) { continue }
                items.append(Item(trade: trade, subscription: index))
            }
            if items.count > before { feeding += 1 }
        }
        guard feeding > 0 else { return }
        lastActive = now
        // What several instruments publish goes out in the order of time, however long ago this was called last.
        keys.removeAll(keepingCapacity: true)
        keys.append(contentsOf: items.indices)
        if feeding > 1 {
            keys.sort {
                let (a, b) = (items[$0].trade.published, items[$1].trade.published)
                return a != b ? a < b : $0 < $1
            }
        }
        var at = 0
        while at < keys.count {
            let first = items[keys[at]]
            let subscription = subscriptions[first.subscription]
            var end = at + 1
            if subscription.channel == .publicTrade {
                while end < keys.count, end - at < 256, items[keys[end]].subscription == first.subscription,
                    items[keys[end]].trade.published == first.trade.published
                {
                    end += 1
                }
            }
            if exchange.views[subscription.view].disturbed.isEmpty && held.isEmpty && !halfIsDue {
                let trades = keys[at..<end].lazy.map { self.items[$0].trade }
                write(trades, subscription, twist(at: first.trade.published), into: &sink)
            } else {
                sendDisturbed(keys[at..<end].map { items[$0].trade }, subscription, into: &sink)
            }
            at = end
        }
    }

    /// What a frame published at `time` is twisted by, apart from its instrument's own faults.
    @inline(__always)
    private func twist(at time: Int64) -> FrameTwist {
        FrameTwist(clock: exchange.clockError(endpoint.host, at: time))
    }

    private func sendDisturbed(_ trades: [SimulatedTrade], _ subscription: Subscription, into sink: inout FrameSink) {
        guard let first = trades.first else { return }
        let view = exchange.views[subscription.view]
        var twist = twist(at: first.published)
        if let surprise = view.disturbed.first(where: { $0.fault.kind == .surprise && $0.orders.contains(first.order) }) {
            twist.shape = surprise.fault.shape
            if surprise.fault.shape == .oversize, first.order == surprise.orders.lowerBound { twist.padding = surprise.fault.size }
        }
        if halfIsDue {
            halfIsDue = false
            sink.halves = true
        }
        let draw = Mixing.hash(exchange.market.seed, UInt64(bitPattern: first.order))
        if view.disturbance(of: first.order, .reorder) != nil, draw & 3 == 0 {
            held.append(Held(trades: trades, name: subscription.name, countdown: 1 + Int(draw >> 8 & 3)))
        } else {
            write(trades, subscription, twist, into: &sink)
            if view.disturbance(of: first.order, .duplicate) != nil, draw & 12 != 0 {
                if draw & 4 == 0 {
                    write(trades, subscription, twist, into: &sink)
                } else {
                    held.append(Held(trades: trades, name: subscription.name, countdown: 1 + Int(draw >> 8 & 7)))
                }
            }
        }
        release(after: subscription, into: &sink)
    }

    /// Sends what was held back until now.
    private func release(after subscription: Subscription, into sink: inout FrameSink) {
        for index in held.indices where held[index].name == subscription.name { held[index].countdown -= 1 }
        for item in held where item.countdown < 0 {
            guard let first = item.trades.first else { continue }
            write(item.trades, subscription, twist(at: first.published), into: &sink)
        }
        held.removeAll { $0.countdown < 0 }
    }

    /// Forgets what was held back for a subscription that is over.
    func forget(_ name: String) { held.removeAll { $0.name == name } }
}
