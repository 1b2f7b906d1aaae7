import Pipeline

/// Encodes row groups on a few threads and hands them back in order.
///
/// One thread submits and takes; the others encode. At most `threads + 1` groups are under way, so memory is bounded.
final class EncodingQueue: Sendable {
    private struct State {
        var waiting: [(index: Int, group: TapeRowGroup)] = []
        var encoded: [Int: EncodedGroup] = [:]
        var spare: [TapeRowGroup] = []
        var submitted = 0
        var taken = 0
        var closed = false
        var failure: LakeError?
    }

    private let state = Condition(State())
    private let layout: TapeLayout
    private let limit: Int
    private let threads: Condition<[JoinableThread]> = Condition([])

    init(layout: TapeLayout, threads count: Int) {
        self.layout = layout
        limit = count + 1
        let state = state
        // Threads hold the state, not the queue, so that letting go of the queue ends them.
        let started = (0..<max(1, count)).compactMap { _ in
            JoinableThread { EncodingQueue.encode(state, layout) }
        }
        threads.withLock { $0 = started }
    }

    /// Whether there are threads at all; without them groups are encoded by whoever submits.
    private var isThreaded: Bool { threads.withLock { !$0.isEmpty } }

    /// Takes a full group and returns an empty one to fill next.
    func submit(_ group: consuming TapeRowGroup) throws(LakeError) -> TapeRowGroup {
        guard isThreaded else {
            let encoded = try group.encoded(layout: layout)
            state.withLock {
                $0.encoded[$0.submitted] = encoded
                $0.submitted += 1
            }
            group.removeAll()
            return group
        }
        let submitted = group
        return state.withLock { state in
            state.waiting.append((state.submitted, submitted))
            state.submitted += 1
            return state.spare.popLast() ?? TapeRowGroup()
        }
    }

    /// The next group in order: waits while too much is under way, or with `all` until nothing is; nil when there is nothing to take.
    func take(all: Bool) throws(LakeError) -> EncodedGroup? {
        let result = state.wait { state -> Result<EncodedGroup?, LakeError>? in
            if let failure = state.failure { return .failure(failure) }
            if let group = state.encoded.removeValue(forKey: state.taken) {
                state.taken += 1
                return .success(group)
            }
            let underWay = state.submitted - state.taken
            return underWay == 0 || !all && underWay < limit ? .success(nil) : nil
        }
        return try result.get()
    }

    /// Ends the threads.
    func close() {
        state.withLock { $0.closed = true }
        for thread in threads.withLock({ threads in
            defer { threads = [] }
            return threads
        }) { thread.join() }
    }

    private static func encode(_ state: Condition<State>, _ layout: TapeLayout) {
        while let (index, group) = state.wait(until: { state -> (index: Int, group: TapeRowGroup)?? in
            if state.closed || state.failure != nil { return .some(nil) }
            return state.waiting.isEmpty ? nil : .some(state.waiting.removeFirst())
        }) {
            do throws(LakeError) {
                let encoded = try group.encoded(layout: layout)
                var emptied = group
                emptied.removeAll()
                let spare = emptied
                state.withLock {
                    $0.encoded[index] = encoded
                    $0.spare.append(spare)
                }
            } catch {
                state.withLock { $0.failure = error }
            }
        }
    }
}
