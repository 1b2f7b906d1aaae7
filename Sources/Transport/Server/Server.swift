import CMicroHTTPD
import Glibc
import Synchronization

/// An HTTP/1.1 server on libmicrohttpd: one epoll loop a thread, with limits, deadlines and a clean end.
///
///     let server = try Server(router: router, host: "127.0.0.1", port: 0)
///     print("http://127.0.0.1:\(server.port)")
///     server.stop(grace: 10)
///
/// Inbound TLS is nginx's work, in front of it.
public final class Server: @unchecked Sendable {
    // `@unchecked Sendable`: the daemon handle is thread-safe in libmicrohttpd, and is set once before and cleared once after use.
    /// The port it listens on, also where 0 was asked for.
    public let port: Int
    let limits: ServerLimits
    let router: Router
    let watchdog: Watchdog
    let pool: WorkPool
    let sessions: SessionLoop
    let events: EventHub
    let bodies: BodyHub
    /// Is told of every answer; nil where nobody wants to know.
    let observe: (@Sendable (AnsweredRequest) -> Void)?
    let held: HeldBytes
    let origins: OriginPolicy
    let lingerers: Lingerers
    private let listening: ListenSocket
    private var daemon: OpaquePointer?
    private let isDraining = Atomic<Bool>(false)
    private let isShutValue = Atomic<Bool>(false)
    private let isStopped = Atomic<Bool>(false)

    /// Starts a server.
    ///
    /// - Parameters:
    ///   - host: a numeric address, or `localhost`.
    ///   - port: 0 picks a free one.
    ///   - threads: worker threads, each with its own epoll loop.
    ///   - origins: by which names it goes, and what web pages may have of it.
    ///   - held: tells what clients hold of its memory; nil if nobody wants to know.
    ///   - observe: is told of every answer, on the thread that sends it.
    public init(
        router: Router, host: String = "127.0.0.1", port: Int = 0, threads: Int = 2, limits: ServerLimits = ServerLimits(),
        origins: OriginPolicy = OriginPolicy(), held: HeldBytes? = nil, observe: (@Sendable (AnsweredRequest) -> Void)? = nil
    ) throws(ServerError) {
        self.router = router
        self.observe = observe
        self.limits = limits
        self.origins = origins
        let held = held ?? HeldBytes(limits: limits)
        self.held = held
        watchdog = Watchdog(limits: limits, answers: held.answers)
        lingerers = Lingerers(limits: limits)
        pool = WorkPool(router: router, room: limits.workQueue)
        events = EventHub(patience: limits.writeSeconds, budget: held.events)
        bodies = BodyHub(pool: pool, router: router, limits: limits, budget: held.answers)
        guard let sessions = SessionLoop(budget: held.frames) else { throw ServerError(code: .start, endpoint: "\(host):\(port)") }
        self.sessions = sessions
        listening = try ListenSocket(host: host, port: port)
        self.port = listening.port
        guard sessions.start() else {
            close(listening.descriptor)
            throw ServerError(code: .start, endpoint: "\(host):\(port)")
        }
        guard pool.start(threads: limits.workThreads ?? max(2, sysconf(Int32(_SC_NPROCESSORS_ONLN)))) else {
            sessions.stop()
            close(listening.descriptor)
            throw ServerError(code: .start, endpoint: "\(host):\(port)")
        }
        let options = Server.options(limits: limits, threads: threads, socket: listening.descriptor, server: self)
        let flags =
            MHD_USE_EPOLL.rawValue | MHD_USE_INTERNAL_POLLING_THREAD.rawValue | MHD_USE_ITC.rawValue | MHD_USE_TURBO.rawValue
            | MHD_ALLOW_SUSPEND_RESUME.rawValue | MHD_ALLOW_UPGRADE.rawValue
        daemon = options.withUnsafeBufferPointer {
            millrace_mhd_start(
                flags, Server.acceptConnection, Server.handleRequest, Unmanaged.passUnretained(self).toOpaque(),
                UnsafeMutablePointer(mutating: $0.baseAddress))
        }
        guard daemon != nil else {
            pool.stop()
            sessions.stop()
            close(listening.descriptor)
            throw ServerError(code: .start, endpoint: "\(host):\(port)")
        }
        watchdog.start { [pool, events, bodies, lingerers] in
            pool.look()
            events.look()
            bodies.look()
            lingerers.look()
        }
    }

