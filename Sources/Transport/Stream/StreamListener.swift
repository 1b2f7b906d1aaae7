import Glibc
import Pipeline
import Synchronization

/// A TCP server of a byte protocol: each connection has a ``ByteSession``, and each thread an epoll loop with many of them.
///
///     let listener = try StreamListener(port: 0) { time in Echo(since: time) }
///     print(listener.port)
///     listener.stop()
///
/// An idle connection costs a few hundred bytes. A peer that does not read is not read from either. What all connections together may hold
/// is bounded.
public final class StreamListener: Sendable {
    /// The port it listens on, also where 0 was asked for.
    public let port: Int
    private let listening: ListenSocket
    private let loops: [StreamLoop]
    private let census: StreamCensus
    private let isStopped = Atomic<Bool>(false)

    /// Starts a server.
    ///
    /// - Parameters:
    ///   - host: a numeric address, or `localhost`.
    ///   - port: 0 picks a free one.
    ///   - threads: each serves the connections that it was first to accept.
    ///   - makeSession: makes the session of a connection, on the thread that will call it.
    public init(
        host: String = "127.0.0.1", port: Int = 0, threads: Int = 1, limits: StreamLimits = StreamLimits(),
        makeSession: @escaping @Sendable (StreamTime) -> any ByteSession
    ) throws(ServerError) {
        listening = try ListenSocket(host: host, port: port)
        self.port = listening.port
        census = StreamCensus(limits: limits)
        let threads = max(1, threads)
        var loops: [StreamLoop] = []
        for _ in 0..<threads {
            guard
                let loop = StreamLoop(
                    listening: listening.descriptor, limits: limits, mayHold: limits.heldBytes(ofThreads: threads), census: census,
                    makeSession: makeSession),
                loop.start()
            else {
                for loop in loops { loop.stop() }
                close(listening.descriptor)
                throw ServerError(code: .start, endpoint: "\(host):\(port)")
            }
            loops.append(loop)
        }
        self.loops = loops
    }

    deinit { stop() }

    /// How many connections are open.
    public var connections: Int { census.open }

    /// How many connections were ended for a reason since the start.
    public func cutoffs(_ reason: StreamCutoff) -> Int { census.count(reason) }

    /// How many bytes all connections hold together, and how many they may; connections cut off for it count as `crowded`.
    public var held: HeldBytes.Kind {
        HeldBytes.Kind(
            name: "streams", held: loops.reduce(0) { $0 + $1.budget.held }, limit: loops.reduce(0) { $0 + $1.budget.limit },
            shed: census.count(.crowded))
    }

    /// Closes all connections and ends the threads; later calls do nothing.
    public func stop() {
        guard !isStopped.exchange(true, ordering: .acquiringAndReleasing) else { return }
        for loop in loops { loop.stop() }
        close(listening.descriptor)
    }
}
