import Synchronization

/// The running account of one key: its windows, and the calls of the month it has leased from the store.
///
/// Calls are booked on disk in blocks before they are made, so killing the process never gives any back; what was booked and not made is
/// lost to the key's owner: at most a block and a half, and a block is a hundredth of the quota. A clean stop returns it.
final class KeyMeter: Sendable {
    private struct State {
        var plan: Plan
        /// The calls that count together.
        var together: CallWindows
        /// Those of a kind that counts by itself; made with the first of them.
        var apart: [UInt32: CallWindows] = [:]
        var month = Int.min
        /// Calls that are booked and not yet made.
        var left = 0
        /// Calls booked on disk, when last looked.
        var booked = 0
        var exhausted = false

        var block: Int { max(1, min(1000, (plan.callsPerMonth ?? 0) / 100)) }

        init(plan: Plan) {
            self.plan = plan
            together = CallWindows(plan.limits)
        }

        /// Counts by a plan from now on; calls go on counting in windows of the same length.
        mutating func adopt(_ plan: Plan) {
            together.adopt(plan.limits)
            for kind in apart.keys { apart[kind]?.adopt(plan.limits) }
            exhausted = false
            self.plan = plan
        }

        /// The limit that refuses a call; nil if none does.
        func refusal(of tally: Tally, at now: Int64) -> (seconds: Int, waitNanoseconds: Int64)? {
            switch tally {
            case .together: together.refusal(at: now)
            case .apart(let kind): apart[kind]?.refusal(at: now)
            case .monthly: nil
            }
        }

        /// Counts a call that no limit refuses.
        mutating func count(_ tally: Tally, at now: Int64) {
            switch tally {
            case .together: together.count(at: now)
            case .apart(let kind): apart[kind, default: CallWindows(plan.limits)].count(at: now)
            case .monthly: break
            }
        }
    }

    private let id: String
    private let state: Mutex<State>

    init(id: String, plan: Plan) {
        self.id = id
        state = Mutex(State(plan: plan))
    }

    /// The plan it counts by.
    var plan: Plan { state.withLock { $0.plan } }

    /// Counts by another plan from now on; what was counted stays counted.
    func adopt(_ plan: Plan) {
        state.withLock { if $0.plan != plan { $0.adopt(plan) } }
    }

    /// A call comes.
    func admit(_ tally: Tally, now: Int64, month: Int, store: KeyStore) throws -> Verdict {
        try state.withLock { state in
            // All windows and the quota are asked before any of them counts the call: a refused call leaves no trace.
            if let (seconds, wait) = state.refusal(of: tally, at: now) {
                return .tooFast(AccessControl.Rate(seconds: seconds), waitNanoseconds: wait)
            }
            var remaining: Int?
            if let quota = state.plan.callsPerMonth {
                guard try hasCall(&state, of: quota, month: month, store: store) else { return .quotaUsed }
                state.left -= 1
                remaining = quota - state.booked + state.left
            }
            state.count(tally, at: now)
            return .admitted(state.plan, remaining: remaining)
        }
    }

    /// Whether the month has a call left, booked by now.
    private func hasCall(_ state: inout State, of quota: Int, month: Int, store: KeyStore) throws -> Bool {
        if state.month != month {
            // A clock that is put back finds the month as it was left.
            try settle(&state, store: store)
            (state.month, state.booked, state.exhausted) = (month, 0, false)
        }
        if state.left == 0 {
            guard !state.exhausted else { return false }
            // The ticker books ahead; this happens at the first call of a month, and to those who are faster than it.
            try book(&state, quota: quota, store: store)
            guard state.left > 0 else { return false }
        }
        // A quota that was lowered may be less than what is booked.
        return quota > state.booked - state.left
    }

    /// The calls that a minute has, and those made in the one up to `now`.
    func minute(at now: Int64) -> (limit: Int, used: Int)? {
        state.withLock { state in
            guard let limit = state.plan.callsPerMinute, let used = state.together.used(inSeconds: 60, at: now) else { return nil }
            return (limit, used)
        }
    }

    /// Books ahead if less than half a block is left.
    func replenish(store: KeyStore) throws {
        try state.withLock { state in
            guard let quota = state.plan.callsPerMonth, state.month != .min, !state.exhausted, state.left * 2 < state.block else { return }
            try book(&state, quota: quota, store: store)
        }
    }

    /// Takes back what was booked and not made.
    func settle(store: KeyStore) throws {
        try state.withLock { try settle(&$0, store: store) }
    }

    private func settle(_ state: inout State, store: KeyStore) throws {
        guard state.left > 0 else { return }
        try store.release(id: id, month: state.month, calls: state.left)
        state.booked -= state.left
        state.left = 0
    }

    private func book(_ state: inout State, quota: Int, store: KeyStore) throws {
        let (granted, booked) = try store.lease(id: id, month: state.month, wanted: state.block, quota: quota)
        state.left += granted
        state.booked = booked
        state.exhausted = granted == 0
    }

    enum Verdict {
        case admitted(Plan, remaining: Int?)
        case tooFast(AccessControl.Rate, waitNanoseconds: Int64)
        case quotaUsed
    }
}
