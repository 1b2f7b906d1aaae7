import Lake
import MarketModel
import Recorder
import Synchronization
import TapeSequencer

/// Who follows recorders in tests, and keeps all it is told.
final class Capture: LiveSink {
    struct Tape: Sendable {
        var rows: [LiveTrade] = []
        var gaps: [LiveGap] = []
        var state = LiveState.waiting
        var committed: TradeID?
        var scales = Scales(price: 0, quantity: 0)

        /// What has become of each gap.
        var lastGaps: [LiveGap] {
            var last: [LiveGap] = []
            for gap in gaps {
                if let place = last.lastIndex(where: { $0.ids == gap.ids && $0.timeFrom == gap.timeFrom && $0.timeTo == gap.timeTo }) {
                    last[place] = gap
                } else {
                    last.append(gap)
                }
            }
            return last
        }
    }

    private let tapes = Mutex<[Venue: Tape]>([:])

    /// All of a venue's, for when recording has ended.
    subscript(venue: Venue) -> Tape { tapes.withLock { $0[venue] ?? Tape() } }

    /// Looks at what has come of a venue while more comes. Nothing is copied out: rows that are let go of elsewhere than under the lock would
    /// seem to be written and read at once to a sanitizer, which does not see reference counts.
    func look<Result: Sendable>(_ venue: Venue, _ body: (Tape) -> Result) -> Result {
        tapes.withLock { body($0[venue] ?? Tape()) }
    }

    /// When the last row of a venue was received, how long the tape is by event time, and whether a hole is still being asked for; without a
    /// copy of the rows.
    func progress(_ venue: Venue) -> (received: Int64, length: Int64, isAsking: Bool) {
        tapes.withLock { tapes in
            guard let tape = tapes[venue], let first = tape.rows.first, let last = tape.rows.last else { return (0, 0, false) }
            return (last.received, last.trade.time - first.trade.time, tape.lastGaps.contains { $0.state == .open })
        }
    }

    func begin(_ start: LiveTapeStart) -> any LiveTapeSink {
        tapes.withLock { $0[start.instrument.venue, default: Tape()].scales = start.scales }
        return Follower(capture: self, venue: start.instrument.venue)
    }

    private struct Follower: LiveTapeSink {
        let capture: Capture
        let venue: Venue

        private func change(_ body: (inout Tape) -> Void) { capture.tapes.withLock { body(&$0[venue, default: Tape()]) } }

        func take(_ trades: [LiveTrade]) { change { $0.rows += trades } }
        func take(_ gap: LiveGap) { change { $0.gaps.append(gap) } }
        func committed(id: TradeID, time: Int64) { change { $0.committed = id } }
        func state(_ state: LiveState) { change { $0.state = state } }
        func tick(at now: Int64) {}
    }
}

extension LiveGap {
    /// Whether it says that a trade is missing.
    func admits(_ trade: Trade) -> Bool {
        ids.map { $0.contains(trade.id.integer) } ?? (timeFrom...timeTo).contains(trade.time)
    }
}
