import Glibc
import Synchronization

/// Runs a three-stage pipeline on a few threads: serial production, parallel work, serial consumption in the order of production.
///
/// Each thread takes whichever stage is ready, so two threads share an uneven load (inflating a zip against parsing it) without tuning.
/// At most `2 × threads` items are between production and consumption, so memory is bounded whatever the stages' speeds.
public enum OrderedPipeline {
    /// Runs the pipeline to its end on `threads` threads, the caller's included.
    ///
    /// - Parameters:
    ///   - threads: 1…64.
    ///   - produce: the next job, or nil at the end; never called concurrently.
    ///   - work: turns a job into a result; called concurrently.
    ///   - consume: takes the results in the order in which their jobs were produced; never called concurrently.
    /// - Throws: the first error of any stage, after all threads have stopped.
    public static func run<Job: Sendable, Result: Sendable>(
        threads: Int,
        produce: @escaping @Sendable () throws -> Job?,
        work: @escaping @Sendable (Job) throws -> Result,
        consume: @escaping @Sendable (Result) throws -> Void
    ) throws {
        let state = PipelineState<Job, Result>(limit: 2 * threads, produce: produce, work: work, consume: consume)
        withThreads(threads) { state.runWorker() }
        if let error = state.failure { throw error }
    }

    /// Runs `body` on `count` threads, the caller's included, and returns when all have ended.
    static func withThreads(_ count: Int, _ body: @escaping @Sendable () -> Void) {
        let others = (1..<max(1, count)).compactMap { _ in JoinableThread(body) }
        body()
        for thread in others { thread.join() }
    }
}

/// A POSIX thread that runs one closure.
public struct JoinableThread: Sendable {
    private let handle: pthread_t

    /// Starts a thread, or returns nil if the system refuses one.
    public init?(_ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let context = Unmanaged.passRetained(ThreadBody(body))
        let status = pthread_create(&thread, nil, JoinableThread.main, context.toOpaque())
        guard status == 0 else {
            context.release()
            return nil
        }
        handle = thread
    }

    /// Lets the thread end by itself; nobody joins it then.
    public func detach() {
        pthread_detach(handle)
    }

    /// Waits until the thread has ended; call it exactly once.
    public func join() {
        pthread_join(handle, nil)
    }

    /// Whether the caller runs on it.
    public var isCurrent: Bool { pthread_equal(pthread_self(), handle) != 0 }

    // The context was retained once for this thread, which takes it over here.
    private static let main: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { raw in
        if let raw { Unmanaged<ThreadBody>.fromOpaque(raw).takeRetainedValue().body() }
        return nil
    }

    private final class ThreadBody: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}
