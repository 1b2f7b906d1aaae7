import MarketModel
import Notices
import Pipeline

/// The rounds in which what was appended is written: one after the other, on one thread.
final class JournalRounds: Sendable {
    private struct Control {
        var isStopping = false
        /// Someone waits: write now.
        var isUrgent = false
        /// All that was appended up to this ticket is durable.
        var durable: UInt64 = 0
        /// How many rounds have ended.
        var ended = 0
        var problem: String?
    }

    /// How long to leave a disk alone that takes nothing.
    private static let pause = 1000

    /// How long rounds took that wrote something.
    let times = LatencyHistogram()
    private let control = Condition(Control())
    private let venue: Venue
    private let buffer: JournalBuffer
    private let store: JournalStore
    private let milliseconds: Int
    private let report: @Sendable (Notice) -> Void
    private let onCommit: @Sendable ([JournalCommit]) -> Void

    init(
        venue: Venue, buffer: JournalBuffer, store: JournalStore, milliseconds: Int, report: @escaping @Sendable (Notice) -> Void,
        onCommit: @escaping @Sendable ([JournalCommit]) -> Void
    ) {
        self.venue = venue
        self.buffer = buffer
        self.store = store
        self.milliseconds = milliseconds
        self.report = report
        self.onCommit = onCommit
    }

    /// Writes again and again until ``stop()``.
    func run() {
        while true {
            let limit = problem == nil ? milliseconds : JournalRounds.pause
            let isStopping = control.wait(atMostMilliseconds: limit) { control -> Bool? in
                if control.isStopping { return true }
                return control.isUrgent ? false : nil
            }
            if isStopping == true { return }
            commit()
        }
    }

    func stop() { control.withLock { $0.isStopping = true } }

    /// Why rows are not written, or nil.
    var problem: String? { control.withLock { $0.problem } }

    /// Waits until all up to a ticket is durable; returns why not.
    func wait(for ticket: UInt64) -> String? {
        let ended = control.withLock { control in
            control.isUrgent = true
            return control.ended
        }
        return control.wait { control -> String?? in
            if control.durable >= ticket { return .some(nil) }
            if control.isStopping { return .some("the journal is closed") }
            // A round that began after the call has failed: the one that was under way does not count.
            if control.ended >= ended + 2, let problem = control.problem { return .some(problem) }
            if control.ended > ended { control.isUrgent = true }
            return nil
        }
    }

    /// One round.
    func commit() {
        control.withLock { $0.isUrgent = false }
        let ticket = buffer.collect()
        let began = MonotonicClock.nanoseconds()
        let outcome = store.commit(buffer)
        if !outcome.commits.isEmpty {
            times.record(nanoseconds: MonotonicClock.nanoseconds() - began)
            onCommit(outcome.commits)
        }
        let before = control.withLock { control in
            let before = control.problem
            control.problem = outcome.problem
            control.ended += 1
            if outcome.isComplete { control.durable = max(control.durable, ticket) }
            return before
        }
        switch (before, outcome.problem) {
        case (nil, let problem?): report(.error("\(.venue, venue): trades cannot be written and wait in memory: \(.reason, problem)"))
        case (_?, nil): report(.info("\(.venue, venue): trades are written again"))
        default: break
        }
    }
}
