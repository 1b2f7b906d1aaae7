import Pipeline
import Synchronization

/// A few threads for answers that take too long for an event loop, and a bounded queue of those that wait for one.
final class WorkPool: Sendable {
    /// What a thread does.
    private enum Work {
        case answer(LateAnswer)
        /// The next piece of a body.
        case piece(BodySession)

        var object: AnyObject {
            switch self {
            case .answer(let answer): answer
            case .piece(let body): body
            }
        }

        var isOpen: Bool {
            switch self {
            case .answer(let answer): answer.isOpen
            case .piece: true
            }
        }

        func abandon() {
            switch self {
            case .answer(let answer): answer.abandon()
            case .piece(let body): body.cut()
            }
        }

        func abandonIfClientLeft() {
            if case .answer(let answer) = self { answer.abandonIfClientLeft() }
        }

        func make(_ router: Router) {
            switch self {
            case .answer(let answer): answer.make(router)
            case .piece(let body): body.make()
            }
        }
    }

    private struct Shared {
        /// In the order in which they came.
        var waiting: [Work] = []
        var running: [Work] = []
        /// Of work that is done on event loops.
        var elsewhere: [Cancellation] = []
        var isClosed = false
    }

    private let shared = Condition(Shared())
    /// How many wait or run: lets the watchdog leave an unused pool alone.
    private let count = Atomic<Int>(0)
    private let router: Router
    private let room: Int
    private let threads = Mutex<[JoinableThread]>([])

    /// Creates a pool without threads; see ``start(threads:)``.
    ///
    /// - Parameter room: how many may wait for a thread.
    init(router: Router, room: Int) {
        self.router = router
        self.room = room
    }

    /// Starts the threads and returns whether there is one at least.
    func start(threads count: Int) -> Bool {
        threads.withLock { threads in
            threads = (0..<max(1, count)).compactMap { _ in JoinableThread { [self] in runThread() } }
            return !threads.isEmpty
        }
    }

    /// Takes over an answer to make; if there is no room, or the pool is closing, the request is refused.
    func submit(_ answer: LateAnswer) {
        let isTaken = shared.withLock(waking: .one) { shared in
            guard !shared.isClosed, shared.waiting.count < room else { return false }
            shared.waiting.append(.answer(answer))
            count.add(1, ordering: .relaxed)
            return true
        }
        if !isTaken {
            answer.refuse(
                Failure(.unavailable, "too many long requests are waiting: try again", headers: [Header("Retry-After", "2")]), router)
        }
    }

    /// Takes over the next piece of a body that has been let in; false if the pool is closing.
    func submit(_ body: BodySession) -> Bool {
        shared.withLock(waking: .one) { shared in
            guard !shared.isClosed else { return false }
            shared.waiting.append(.piece(body))
            count.add(1, ordering: .relaxed)
            return true
        }
    }

    /// Makes an answer on the thread that asks: its connection cannot be laid aside any more, while the server stops.
    func runHere(_ work: LateWork, headers: [Header], target: [UInt8], id: RequestID, time: Int64) -> Response {
        let cancellation = Cancellation()
        shared.withLock { shared in
            if shared.isClosed { cancellation.cancel() }
            shared.elsewhere.append(cancellation)
        }
        defer { shared.withLock { $0.elsewhere.removeAll { $0 === cancellation } } }
        return router.finish(work, headers: headers, target: target, id: id, time: time, cancellation)
    }

    /// Gives up the answers whose clients have left.
    func look() {
        guard count.load(ordering: .relaxed) > 0 else { return }
        for work in shared.withLock(waking: .none, { $0.running + $0.waiting }) { work.abandonIfClientLeft() }
        drop { !$0.isOpen }
    }

    /// Cancels all work, takes no more, and gives what runs a second to end.
    ///
    /// Every connection has been resumed when this returns. Work that does not heed its cancellation is left to itself: its thread ends
    /// after it.
    func stop() {
        // What waits is taken away first: a thread whose work ends on being cancelled must find nothing more to do.
        let (waiting, running) = shared.withLock { shared in
            shared.isClosed = true
            defer { shared.waiting = [] }
            for cancellation in shared.elsewhere { cancellation.cancel() }
            count.subtract(shared.waiting.count, ordering: .relaxed)
            return (shared.waiting, shared.running)
        }
        for work in waiting + running { work.abandon() }
        guard shared.wait(atMostMilliseconds: 1000, until: { $0.running.isEmpty ? true : nil }) != nil else { return }
        threads.withLock { threads in
            for thread in threads { thread.join() }
            threads = []
        }
    }

    private func drop(_ isOver: (Work) -> Bool) {
        shared.withLock { shared in
            let before = shared.waiting.count
            shared.waiting.removeAll(where: isOver)
            count.subtract(before - shared.waiting.count, ordering: .relaxed)
        }
    }

    private func runThread() {
        while let work = next() {
            work.make(router)
            let isLast = shared.withLock(waking: .none) { shared in
                if let place = shared.running.firstIndex(where: { $0.object === work.object }) { shared.running.remove(at: place) }
                count.subtract(1, ordering: .relaxed)
                return shared.isClosed && shared.running.isEmpty
            }
            // Who stops the pool waits for that.
            if isLast { shared.withLock { _ in } }
        }
    }

    /// Waits for the next answer to make; nil at the end.
    private func next() -> Work? {
        shared.wait(waking: .none) { shared -> Work?? in
            if !shared.waiting.isEmpty {
                let work = shared.waiting.removeFirst()
                shared.running.append(work)
                return work
            }
            return shared.isClosed ? .some(nil) : nil
        }
    }
}
