import CMicroHTTPD
import CWslay
import Glibc
import Pipeline
import Synchronization

/// The thread that runs all WebSockets of a server, by epoll.
final class SessionLoop: Sendable {
    /// A connection that has become a WebSocket.
    struct Newcomer: Sendable {
        let upgrade: WebSocketUpgrade
        let descriptor: Int32
        /// The `MHD_UpgradeResponseHandle`, as a number because pointers are not Sendable.
        let handle: UInt
        let early: [UInt8]
    }

    private struct Shared {
        var newcomers: [Newcomer] = []
        /// The sessions that have something to send.
        var announced: [UInt64] = []
        var isRung = false
        var closing: (code: Int, reason: String)?
        var isStopped = false
    }

    private let shared = Mutex(Shared())
    private let thread = Mutex<JoinableThread?>(nil)
    private let events: Int32
    private let bell: Int32
    private static let bellID = UInt64.max
    /// What may wait for all clients together.
    private let budget: ByteBudget

    /// Creates a loop without a thread, or returns nil if the system has no descriptors left.
    init?(budget: ByteBudget) {
        self.budget = budget
        events = millrace_epoll_create()
        bell = millrace_eventfd()
        guard events >= 0, bell >= 0, millrace_epoll_set(events, 1, bell, 1, 0, SessionLoop.bellID) == 0 else {
            close(events)
            close(bell)
            return nil
        }
    }

    deinit {
        close(events)
        close(bell)
    }

    /// Starts the thread and returns whether there is one.
    func start() -> Bool {
        thread.withLock {
            $0 = JoinableThread { [self] in run() }
            return $0 != nil
        }
    }

    /// Takes over a connection; it is closed at once if the loop has stopped.
    func adopt(_ newcomer: Newcomer) {
        let isTaken = change { shared in
            if shared.isStopped { return false }
            shared.newcomers.append(newcomer)
            return true
        }
        if !isTaken { SessionLoop.giveBack(newcomer.handle) }
    }

    /// Closes all sessions, those to come as well.
    func closeAll(code: Int, reason: String) {
        change { $0.closing = ($0.closing ?? (code, reason)) }
    }

    /// Ends what is left and waits for the thread.
    func stop() {
        change { $0.isStopped = true }
        thread.withLock { thread in
            thread?.join()
            thread = nil
        }
    }

    private func announce(_ id: UInt64) {
        change { $0.announced.append(id) }
    }

    @discardableResult
    private func change<Result>(_ body: (inout Shared) -> Result) -> Result {
        let (result, rings) = shared.withLock { shared in
            let result = body(&shared)
            defer { shared.isRung = true }
            return (result, !shared.isRung)
        }
        if rings {
            var one: UInt64 = 1
            _ = write(bell, &one, 8)
        }
        return result
    }

    private static func giveBack(_ handle: UInt) {
        if let handle = OpaquePointer(bitPattern: handle) { millrace_mhd_close_upgraded(handle) }
    }

    // Below: on the loop's thread.

    private struct Member {
        let driver: SessionDriver
        let handle: UInt
        var reading: Bool
        var writing: Bool
    }

    private func run() {
        var members: [UInt64: Member] = [:]
        var ids = [UInt64](repeating: 0, count: 64)
        var nextID: UInt64 = 0
        var nextLook = SystemClock.coarseMilliseconds()
        var isClosing = false
        while true {
            let count = millrace_epoll_wait(events, &ids, Int32(ids.count), members.isEmpty ? -1 : 100)
            let now = SystemClock.coarseMilliseconds()
            for id in ids[..<Int(max(0, count))] {
                if id == SessionLoop.bellID {
                    hush()
                    continue
                }
                members[id]?.driver.read(at: now)
                members[id]?.driver.send(at: now)
                settle(id, &members)
            }
            let news = takeNews()
            for newcomer in news.newcomers {
                nextID += 1
                let id = nextID
                let session = WebSocketSession(id: id, options: newcomer.upgrade.options, budget: budget) { [weak self] in
                    self?.announce($0)
                }
                let driver = SessionDriver(session: session, descriptor: newcomer.descriptor, early: newcomer.early, now: now)
                _ = millrace_epoll_set(events, 1, newcomer.descriptor, 1, 0, id)
                members[id] = Member(driver: driver, handle: newcomer.handle, reading: true, writing: false)
                driver.start(newcomer.upgrade.makeReceiver)
                if isClosing, let closing = news.closing { session.close(code: closing.code, reason: closing.reason) }
                driver.send(at: now)
                settle(id, &members)
            }
            if let closing = news.closing, !isClosing {
                isClosing = true
                for member in members.values { member.driver.session.close(code: closing.code, reason: closing.reason) }
            }
            for id in news.announced {
                members[id]?.driver.send(at: now)
                settle(id, &members)
            }
            if budget.isExceeded { makeRoom(&members, at: now) }
            if now >= nextLook || news.isStopped {
                nextLook = now + 100
                for id in Array(members.keys) {
                    if news.isStopped {
                        members[id]?.driver.session.close(code: 1001, reason: "the server stops")
                        members[id]?.driver.send(at: now)
                        members[id]?.driver.lose()
                    } else {
                        members[id]?.driver.look(at: now)
                    }
                    settle(id, &members)
                }
            }
            if news.isStopped { return }
        }
    }

    private func hush() {
        var count: UInt64 = 0
        _ = Glibc.read(bell, &count, 8)
    }

    private func takeNews() -> Shared {
        shared.withLock { shared in
            let news = shared
            shared.newcomers = []
            shared.announced = []
            shared.isRung = false
            return news
        }
    }

    /// Closes those for which the most waits.
    private func makeRoom(_ members: inout [UInt64: Member], at now: Int64) {
        budget.makeRoom(among: members.map { ($0.key, $0.value.driver.session.waiting) }) { id in
            members[id]?.driver.session.crowdOut()
            members[id]?.driver.send(at: now)
            settle(id, &members)
        }
    }

    /// Asks epoll for what the session waits for now, or lets it go.
    private func settle(_ id: UInt64, _ members: inout [UInt64: Member]) {
        guard let member = members[id] else { return }
        let driver = member.driver
        if driver.phase == .over {
            _ = millrace_epoll_remove(events, driver.descriptor)
            members[id] = nil
            driver.session.leave()
            SessionLoop.giveBack(member.handle)
            return
        }
        let (reading, writing) = (driver.wantsBytes, driver.wantsRoom)
        guard reading != member.reading || writing != member.writing else { return }
        _ = millrace_epoll_set(events, 3, driver.descriptor, reading ? 1 : 0, writing ? 1 : 0, id)
        members[id]?.reading = reading
        members[id]?.writing = writing
    }
}
