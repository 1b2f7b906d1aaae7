import Glibc

/// A mutex with a condition variable: what Synchronization's `Mutex` lacks for threads that wait for each other.
///
/// `@unchecked Sendable`: the value is only touched inside ``withLock(_:)`` and ``wait(until:)``, which hold the mutex.
public final class Condition<Value>: @unchecked Sendable {
    private var value: Value
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>

    /// Creates a condition that guards `value`.
    public init(_ value: sending Value) {
        self.value = value
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        changed = .allocate(capacity: 1)
        changed.initialize(to: pthread_cond_t())
        // Waits that end by themselves are measured by a clock that nobody sets.
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(changed, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(changed)
        changed.deallocate()
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Which waiters a change concerns.
    public enum Concern: Sendable {
        /// Each of them has to look.
        case all
        /// Any one of them, since they all wait for the same, and there is one more of it.
        case one
        /// None.
        case none
    }

    /// Changes the value under the lock and wakes the waiters that it concerns, by default all.
    public func withLock<Result>(waking concern: Concern = .all, _ body: (inout Value) throws -> Result) rethrows -> Result {
        pthread_mutex_lock(mutex)
        defer {
            wake(concern)
            pthread_mutex_unlock(mutex)
        }
        return try body(&value)
    }

    private func wake(_ concern: Concern) {
        switch concern {
        case .all: pthread_cond_broadcast(changed)
        case .one: pthread_cond_signal(changed)
        case .none: break
        }
    }

    /// Waits until `body` returns something; it runs under the lock, now and after each change, and may change the value.
    ///
    /// - Parameter concern: which other waiters that change concerns.
    public func wait<Result>(waking concern: Concern = .all, until body: (inout Value) throws -> Result?) rethrows -> Result {
        pthread_mutex_lock(mutex)
        defer {
            wake(concern)
            pthread_mutex_unlock(mutex)
        }
        while true {
            if let result = try body(&value) { return result }
            pthread_cond_wait(changed, mutex)
        }
    }

    /// Waits as ``wait(until:)`` does, but no longer than some milliseconds.
    ///
    /// - Returns: nil if the time ran out.
    public func wait<Result>(atMostMilliseconds limit: Int, until body: (inout Value) throws -> Result?) rethrows -> Result? {
        var deadline = timespec()
        clock_gettime(CLOCK_MONOTONIC, &deadline)
        let nanoseconds = deadline.tv_nsec + limit % 1000 * 1_000_000
        deadline.tv_sec += limit / 1000 + nanoseconds / 1_000_000_000
        deadline.tv_nsec = nanoseconds % 1_000_000_000
        pthread_mutex_lock(mutex)
        defer {
            pthread_cond_broadcast(changed)
            pthread_mutex_unlock(mutex)
        }
        while true {
            if let result = try body(&value) { return result }
            if pthread_cond_timedwait(changed, mutex, &deadline) == ETIMEDOUT { return try body(&value) }
        }
    }
}
