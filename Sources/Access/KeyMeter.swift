import Synchronization

/// The running account of one key: its windows of a second and of a minute, and the calls of the month it has leased from the store.
///
/// Calls are booked on disk in blocks before they are made, so killing the process never gives any back; what was booked and not made is
/// lost to the key's owner: at most a block and a half, and a block is a hundredth of the quota. A clean stop returns it.
final class KeyMeter: Sendable {
    private struct State {
        var second: SlidingWindow?
        var minute: SlidingWindow?
        var month = Int.min
        /// Calls that are booked and not yet made.
        var left = 0
        /// Calls booked on disk, when last looked.
        var booked = 0
        var exhausted = false
    }

    private let id: String
    let plan: Plan
    private let state: Mutex<State>

    init(id: String, plan: Plan) {
        self.id = id
        self.plan = plan
        state = Mutex(
            State(
                second: plan.callsPerSecond.map { SlidingWindow(limit: $0) },
                minute: plan.callsPerMinute.map { SlidingWindow(limit: $0, length: 60_000_000_000) }))
    }

    func fits(_ plan: Plan) -> Bool { self.plan == plan }

    private var block: Int { max(1, min(1000, (plan.callsPerMonth ?? 0) / 100)) }

    /// A call comes.
    func admit(now: Int64, month: Int, store: KeyStore) throws -> Verdict {
        try state.withLock { state in
            // The longer window is asked before the shorter one counts the call: a refused call leaves no trace in either.
            if let wait = state.minute?.wait(at: now) { return .tooFast(.minute, waitNanoseconds: wait) }
            if let wait = state.second?.admit(at: now) { return .tooFast(.second, waitNanoseconds: wait) }
            _ = state.minute?.admit(at: now)
            guard let quota = plan.callsPerMonth else { return .admitted(remaining: nil) }
            if state.month != month {
                (state.month, state.left, state.booked, state.exhausted) = (month, 0, 0, false)
            }
            if state.left == 0 {
                guard !state.exhausted else { return .quotaUsed }
                // The ticker books ahead; this happens at the first call of a month, and to those who are faster than it.
                try book(&state, quota: quota, store: store)
                guard state.left > 0 else { return .quotaUsed }
            }
            state.left -= 1
            return .admitted(remaining: max(0, quota - state.booked + state.left))
        }
    }

    /// The calls that a minute has, and those made in the one up to `now`.
    func minute(at now: Int64) -> (limit: Int, used: Int)? {
        guard let limit = plan.callsPerMinute else { return nil }
        return (limit, state.withLock { $0.minute?.used(at: now) ?? 0 })
    }

    /// Books ahead if less than half a block is left.
    func replenish(store: KeyStore) throws {
        try state.withLock { state in
            guard let quota = plan.callsPerMonth, state.month != .min, !state.exhausted, state.left * 2 < block else { return }
            try book(&state, quota: quota, store: store)
        }
    }

    /// Takes back what was booked and not made.
    func settle(store: KeyStore) throws {
        try state.withLock { state in
            guard state.left > 0 else { return }
            try store.release(id: id, month: state.month, calls: state.left)
            state.left = 0
        }
    }

    private func book(_ state: inout State, quota: Int, store: KeyStore) throws {
        let (granted, booked) = try store.lease(id: id, month: state.month, wanted: block, quota: quota)
        state.left += granted
        state.booked = booked
        state.exhausted = granted == 0
    }

    enum Verdict {
        case admitted(remaining: Int?)
        case tooFast(AccessControl.Rate, waitNanoseconds: Int64)
        case quotaUsed
    }
}
