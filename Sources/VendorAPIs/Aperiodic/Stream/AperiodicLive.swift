import Access
import MarketModel
public import MarketService
import OrderFlow
import Synchronization
import Transport

/// The live side of Aperiodic's API: who follows which channel, and the rows on their way to them.
///
/// A row is sent when its bar is final, and once more for each repair that changes it. It is encoded once a channel, whoever many follow it.
public final class AperiodicLive: Sendable {
    /// How many channels one connection may follow; the vendor's limit.
    static let channels = 200

    let market: LiveMarket
    let connections = KeyConnections()
    private let thread = DeliveryThread()
    private let state = Mutex(State())

    /// One who follows a channel.
    struct Member: Sendable {
        let session: WebSocketSession
        /// The symbols wanted; nil for all.
        var symbols: Set<String>?
    }

    private struct Series: Hashable {
        var venue: Venue
        var interval: Interval
    }

    private struct State {
        var members: [StreamChannel: [UInt64: Member]] = [:]
        /// What the market is asked to tell.
        var followed: [Series: [String: LiveSubscription]] = [:]
        var nextNumber: UInt64 = 0
    }

    /// Begins to stream a market.
    public init(market: LiveMarket) {
        self.market = market
        thread.start(
            handle: { [weak self] in self?.deliver($0) }, lose: { _ in }, tick: { [weak self] in self?.follow() })
    }

    /// Ends the thread that streams.
    public func stop() {
        thread.stop()
        let all = state.withLock { state in
            defer { state.followed = [:] }
            return state.followed.values.flatMap(\.values)
        }
        for subscription in all { market.cancel(subscription) }
    }

    /// What is recorded now, in Atlas' spelling.
    func judge(plan: Plan?) -> ChannelJudge {
        var recorded: [Venue: Set<String>] = [:]
        for listed in market.instruments() {
            if let atlas = listed.instrument.atlas { recorded[listed.instrument.venue, default: []].insert(atlas.description) }
        }
        return ChannelJudge(recorded: recorded, intervals: market.options.intervals, plan: plan)
    }

    /// Counts a connection of a key in, if there is room for it.
    ///
    /// - Returns: a number for the connection, or nil if the key has as many as it may.
    func connect(key: String, limit: Int?) -> UInt64? {
        guard connections.enter(key, limit: limit) else { return nil }
        return state.withLock { state in
            state.nextNumber += 1
            return state.nextNumber
        }
    }

    /// Forgets a connection and what it follows.
    func disconnect(_ number: UInt64, key: String, _ channels: some Sequence<StreamChannel>) {
        connections.leave(key)
        leave(number, channels)
    }

    /// Lets a connection follow channels, and sends it the newest final row of each symbol.
    func join(_ number: UInt64, _ session: WebSocketSession, _ channels: [(channel: StreamChannel, symbols: Set<String>?)]) {
        state.withLock { state in
            for (channel, symbols) in channels {
                state.members[channel, default: [:]][number] = Member(session: session, symbols: symbols)
            }
        }
        follow()
        // On the thread of rows, so that no row is followed by an older one.
        thread.post { [weak self] in
            for (channel, symbols) in channels { self?.sendSnapshot(channel, symbols, to: session) }
        }
    }

    /// Ends what a connection follows of some channels.
    func leave(_ number: UInt64, _ channels: some Sequence<StreamChannel>) {
        state.withLock { state in
            for channel in channels {
                state.members[channel]?[number] = nil
                if state.members[channel]?.isEmpty == true { state.members[channel] = nil }
            }
        }
    }

    /// Asks the market for what is followed, instruments that were not recorded before included, and for nothing else.
    private func follow() {
        let listed = market.instruments().map(\.instrument)
        let cancelled = state.withLock { state in
            let wanted = Set(state.members.keys.map { Series(venue: $0.venue, interval: $0.interval) })
            for series in wanted {
                for instrument in listed where instrument.venue == series.venue && instrument.atlas != nil {
                    guard state.followed[series]?[instrument.symbol] == nil else { continue }
                    state.followed[series, default: [:]][instrument.symbol] = market.subscribe([
                        .bars(series.venue, instrument.symbol, series.interval)
                    ]) { [thread] message in
                        if case .bar(_, _, _, isOpen: false, _) = message { thread.post(message) }
                    }
                }
            }
            let unwanted = state.followed.keys.filter { !wanted.contains($0) }
            return unwanted.flatMap { state.followed.removeValue(forKey: $0).map { Array($0.values) } ?? [] }
        }
        for subscription in cancelled { market.cancel(subscription) }
    }

    private func deliver(_ message: LiveMessage) {
        guard case .bar(let instrument, let interval, let row, isOpen: false, _) = message,
            let symbol = instrument.atlas?.description
        else { return }
        for (dataset, columns) in AperiodicLive.datasets {
            let channel = StreamChannel(dataset: dataset, venue: instrument.venue, interval: interval)
            guard let members = state.withLock({ $0.members[channel] }) else { continue }
            let frame = StreamFrames.row(row, of: channel, columns, symbol: symbol)
            for member in members.values where member.symbols?.contains(symbol) ?? true { member.session.send(text: frame) }
        }
    }

    private func sendSnapshot(_ channel: StreamChannel, _ symbols: Set<String>?, to session: WebSocketSession) {
        guard let columns = Dataset<BarRow>.named(channel.dataset)?.vendorColumns else { return }
        for listed in market.instruments() where listed.instrument.venue == channel.venue {
            let instrument = listed.instrument
            guard let symbol = instrument.atlas?.description, symbols?.contains(symbol) ?? true,
                let newest = market.newestFinalRow(instrument.venue, instrument.symbol, channel.interval)
            else { continue }
            // A snapshot is worth less than the rows to come: it must not make a good reader a slow one.
            guard session.waiting < AperiodicLive.snapshotRoom else { return }
            session.send(text: StreamFrames.row(newest.row, of: channel, columns, symbol: symbol, isSnapshot: true))
        }
    }

    private static let datasets = Dataset<BarRow>.all.map { ($0.name, $0.vendorColumns) }

    private static let snapshotRoom = 2 << 20
}
