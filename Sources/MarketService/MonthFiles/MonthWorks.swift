import Lake
import Pipeline

/// The threads that make month files: a queue of works, each done once for all who wait for it.
package final class MonthWorks: Sendable {
    /// What became of a work: a file, nothing because the tape changed meanwhile, or an error.
    package typealias Outcome = Result<MonthFile?, any Error>

    private struct Work: Sendable {
        let ticket: Int
        let id: String
        let isLong: Bool
        let body: @Sendable () throws -> MonthFile?
    }

    private struct State: Sendable {
        var queue: [Work] = []
        /// The tickets of works that wait or run, by their ids.
        var tickets: [String: Int] = [:]
        var waiters: [Int: Int] = [:]
        var outcomes: [Int: Outcome] = [:]
        var nextTicket = 0
        var workers = 0
        var idle = 0
        var longRunning = 0
        var isStopping = false

        /// Takes the next work that may run now: long ones leave one thread to the others.
        mutating func take(builders: Int) -> Work? {
            let mayBeLong = longRunning < max(1, builders - 1)
            guard let index = queue.firstIndex(where: { mayBeLong || !$0.isLong }) else { return nil }
            if queue[index].isLong { longRunning += 1 }
            return queue.remove(at: index)
        }

        mutating func finish(_ work: Work, _ outcome: Outcome) {
            // From here on the next asker begins anew: a failure is not remembered.
            tickets[work.id] = nil
            if waiters[work.ticket] != nil { outcomes[work.ticket] = outcome }
        }
    }

    private let state = Condition(State())
    private let builders: Int

    /// Creates works for at most `builders` threads, which begin when they are needed.
    package init(builders: Int) { self.builders = builders }

    /// Joins the work of an id, or begins it; the caller waits, and leaves.
    ///
    /// - Parameter isLong: whether it may take a minute; one thread is kept for works that do not.
    package func enqueue(_ id: String, isLong: Bool = false, _ body: @escaping @Sendable () throws -> MonthFile?) -> Int {
        let (ticket, needsWorker) = state.withLock { state in
            if let ticket = state.tickets[id] {
                state.waiters[ticket, default: 0] += 1
                return (ticket, false)
            }
            let ticket = state.nextTicket
            state.nextTicket += 1
            state.waiters[ticket] = 1
            if state.isStopping {
                state.outcomes[ticket] = .failure(MonthFilesError(code: .cancelled))
                return (ticket, false)
            }
            state.tickets[id] = ticket
            state.queue.append(Work(ticket: ticket, id: id, isLong: isLong, body: body))
            let needsWorker = state.idle < state.queue.count && state.workers < builders
            if needsWorker { state.workers += 1 }
            return (ticket, needsWorker)
        }
        // Threads end by themselves after stop(); the state outlives them because they hold on to it.
        if needsWorker {
            if let thread = JoinableThread({ [self] in run() }) { thread.detach() } else { refuseAll() }
        }
        return ticket
    }

    /// The system gives no thread: works that none is there for fail.
    private func refuseAll() {
        state.withLock { state in
            state.workers -= 1
            guard state.workers == 0 else { return }
            for work in state.queue { state.finish(work, .failure(MonthFilesError(code: .late))) }
            state.queue = []
        }
    }

    /// The outcome of a work, or nil if it is not there in time.
    package func wait(_ ticket: Int, atMostMilliseconds limit: Int) -> Outcome? {
        state.wait(atMostMilliseconds: limit) { $0.outcomes[ticket] }
    }

    /// One who waited does so no longer.
    package func leave(_ ticket: Int) {
        state.withLock { state in
            let left = (state.waiters[ticket] ?? 1) - 1
            state.waiters[ticket] = left > 0 ? left : nil
            if left <= 0 { state.outcomes[ticket] = nil }
        }
    }

    /// Waits a little.
    func pause(milliseconds: Int) -> Bool {
        state.wait(atMostMilliseconds: milliseconds) { $0.isStopping ? true : nil } ?? false
    }

    /// Takes no more works; those that wait fail.
    package func stop() {
        state.withLock { state in
            state.isStopping = true
            for work in state.queue { state.finish(work, .failure(MonthFilesError(code: .cancelled))) }
            state.queue = []
        }
    }

    private func run() {
        while let work = next() {
            let outcome = Outcome(catching: work.body)
            state.withLock { state in
                if work.isLong { state.longRunning -= 1 }
                state.finish(work, outcome)
            }
        }
    }

    private func next() -> Work? {
        state.withLock { $0.idle += 1 }
        return state.wait { [builders] state -> Work?? in
            if !state.isStopping, let work = state.take(builders: builders) {
                state.idle -= 1
                return .some(work)
            }
            guard state.isStopping else { return nil }
            state.idle -= 1
            state.workers -= 1
            return .some(nil)
        }
    }
}
