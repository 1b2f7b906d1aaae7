import CWslay
import Glibc
import Pipeline
import Synchronization

/// A thread of a ``StreamListener``: accepts connections and serves them by epoll.
final class StreamLoop: Sendable {
    private let listening: Int32
    private let limits: StreamLimits
    /// How many bytes the connections of this thread hold together, and may.
    let budget: ByteBudget
    private let census: StreamCensus
    private let makeSession: @Sendable (StreamTime) -> any ByteSession
    private let events: Int32
    private let bell: Int32
    private let isStopped = Atomic<Bool>(false)
    private let thread = Mutex<JoinableThread?>(nil)
    private static let bellID: UInt64 = 0
    private static let doorID: UInt64 = 1
    /// How often deadlines are looked at.
    private static let lookNanoseconds: Int64 = 500_000_000

    /// Creates a loop without a thread, or returns nil if the system has no descriptors left.
    init?(
        listening: Int32, limits: StreamLimits, mayHold: Int, census: StreamCensus,
        makeSession: @escaping @Sendable (StreamTime) -> any ByteSession
    ) {
        self.listening = listening
        self.limits = limits
        budget = ByteBudget(limit: mayHold)
        self.census = census
        self.makeSession = makeSession
        events = millrace_epoll_create()
        bell = millrace_eventfd()
        guard events >= 0, bell >= 0, millrace_epoll_set(events, 1, bell, 1, 0, StreamLoop.bellID) == 0,
            millrace_epoll_set(events, 1, listening, 1, 0, StreamLoop.doorID) == 0
        else {
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

    /// Closes all connections and waits for the thread.
    func stop() {
        isStopped.store(true, ordering: .releasing)
        var one: UInt64 = 1
        _ = write(bell, &one, 8)
        thread.withLock { thread in
            thread?.join()
            thread = nil
        }
    }

    // Below: on the loop's thread.

    /// What the thread has in hand.
    private struct Work {
        var members: [UInt64: StreamConnection] = [:]
        var nextID: UInt64 = 2
        var scratch = StreamScratch()
        /// Whether connections are taken; not while the system has no descriptors left.
        var isOpen = true
    }

    private func run() {
        var work = Work()
        var ids = [UInt64](repeating: 0, count: 64)
        var nextLook = MonotonicClock.nanoseconds() + StreamLoop.lookNanoseconds
        while !isStopped.load(ordering: .acquiring) {
            let count = millrace_epoll_wait(events, &ids, Int32(ids.count), work.members.isEmpty && work.isOpen ? -1 : 250)
            let time = StreamLoop.time()
            for id in ids[..<Int(max(0, count))] {
                switch id {
                case StreamLoop.bellID: break
                case StreamLoop.doorID: accept(&work, time)
                default:
                    guard let member = work.members[id] else { continue }
                    member.serve(at: time, &work.scratch)
                    settle(id, member, &work)
                    if budget.isExceeded { makeRoom(&work) }
                }
            }
            guard time.nanoseconds >= nextLook else { continue }
            nextLook = time.nanoseconds + StreamLoop.lookNanoseconds
            for (id, member) in work.members where member.isLate(at: time.nanoseconds) { settle(id, member, &work) }
            if !work.isOpen { work.isOpen = millrace_epoll_set(events, 1, listening, 1, 0, StreamLoop.doorID) == 0 }
        }
        for (id, member) in work.members {
            member.lose()
            settle(id, member, &work)
        }
    }

    private static func time() -> StreamTime {
        StreamTime(nanoseconds: MonotonicClock.nanoseconds(), microseconds: WallClock.microseconds())
    }

    /// Takes what waits at the door, a share at a time.
    private func accept(_ work: inout Work, _ time: StreamTime) {
        for _ in 0..<64 {
            var address = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let descriptor = withUnsafeMutablePointer(to: &address) { address in
                address.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.accept(listening, $0, &length) }
            }
            guard descriptor >= 0 else {
                if [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(errno) {
                    // The door would ring without end: it is opened again when deadlines are looked at.
                    work.isOpen = millrace_epoll_remove(events, listening) != 0
                }
                return
            }
            let client = StreamClient(address)
            guard census.admit(client) else {
                close(descriptor)
                continue
            }
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            var yes: Int32 = 1
            setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
            let id = work.nextID
            work.nextID += 1
            let member = StreamConnection(descriptor: descriptor, client: client, session: makeSession(time), limits: limits)
            if millrace_epoll_set(events, 1, descriptor, 1, 0, id) != 0 { member.lose() }
            work.members[id] = member
            settle(id, member, &work)
        }
    }

    /// Asks epoll for what the connection waits for now, or lets it go.
    private func settle(_ id: UInt64, _ member: StreamConnection, _ work: inout Work) {
        budget.change(by: member.changeOfHeld())
        if member.isOver {
            budget.change(by: -member.held)
            work.members[id] = nil
            // Closing takes it out of the queue.
            close(member.descriptor)
            census.leave(member.client, member.cutoff)
        } else if let (reading, writing) = member.changedWishes() {
            _ = millrace_epoll_set(events, 3, member.descriptor, reading ? 1 : 0, writing ? 1 : 0, id)
        }
    }

    /// Lets those go that hold the most, until others can grow for a while.
    private func makeRoom(_ work: inout Work) {
        budget.makeRoom(among: work.members.map { ($0, $0.value.held) }) { id, member in
            member.cut(.crowded)
            settle(id, member, &work)
        }
    }
}
