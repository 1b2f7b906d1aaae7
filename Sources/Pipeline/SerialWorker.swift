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

        /// When the first of ``later`` is due, in nanoseconds.
        var nextDue: Int64 { later.map(\.due).min() ?? .max / 2 }
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

    private enum Next {
        case work(Work)
        /// Something is due sooner than what was waited for.
        case look
        case over
    }

    private static func next(_ state: Condition<State>) -> Work? {
        while true {
            let now = MonotonicClock.nanoseconds()
            let due = state.withLock { state -> Int64 in
                for item in state.later where item.due <= now { state.waiting.append(item.work) }
                state.later.removeAll { $0.due <= now }
                return state.nextDue
            }
            let found = state.wait(atMostMilliseconds: Int(min(due - now, hour) / 1_000_000) + 1) { state -> Next? in
                if state.isOver { return .over }
                if !state.waiting.isEmpty { return .work(state.waiting.removeFirst()) }
                return state.nextDue < due ? .look : nil
            }
            switch found {
            case .work(let work): return work
            case .over: return nil
            case .look, nil: continue
            }
        }
    }

    private static var hour: Int64 { 3_600_000_000_000 }
}
