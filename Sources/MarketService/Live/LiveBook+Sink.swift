import MarketModel
import OrderFlow
import Synchronization
import Recorder
import TapeSequencer

extension LiveBook: LiveTapeSink {
    func take(_ trades: [LiveTrade]) {
        guard !trades.isEmpty else { return }
        state.withLock { state in
            state.flow = nil
            state.tally.add(trades)
            var first = 0
            while first < trades.count {
                let isLate = trades[first].isLate
                let end = trades[first...].firstIndex { $0.isLate != isLate } ?? trades.count
                add(trades[first..<end], isLate: isLate, to: &state)
                first = end
            }
            state.last = trades.last { !$0.isLate } ?? state.last
            state.firstTime = state.firstTime ?? trades[0].trade.time
        }
        subscribers.deliver(.trades(instrument, scales, trades), to: .trades(instrument.venue, instrument.symbol))
    }

    private func add(_ trades: ArraySlice<LiveTrade>, isLate: Bool, to state: inout State) {
        state.batch.removeAll()
        for row in trades {
            state.batch.append(row.trade)
            if isLate { state.newest.insert(row.trade) } else { state.newest.append(row.trade) }
        }
        let rows = 0..<state.batch.count
        for index in state.series.indices {
            state.series[index].hasGrown = true
            do {
                if isLate {
                    try state.series[index].bars.addLate(state.batch, rows)
                } else {
                    try state.series[index].bars.add(state.batch, rows)
                }
            } catch {
                // A sum beyond 128 bits: reading the tape again will say so, with the time.
                for row in rows { state.series[index].bars.disorder(at: state.batch.time[row]) }
            }
        }
        guard instrument.tradeIDs != .contiguous, !isLate else { return }
        // Such a tape is ordered by time: a trade that steps back belongs before some that were added.
        for row in rows {
            let time = state.batch.time[row]
            if time < state.newestTime {
                for index in state.series.indices { state.series[index].bars.disorder(at: time) }
            } else {
                state.newestTime = time
            }
        }
    }

    func take(_ gap: LiveGap) {
        state.withLock { state in
            state.gaps.take(gap)
            let wholeness = state.gaps.wholeness
            for index in state.series.indices {
                state.series[index].bars.wholeness = wholeness
                // What bars say of their tape has changed, too.
                state.series[index].stale.formUnion(touched(by: gap, state.series[index].bars))
                if !state.series[index].stale.isEmpty { state.series[index].rereadAt = .min }
            }
        }
        subscribers.deliver(.gap(instrument, gap), to: .gaps(instrument.venue, instrument.symbol))
    }

    /// The closed bars around a gap that were told of as final.
    private func touched(by gap: LiveGap, _ bars: LiveSeries) -> Set<Int64> {
        let interval = bars.options.interval
        let ends = [gap.timeFrom, gap.timeTo].map { interval.start(of: $0) }
        return Set(ends.filter { $0 <= bars.closedThrough })
    }

    func committed(id: TradeID, time: Int64) {
        state.withLock { $0.durable = (id, time) }
    }

    func state(_ status: LiveState) {
        state.withLock { $0.status = status }
    }

    func tick(at now: Int64) {
        var messages: [(LiveTopic, LiveMessage)] = []
        var wishes: [(Interval, Wish)] = []
        state.withLock { state in
            for index in state.series.indices { tick(&state.series[index], at: now, &messages, &wishes) }
        }
        for (topic, message) in messages { subscribers.deliver(message, to: topic) }
        for (interval, wish) in wishes { reread(interval, wish) }
    }

    private func tick(
        _ series: inout Series, at now: Int64, _ messages: inout [(LiveTopic, LiveMessage)], _ wishes: inout [(Interval, Wish)]
    ) {
        let interval = series.bars.options.interval
        let topic = LiveTopic.bars(instrument.venue, instrument.symbol, interval)
        for start in series.bars.close(at: now) { wishes.append((interval, .due(start))) }
        for row in series.bars.takeRows() { messages.append((topic, final(row, &series))) }
        let late = series.bars.takeLate()
        if !late.isEmpty {
            series.stale.formUnion(late)
            series.rereadAt = now + options.revisionDelay
        }
        if !series.stale.isEmpty, now >= series.rereadAt, !series.isRereading {
            series.isRereading = true
            wishes.append((interval, .revise))
        }
        guard series.hasGrown, now - options.openUpdates >= series.toldAt || now < series.toldAt, subscribers.isFollowed(topic) else {
            return
        }
        series.hasGrown = false
        series.toldAt = now
        if let row = series.bars.openRows().last {
            messages.append((topic, .bar(instrument, interval, row, isOpen: true, revision: 0)))
        }
    }

    /// What is told of a bar that has closed.
    func final(_ row: BarRow, _ series: inout Series) -> LiveMessage {
        series.last = (row, 0)
        series.told += 1
        return .bar(instrument, series.bars.options.interval, row, isOpen: false, revision: 0)
    }

    /// What is told of a bar that has changed since it closed.
    func revised(_ row: BarRow, _ series: inout Series) -> LiveMessage {
        let revision = series.revisions.next(row.time)
        series.toldAgain += 1
        if row.time >= series.last?.row.time ?? .min { series.last = (row, revision) }
        return .bar(instrument, series.bars.options.interval, row, isOpen: false, revision: revision)
    }
}
