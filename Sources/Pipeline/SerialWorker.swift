/// A thread that does what it is given, one after the other, and some of it later.
///
///     let worker = SerialWorker()
///     worker.submit { … }
///     worker.submit(afterMilliseconds: 5000) { … }
///     worker.stop()
public final class SerialWorker: Sendable {
    /// Something to do.
    public typealias Work = @Sendable () -> Void

    private struct State: Sendable {
        var waiting: [Work] = []
        /// By the time they are due, in nanoseconds; few.
        var later: [(due: Int64, work: Work)] = []
        var isOver = false
    }

    private let state: Condition<State>
    private let thread: JoinableThread?

    /// Starts the thread; without one, if the system gives none, nothing is ever done.
    public init() {
        let state = Condition(State())
        self.state = state
        thread = JoinableThread {
            while let work = SerialWorker.next(state) { work() }
        }
    }

    deinit { stop() }

    /// Has something done when what was given before is done.
    public func submit(_ work: @escaping Work) {
        state.withLock { if !$0.isOver { $0.waiting.append(work) } }
    }

    /// Has something done after a while.
    public func submit(afterMilliseconds wait: Int, _ work: @escaping Work) {
        let due = MonotonicClock.nanoseconds() + Int64(max(0, wait)) * 1_000_000
        state.withLock { if !$0.isOver { $0.later.append((due, work)) } }
    }

    /// Whether it was stopped.
    public var isStopped: Bool { state.withLock { $0.isOver } }

    /// Waits for some time, or until the worker is stopped; for work that has to be patient.
    ///
    /// - Returns: false if it was stopped.
    public func sleep(milliseconds: Int) -> Bool {
        state.wait(atMostMilliseconds: milliseconds) { $0.isOver ? () : nil } == nil
    }

    /// Drops what waits, and waits for what is being done; called by work itself, it does not wait.
    public func stop() {
        let isFirst = state.withLock { state in
            defer {
                state.isOver = true
                state.waiting = []
                state.later = []
            }
            return !state.isOver
        }
        guard isFirst, let thread else { return }
        if thread.isCurrent { thread.detach() } else { thread.join() }
    }

    private static func next(_ state: Condition<State>) -> Work? {
        while true {
            let now = MonotonicClock.nanoseconds()
            let wait = state.withLock { state -> Int64? in
                for index in state.later.indices.reversed() where state.later[index].due <= now {
                    state.waiting.append(state.later.remove(at: index).work)
                }
                return state.later.map(\.due).min().map { $0 - now }
            }
            func take(_ state: inout State) -> Work?? {
                if state.isOver { return .some(nil) }
                return state.waiting.isEmpty ? nil : .some(state.waiting.removeFirst())
            }
            guard let wait else {
                // Something that is due later may be given meanwhile: it wakes this, and is seen in the next round.
                let found = state.wait { state -> Work??? in
                    if let work = take(&state) { return .some(work) }
                    return state.later.isEmpty ? nil : .some(nil)
                }
                if let work = found { return work }
                continue
            }
            if let work = state.wait(atMostMilliseconds: Int(wait / 1_000_000) + 1, until: take) { return work }
        }
    }
}
