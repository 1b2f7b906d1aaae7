import Glibc
import Pipeline
import MarketModel
public import MarketService
import OrderFlow
import Synchronization
import TapeSequencer
import Transport

/// The native stream: what the market tells, numbered, encoded once, and kept for a while for clients that come back.
public final class NativeLive: Sendable {
    /// What large prints are at least: a client may ask for larger ones only, in quote currency.
    public static let largeFrom = 10_000.0
    /// How long a topic that nobody follows is kept for those who come back, in seconds.
    static let linger: Int64 = 300

    let market: LiveMarket
    let connections = KeyConnections()
    private let thread = DeliveryThread()
    private let state: Mutex<State>
    /// Tells the events of one life of the server from those of another.
    private let life: String

    /// How a client is sent events.
    typealias Sending = @Sendable (NativeEvent) -> Void

    private struct Client: Sendable {
        let send: Sending
        let minimumNotional: Double
    }

    private struct Topic: Sendable {
        var ring: EventRing
        var clients: [Int: Client] = [:]
        /// When the last client left, in seconds.
        var idleSince: Int64 = 0
    }

    private struct State: Sendable {
        var number: UInt64 = 0
        var nextClient = 0
        var topics: [NativeTopic: Topic] = [:]
        var followed: [LiveTopic: LiveSubscription] = [:]
        /// The bars of baskets that are followed.
        var baskets: [NativeTopic: BasketSeries] = [:]
        var room: Int
    }

    /// Begins to stream a market.
    ///
    /// - Parameter room: how many events of a topic are kept at most.
    public init(market: LiveMarket, room: Int = 16_384) {
        self.market = market
        life = String(WallClock.microseconds(), radix: 36)
        state = Mutex(State(room: room))
        thread.start(
            handle: { [weak self] in self?.deliver($0) }, lose: { [weak self] _ in self?.forget() }, tick: { [weak self] in self?.tidy() })
    }

    /// Ends the thread that streams.
    public func stop() {
        thread.stop()
        for subscription in state.withLock({ Array($0.followed.values) }) { market.cancel(subscription) }
    }

    /// Lets a client follow topics: it is sent what it missed since an id, or told to begin anew where that is not there, and then what
    /// comes.
    ///
    /// - Returns: a number to leave with.
    func join(_ topics: [NativeTopic], since: String?, minimumNotional: Double, _ send: @escaping Sending) -> Int {
        let since = since.map { place(of: $0) }
        return state.withLock { state in
            var missed: [NativeEvent] = []
            for topic in topics {
                if state.topics[topic] == nil { follow(topic, &state) }
                guard let since else { continue }
                if let since, since <= state.number, let kept = state.topics[topic]?.ring.events(after: since) {
                    missed += kept.filter { $0.notional >= minimumNotional }.map { event($0, of: topic) }
                } else {
                    send(NativeEvent(number: 0, id: nil, name: "reset", data: NativeEvents.reset(topic)))
                }
            }
            if topics.count > 1 { missed.sort { $0.number < $1.number } }
            for event in missed { send(event) }
            let id = id(state.number)
            send(NativeEvent(number: state.number, id: id, name: "ready", data: NativeEvents.ready(id: id, topics)))
            state.nextClient += 1
            for topic in topics {
                state.topics[topic]?.clients[state.nextClient] = Client(send: send, minimumNotional: minimumNotional)
            }
            return state.nextClient
        }
    }

    /// An event that was kept, as it was sent.
    private func event(_ kept: EventRing.Kept, of topic: NativeTopic) -> NativeEvent {
        let data = kept.data.withUnsafeBufferPointer { SharedBytes($0) }
        return NativeEvent(number: kept.number, id: id(kept.number), name: topic.eventName, data: data, notional: kept.notional)
    }

    /// A client is gone.
    func leave(_ number: Int, _ topics: [NativeTopic]) {
        let now = DeliveryThread.seconds()
        state.withLock { state in
            for topic in topics {
                state.topics[topic]?.clients[number] = nil
                state.topics[topic]?.idleSince = now
            }
        }
    }

    private func follow(_ topic: NativeTopic, _ state: inout State) {
        state.topics[topic] = Topic(ring: EventRing(forgotten: state.number, room: state.room))
        for source in topic.sources where state.followed[source] == nil {
            state.followed[source] = market.subscribe([source]) { [thread] in thread.post($0) }
        }
        state.baskets[topic] = series(of: topic)
    }

    /// The bars that a basket's topic begins with; nil of any other topic. A sum beyond 128 bits is nobody's bar.
    private func series(of topic: NativeTopic) -> BasketSeries? {
        guard let basket = topic.basket, case .bars(let interval, _) = topic.kind else { return nil }
        return try? market.series(of: basket, interval, at: WallClock.microseconds())
    }

    private func deliver(_ message: LiveMessage) {
        switch message {
        case .trades(let instrument, let scales, let rows): deliver(rows, instrument, scales)
        case .bar(let instrument, let interval, let row, let isOpen, let revision):
            for dataset in Dataset<BarRow>.all {
                let topic = NativeTopic(.bars(interval, dataset: dataset.name), instrument.venue, instrument.symbol)
                publish(topic) { id in
                    NativeEvents.bar(
                        id: id, (instrument.venue, instrument.symbol), interval, dataset, row, at: row.time, row.quality, isOpen: isOpen,
                        revision: revision)
                }
            }
            deliver(row, instrument, interval, isOpen: isOpen)
        case .gap(let instrument, let gap):
            publish(NativeTopic(.gaps, instrument.venue, instrument.symbol)) { NativeEvents.gap(id: $0, instrument, gap) }
        }
    }

