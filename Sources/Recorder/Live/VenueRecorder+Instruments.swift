import Notices
import Feeds
import Lake
import MarketModel
import Pipeline
import Synchronization
import TapeSequencer
import Transport

/// What becomes of instruments: on the worker's thread, but for what is said of it.
extension VenueRecorder {
    /// Asks what the venue lists, again and again.
    func list() {
        var wait = options.listingSeconds * 1000
        do {
            let listed = try desk.instruments()
            book.withLock { book in
                book.listed = Dictionary(listed.map { ($0.instrument.symbol, $0) }) { first, _ in first }
                book.tradable = listed.filter(\.isTrading).map(\.instrument).sorted { $0.symbol < $1.symbol }
            }
            endDelisted()
            beginWanted()
        } catch {
            guard !worker.isStopped else { return }
            report("its instruments cannot be had: \(error)")
            wait = 10_000
        }
        worker.submit(afterMilliseconds: wait) { [weak self] in self?.list() }
    }

    func beginWanted() {
        let (ready, unknown) = book.withLock { book -> ([ListedInstrument], [String]) in
            guard !book.listed.isEmpty else { return ([], []) }
            let missing = book.wanted.filter { !book.begun.contains($0) }
            return (missing.compactMap { book.listed[$0] }.filter(\.isTrading), missing.filter { book.listed[$0] == nil })
        }
        for symbol in unknown { report("\(.symbol, symbol) is not listed") }
        for listed in ready {
            guard !worker.isStopped else { return }
            // Many at once would wait for each other's turn at the venue, and miss more than they would gain.
            begin(listed, withEarlier: ready.count <= options.firstTradesOf)
        }
    }

    private func begin(_ listed: ListedInstrument, withEarlier: Bool = false) {
        let instrument = listed.instrument
        let symbol = instrument.symbol
        let scales = book.withLock { book in
            book.begun.insert(symbol)
            return book.scales[symbol].map { $0.union(listed.scales) } ?? listed.scales
        }
        do {
            let held = try journal.open(instrument, scales: scales, stream: feed.tapeStream)
            let tape = try lake.tape(venue: venue, symbol: symbol)
            let journal = journal
            let tapeSink = try sink.begin(
                LiveTapeStart(instrument: instrument, scales: held.scales, tape: tape, settle: { try journal.flush() }))
            commits.add(held.symbol, tapeSink)
            var keeper = TapeKeeper(
                instrument: instrument, scales: held.scales, tape: held, order: options.order, arrivals: options.arrivals)
            if withEarlier, held.lastTime == nil { beginWithNewest(&keeper) }
            loop.perform { [follower, keeper] in follower.get()?.add(keeper, journal: held.symbol, sink: tapeSink) }
        } catch {
            book.withLock { _ = $0.begun.remove(symbol) }
            report(.error("\(.symbol, symbol) cannot be recorded: \(error)"))
        }
    }

    /// Gives a tape that begins the trades before it that the venue still tells of.
    private func beginWithNewest(_ keeper: inout TapeKeeper) {
        guard options.firstTrades > 0 else { return }
        do {
            let trades = try desk.newestTrades(keeper.instrument.symbol, count: options.firstTrades)
            keeper.begin(with: trades, received: WallClock.microseconds(), at: MonotonicClock.nanoseconds())
        } catch {
            guard !worker.isStopped else { return }
            report("\(.symbol, keeper.instrument.symbol) begins without earlier trades: \(error)")
        }
    }

    /// Begins an instrument again whose rows have more digits than its tape.
    func widen(_ symbol: String, _ scales: Scales) {
        worker.submit { [weak self] in
            guard let self else { return }
            let listed = book.withLock { book -> ListedInstrument? in
                let wider = book.scales[symbol].map { $0.union(scales) } ?? scales
                guard book.scales[symbol] != wider else { return nil }
                book.scales[symbol] = wider
                return book.listed[symbol]
            }
            // All rows at the old scales are on the disk before the first at the new ones.
            guard let listed, (try? journal.flush()) != nil else { return }
            begin(listed)
        }
    }

    /// Begins an instrument again whose rows were dropped, once the journal takes rows: what it lacks is then a hole that is asked for.
    func refused(_ symbol: String, _ count: Int) {
        let isFirst = book.withLock { book in
            defer { book.refused[symbol, default: 0] += count }
            return book.refused[symbol] == nil
        }
        guard isFirst else { return }
        report(.error("trades of \(.symbol, symbol) are dropped: the disk takes nothing"))
        worker.submit(afterMilliseconds: 1000) { [weak self] in self?.retake(symbol) }
    }

    private func retake(_ symbol: String) {
        guard !worker.isStopped else { return }
        guard (try? journal.flush()) != nil else {
            worker.submit(afterMilliseconds: 1000) { [weak self] in self?.retake(symbol) }
            return
        }
        let (count, listed) = book.withLock { ($0.refused.removeValue(forKey: symbol) ?? 0, $0.listed[symbol]) }
        report("\(.count, count) trades of \(.symbol, symbol) were dropped, and are asked for again")
        if let listed { begin(listed) }
    }

    /// Makes the days that are over part of the sealed tape; looks again every minute, and sooner where another venue or an import is writing.
    func seal() {
        var wait = 60_000
        let today = CivilDate(microseconds: WallClock.microseconds() - options.sealingSeconds * 1_000_000)
        do {
            try journal.seal(before: today)
        } catch {
            if (error as? LakeError)?.isBusy == true {
                wait = 1000
            } else {
                report(.error("a day that is over cannot be sealed: \(error)"))
            }
        }
        worker.submit(afterMilliseconds: wait) { [weak self] in self?.seal() }
    }

    private func endDelisted() {
        let gone = book.withLock { book in
            let gone = book.begun.filter { book.listed[$0]?.isGone ?? true }
            book.begun.subtract(gone)
            return gone
        }
        for symbol in gone {
            report("\(.symbol, symbol) is no longer traded")
            loop.perform { [follower] in follower.get()?.remove(symbol, reason: "no longer traded") }
        }
    }
}

extension ListedInstrument {
    /// Whether trades are printed now.
    var isTrading: Bool { status == .trading }

    /// Whether none will be printed any more. A halt is no end: the next trade comes over the same subscription, with the next id.
    var isGone: Bool {
        switch status {
        case .settling, .closed: true
        case .trading, .preOpen, .halted, .unknown: false
        }
    }

    /// What prices and quantities need, as far as the venue says: rows that need more make the tape wider.
    var scales: Scales {
        Scales(price: priceTick?.normalized.scale ?? 0, quantity: quantityStep?.normalized.scale ?? 0)
    }
}