    deinit { stop(grace: 0) }

    /// Whether the server is finishing what is in flight.
    var draining: Bool { isDraining.load(ordering: .acquiring) }
    /// Whether no more connections are let in.
    var isShut: Bool { isShutValue.load(ordering: .relaxed) }

    /// How many connections are open.
    public var connections: Int { watchdog.count }

    /// Stops: no new connections, idle ones close, requests in flight are answered, WebSockets are closed with 1001 and streams of events
    /// end; what is left after `grace` seconds is cut off.
    ///
    /// A request that had arrived by then is answered, also if its connection still waited to be accepted, or if it is one of many in a
    /// row; the last answer of a connection says `Connection: close`.
    ///
    /// Work off the event loops is cancelled then, and given another second to end.
    public func stop(grace: Double) {
        guard !isStopped.exchange(true, ordering: .acquiringAndReleasing), let daemon else { return }
        // Connections are refused in a moment, and not by MHD_quiesce_daemon: where it takes the listening socket away at the wrong moment,
        // the event loop ends the process (libmicrohttpd 0.9.75, "Failed to remove listen FD from epoll set").
        isDraining.store(true, ordering: .releasing)
        sessions.closeAll(code: 1001, reason: "the server stops")
        events.endAll()
        let deadline = SystemClock.coarseMilliseconds() + Int64(grace * 1000)
        if grace > 0 { letInWhoWaits() }
        isShutValue.store(true, ordering: .relaxed)
        while watchdog.count + lingerers.count > 0, SystemClock.coarseMilliseconds() < deadline {
            watchdog.releaseIdle()
            lingerers.look()
            usleep(5000)
        }
        // libmicrohttpd ends the process if it is stopped while a connection is suspended.
        pool.stop()
        events.stop()
        bodies.stop()
        sessions.stop()
        MHD_stop_daemon(daemon)
        self.daemon = nil
        watchdog.stop()
        lingerers.stop()
    }

    /// Gives the event loops time to take the connections that had been made before.
    private func letInWhoWaits() {
        for _ in 0..<250 where listening.waiting > 0 { usleep(1000) }
        // One that has just left the queue is asked about in a moment, which is longer where other programs are busy.
        usleep(100_000)
    }

    private static func options(limits: ServerLimits, threads: Int, socket: Int32, server: Server) -> [MHD_OptionItem] {
        let context = Unmanaged.passUnretained(server).toOpaque()
        func number(_ option: MHD_OPTION, _ value: Int) -> MHD_OptionItem {
            MHD_OptionItem(option: option, value: value, ptr_value: nil)
        }
        func callback<Function>(_ option: MHD_OPTION, _ function: Function) -> MHD_OptionItem {
            MHD_OptionItem(option: option, value: unsafeBitCast(function, to: Int.self), ptr_value: context)
        }
        return [
            number(.LISTEN_SOCKET, Int(socket)),
            number(.THREAD_POOL_SIZE, threads > 1 ? threads : 0),
            number(.CONNECTION_LIMIT, max(limits.connections, threads)),
            number(.PER_IP_CONNECTION_LIMIT, limits.connectionsPerClient),
            // Room for the target and the headers. libmicrohttpd clears it after every request, so more room would cost each of them.
            number(.CONNECTION_MEMORY_LIMIT, 12_288),
            number(.STRICT_FOR_CLIENT, 1),
            callback(.NOTIFY_CONNECTION, notifyConnection),
            callback(.NOTIFY_COMPLETED, notifyCompleted),
            callback(.URI_LOG_CALLBACK, takeTarget),
            callback(.UNESCAPE_CALLBACK, leaveEscaped),
            MHD_OptionItem(option: .END, value: 0, ptr_value: nil),
        ]
    }
}