    /// A bar is a part of the bars of the baskets that its instrument is in.
    private func deliver(_ row: BarRow, _ instrument: Instrument, _ interval: Interval, isOpen: Bool) {
        let told = state.withLock { state in
            state.baskets.keys.compactMap { topic -> (NativeTopic, BasketRow, isOpen: Bool, revision: Int)? in
                guard let series = state.baskets[topic], series.interval == interval, let place = series.place(of: instrument),
                    let bar = try? state.baskets[topic]?.take(row, isOpen: isOpen, from: place)
                else { return nil }
                return (topic, bar.row, bar.isOpen, bar.revision)
            }
        }
        for (topic, row, isOpen, revision) in told { publish(row, of: topic, isOpen: isOpen, revision: revision) }
    }

    /// A bar of a basket, with the columns of the topic's dataset.
    private func publish(_ row: BasketRow, of topic: NativeTopic, isOpen: Bool, revision: Int) {
        guard case .bars(let interval, let name) = topic.kind, let dataset = Dataset<BasketRow>.named(name) else { return }
        publish(topic) {
            NativeEvents.bar(
                id: $0, (topic.venue, topic.symbol), interval, dataset, row, at: row.time, row.quality, isOpen: isOpen, revision: revision)
        }
    }

    private func deliver(_ rows: [LiveTrade], _ instrument: Instrument, _ scales: Scales) {
        let durable = market.instrument(instrument.venue, instrument.symbol)?.durableID
        publish(NativeTopic(.trades, instrument.venue, instrument.symbol)) {
            NativeEvents.trades(id: $0, instrument, scales, rows, durable: durable)
        }
        let topic = NativeTopic(.large, instrument.venue, instrument.symbol)
        guard state.withLock({ $0.topics[topic] != nil }),
            let valuation = Valuation(kind: instrument.kind, scales: scales, contractSize: instrument.contractSize)
        else { return }
        for row in rows {
            guard let value = valuation.value(price: row.trade.price, quantity: row.trade.quantity) else { continue }
            let notional = ExactQuotient.nearest(value.notional, over: 1, tenTo: valuation.notionalScale) ?? 0
            guard notional >= NativeLive.largeFrom else { continue }
            publish(topic, notional: notional) {
                NativeEvents.large(id: $0, instrument, scales, row, notional: value.notional, scale: valuation.notionalScale)
            }
        }
    }

    /// Numbers, encodes, keeps and sends an event, if its topic is followed.
    private func publish(_ topic: NativeTopic, notional: Double = .infinity, _ encode: (String) -> SharedBytes) {
        state.withLock { state in
            guard state.topics[topic] != nil else { return }
            state.number += 1
            let id = id(state.number)
            let event = NativeEvent(number: state.number, id: id, name: topic.eventName, data: encode(id), notional: notional)
            state.topics[topic]?.ring.append(event)
            guard let clients = state.topics[topic]?.clients.values else { return }
            for client in clients where notional >= client.minimumNotional { client.send(event) }
        }
    }

    /// Messages were dropped: nobody has all, and whoever follows begins anew.
    private func forget() {
        state.withLock { state in
            state.number += 1
            for topic in Array(state.topics.keys) {
                state.topics[topic]?.ring.forget(through: state.number)
                if state.baskets[topic] != nil { state.baskets[topic] = series(of: topic) }
                let reset = NativeEvent(number: state.number, id: id(state.number), name: "reset", data: NativeEvents.reset(topic))
                for client in state.topics[topic].map({ Array($0.clients.values) }) ?? [] { client.send(reset) }
            }
        }
    }

    /// Tells the bars of baskets that are final now.
    private func settle() {
        let now = WallClock.microseconds()
        let settled = state.withLock { state in
            state.baskets.keys.flatMap { topic in
                let rows = (try? state.baskets[topic]?.settle(at: now)) ?? []
                return rows.map { (topic, $0) }
            }
        }
        for (topic, row) in settled { publish(row, of: topic, isOpen: false, revision: 0) }
    }

    /// Lets go of topics that nobody came back to.
    private func tidy() {
        settle()
        let now = DeliveryThread.seconds()
        let cancelled = state.withLock { state in
            for (topic, kept) in state.topics where kept.clients.isEmpty && now - kept.idleSince > NativeLive.linger {
                state.topics[topic] = nil
                state.baskets[topic] = nil
            }
            for topic in state.baskets.keys {
                if let basket = topic.basket { state.baskets[topic]?.missing = market.missing(of: basket) }
            }
            let wanted = Set(state.topics.keys.flatMap(\.sources))
            let unwanted = state.followed.keys.filter { !wanted.contains($0) }
            return unwanted.compactMap { state.followed.removeValue(forKey: $0) }
        }
        for subscription in cancelled { market.cancel(subscription) }
    }

    private func id(_ number: UInt64) -> String { "\(life)-\(number)" }

    /// The number of an id, or nil if it is none of this life of the server.
    private func place(of id: String) -> UInt64? {
        let parts = id.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == life else { return nil }
        return UInt64(parts[1])
    }
}
