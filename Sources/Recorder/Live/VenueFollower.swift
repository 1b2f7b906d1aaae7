import Feeds
import Lake
import MarketModel
import Notices
import Pipeline
import Synchronization
import TapeSequencer
import Transport

/// Follows the instruments of one venue on the thread of a ``WebSocketLoop``: the shell around the connections' and the tapes' state machines.
///
/// A frame is read, its rows are put in order, and at the end of a round of reading what was released goes to the journal and to those who
/// follow. Nothing here waits: questions to the venue are asked elsewhere, and the journal writes on a thread of its own.
final class VenueFollower {
    /// An instrument that is followed.
    struct Slot {
        var keeper: TapeKeeper
        let journal: JournalSymbol
        let sink: any LiveTapeSink
        var state = LiveState.waiting
        /// Its connection.
        var connection: Int
        var isTouched = false
    }

    private unowned let loop: WebSocketLoop
    private let adapter: any FeedAdapter
    private let journal: Journal
    private let ask: (String, TapeKeeper.Wish) -> Void
    private let events: VenueEvents
    private var connections: [Connection] = []
    private var parsers: [FrameParser] = []
    private var budget: AttemptBudget
    private var actions: [Connection.Action] = []
    private var places: [String: Int] = [:]
    private var slots: [Slot] = []
    private var touched: [Int] = []
    private var journalRows: [JournalRow] = []
    private let counts: FollowerCounts
    private let seed: UInt64

    /// - Parameters:
    ///   - ask: takes what to ask the venue for an instrument; the answer comes to ``answered(_:_:_:_:received:)``.
    init(
        _ loop: WebSocketLoop, adapter: any FeedAdapter, journal: Journal, events: VenueEvents, counts: FollowerCounts,
        seed: UInt64, ask: @escaping (String, TapeKeeper.Wish) -> Void
    ) {
        self.loop = loop
        self.adapter = adapter
        self.journal = journal
        self.events = events
        self.counts = counts
        self.ask = ask
        self.seed = seed
        budget = AttemptBudget(adapter.limits.attempts, in: adapter.limits.attemptWindow)
    }

    /// Follows an instrument from now on; one that is followed is taken up anew, with its new scales.
    func add(_ keeper: TapeKeeper, journal: JournalSymbol, sink: any LiveTapeSink) {
        let symbol = keeper.instrument.symbol
        let now = MonotonicClock.nanoseconds()
        if let place = places[symbol] {
            let old = slots[place]
            slots[place] = Slot(keeper: keeper, journal: journal, sink: sink, state: old.state, connection: old.connection)
            sink.state(old.state)
            // What was printed since the tape was read is asked for, as after a loss.
            if old.state == .live { resume(place, now: now) }
            return
        }
        let connection = connectionWithRoom(for: symbol, now: now)
        places[symbol] = slots.count
        slots.append(Slot(keeper: keeper, journal: journal, sink: sink, connection: connection))
        sink.state(.waiting)
        finish(slots.count - 1)
    }

    /// Stops following an instrument.
    func remove(_ symbol: String, reason: String) {
        guard let place = places[symbol] else { return }
        connections[slots[place].connection].remove([symbol])
        setState(place, .ended(reason))
    }

    private func connectionWithRoom(for symbol: String, now: Int64) -> Int {
        if let place = connections.firstIndex(where: { $0.symbols.count < adapter.limits.symbolsPerConnection }) {
            connections[place].add([symbol], now: now)
            return place
        }
        connections.append(Connection(adapter: adapter, symbols: [symbol], seed: seed &+ UInt64(connections.count)))
        parsers.append(FrameParser(adapter: adapter))
        return connections.count - 1
    }

    /// The venue has answered a question, or not.
    func answered(
        _ symbol: String, _ wish: TapeKeeper.Wish, _ trades: [FeedTrade], _ outcome: LiveTape.RepairOutcome, received: Int64
    ) {
        guard let place = places[symbol] else { return }
        slots[place].keeper.answered(wish, trades, outcome, received: received, at: MonotonicClock.nanoseconds())
        finish(place)
    }

    // MARK: What connections want

    private func perform(connection index: Int) {
        for action in actions {
            switch action {
            case .connect(let link, let url): loop.connect(link: VenueFollower.link(index, link), url: url)
            case .send(let link, let text): loop.send(link: VenueFollower.link(index, link), text: text)
            case .ping(let link): loop.ping(link: VenueFollower.link(index, link))
            case .close(let link): loop.close(link: VenueFollower.link(index, link))
            case .deliver(let item): take(item, connection: index)
            }
        }
        actions.removeAll(keepingCapacity: true)
    }

    private func take(_ item: FeedItem, connection index: Int) {
        switch item {
        case .trades(let trades, let received):
            let now = MonotonicClock.nanoseconds()
            for trade in trades { take(trade, received: received, at: now) }
        case .connected: events.notice(.debug("connected"))
        case .disconnected(let reason):
            events.notice("disconnected: \(.reason, reason)")
            for place in slots.indices where slots[place].connection == index && slots[place].state == .live {
                slots[place].keeper.interrupted()
                setState(place, .disconnected(reason))
            }
        case .subscribed(let symbols):
            let now = MonotonicClock.nanoseconds()
            for place in symbols.compactMap({ places[$0] }) { resume(place, now: now) }
        case .rejected(let symbol, let reason):
            events.notice("\(.symbol, symbol) is refused: \(.reason, reason)")
            if let place = places[symbol] { setState(place, .ended(reason)) }
        case .notice(let text): events.notice("its connection: \(.reason, text)")
        }
    }

