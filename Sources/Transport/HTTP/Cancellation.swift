import Synchronization

/// Whether anybody still wants what is being worked on: set once, by a client that leaves or a server that stops.
public final class Cancellation: Sendable {
    private let flag = Atomic<Bool>(false)

    /// Creates one that is not set.
    public init() {}

    /// Whether the work has become pointless.
    public var isCancelled: Bool { flag.load(ordering: .relaxed) }

    /// Sets it, for good.
    public func cancel() { flag.store(true, ordering: .relaxed) }
}