    private func resume(_ place: Int, now: Int64) {
        setState(place, .live)
        slots[place].keeper.resumed(at: now)
        finish(place)
    }

    private func setState(_ place: Int, _ state: LiveState) {
        guard slots[place].state != state else { return }
        slots[place].state = state
        slots[place].sink.state(state)
    }

    // MARK: Rows

    private func take(_ trade: FeedTrade, received: Int64, at now: Int64) {
        guard let place = places[trade.symbol] else { return }
        slots[place].keeper.take(trade, received: received, at: now)
        guard !slots[place].isTouched else { return }
        slots[place].isTouched = true
        touched.append(place)
    }

    /// Hands on what an instrument's tape has released, found missing, and wants to know.
    private func finish(_ place: Int) {
        // The slot stays where it is: a copy of it would share its rows, and clearing them would give them new storage each time.
        let (symbol, sink) = (slots[place].journal, slots[place].sink)
        for doubt in slots[place].keeper.takeDoubts() { journal.note(symbol, doubt) }
        if !slots[place].keeper.rows.isEmpty || !slots[place].keeper.presences.isEmpty {
            journalRows.removeAll(keepingCapacity: true)
            for row in slots[place].keeper.rows {
                journalRows.append(JournalRow(row.trade, source: row.source, received: row.received))
            }
            for row in slots[place].keeper.presences {
                journalRows.append(JournalRow(row.trade, source: row.source, received: row.received))
            }
            if !journal.append(symbol, journalRows) {
                // Nobody is told of what is not on its way to the disk: it is told of when it has been asked for again.
                events.refusedRows(journalRows.count, of: slots[place].keeper.instrument)
            } else if !slots[place].keeper.rows.isEmpty {
                counts.trades.add(slots[place].keeper.rows.count, ordering: .relaxed)
                let repaired = slots[place].keeper.rows.count { $0.source == .rest }
                if repaired > 0 { counts.repaired.add(repaired, ordering: .relaxed) }
                sink.take(slots[place].keeper.rows)
            }
            slots[place].keeper.forgetRows()
        }
        for clearing in slots[place].keeper.takeClearings() { journal.note(symbol, clearing) }
        for gap in slots[place].keeper.takeGaps() {
            if let hole = TapeHole(gap) { journal.note(symbol, hole) }
            if let loss = TapeLoss(gap) { journal.note(symbol, loss) }
            if gap.state == .open { counts.gaps.add(1, ordering: .relaxed) }
            sink.take(gap)
        }
        for wish in slots[place].keeper.takeWishes() { ask(slots[place].keeper.instrument.symbol, wish) }
        for notice in slots[place].keeper.takeNotices() { take(notice, place) }
    }

    private func take(_ notice: TapeKeeper.Notice, _ place: Int) {
        let instrument = slots[place].keeper.instrument
        switch notice {
        case .needsScales(let scales):
            let wider = "\(scales.price) and \(scales.quantity)"
            events.notice("\(.symbol, instrument.symbol) prints more digits than before: its tape is widened to \(.now, wider)")
            events.needsScales(instrument, scales)
        case .restarted(let last, let first):
            remove(instrument.symbol, reason: "the venue counts its trades anew, from \(first) after \(last)")
            events.notice(
                .error(
                    "\(.symbol, instrument.symbol): the venue counts its trades anew, from \(.now, first) after \(.before, last); its recording ends here"
                ))
        }
    }

    /// The loop's number of a connection's link.
    private static func link(_ connection: Int, _ link: Int) -> Int { connection << 32 | link }
    private static func parts(_ link: Int) -> (connection: Int, link: Int) { (link >> 32, link & 0xffff_ffff) }
}

extension VenueFollower: WebSocketHandler {
    func opened(link: Int) {
        let (index, link) = VenueFollower.parts(link)
        connections[index].opened(link: link, now: MonotonicClock.nanoseconds(), into: &actions)
        perform(connection: index)
    }

    func received(link: Int, _ bytes: UnsafeRawBufferPointer, at received: Int64) {
        let (index, link) = VenueFollower.parts(link)
        let now = MonotonicClock.nanoseconds()
        let frame = parsers[index].parse(bytes)
        if case .trades = frame {
            // The short way of nearly all frames.
            let trades = parsers[index].trades
            guard connections[index].printed(trades, link: link, now: now) else { return }
            for trade in trades { take(trade, received: received, at: now) }
            return
        }
        connections[index].received(frame, trades: [], received: received, link: link, now: now, into: &actions)
        perform(connection: index)
    }

    func drained() {
        for place in touched {
            slots[place].isTouched = false
            finish(place)
        }
        touched.removeAll(keepingCapacity: true)
    }

    func pong(link: Int) {
        let (index, link) = VenueFollower.parts(link)
        connections[index].received(
            .pong, trades: [], received: 0, link: link, now: MonotonicClock.nanoseconds(), into: &actions)
        perform(connection: index)
    }

    func closed(link: Int, reason: String) {
        let (index, link) = VenueFollower.parts(link)
        connections[index].closed(link: link, reason: reason, now: MonotonicClock.nanoseconds(), into: &actions)
        perform(connection: index)
    }

    func tick(now: Int64) {
        drained()
        for index in connections.indices {
            connections[index].advance(now: now, budget: &budget, into: &actions)
            perform(connection: index)
        }
        let time = WallClock.microseconds()
        for place in slots.indices {
            if let deadline = slots[place].keeper.deadline, deadline <= now {
                slots[place].keeper.tick(at: now)
                finish(place)
            }
            slots[place].sink.tick(at: time)
        }
    }
}
