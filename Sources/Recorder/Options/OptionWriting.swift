import Feeds
import Lake
import MarketModel
import Notices
import Pipeline
import Synchronization

/// Makes the trades of options durable, some times a second.
final class OptionWriting: Sendable {
    private struct State: Sendable {
        var waiting: [OptionTrade] = []
        var claims: [OptionClaim] = []
        var dropped = 0
        var count = 0
        var problem: String?
        var faults: [OptionFault: Int] = [:]
    }

    private let families: Set<OptionFamily>
    private let store: OptionStore
    private let options: OptionCollector.Options
    private let sink: @Sendable ([OptionTrade]) -> Void
    private let report: @Sendable (Notice) -> Void
    private let state = Mutex(State())
    /// Held while trades are on their way to the disk, so that a flush waits for them.
    private let turn = Mutex(())
    private let worker = SerialWorker()

    init(
        families: [OptionFamily], store: OptionStore, options: OptionCollector.Options, sink: @escaping @Sendable ([OptionTrade]) -> Void,
        report: @escaping @Sendable (Notice) -> Void
    ) {
        self.families = Set(families)
        self.store = store
        self.options = options
        self.sink = sink
        self.report = report
    }

    var count: Int { state.withLock { $0.count } }
    var problem: String? { state.withLock { $0.problem } }

    /// Takes the trades of the families that are wanted; blocks are told of all.
    ///
    /// - Returns: false if some were dropped, since the disk takes none and memory is full.
    @discardableResult
    func take(_ batch: OptionBatch) -> Bool {
        let wanted = batch.trades.filter { families.contains($0.contract.family) }
        let (isNew, isKept) = state.withLock { state -> (Bool, Bool) in
            let room = max(0, options.waitingTrades - state.waiting.count)
            state.waiting += wanted.prefix(room)
            state.dropped += max(0, wanted.count - room)
            var isNew = false
            for (fault, count) in batch.faults {
                isNew = isNew || state.faults[fault] == nil
                state.faults[fault, default: 0] += count
            }
            return (isNew, wanted.count <= room)
        }
        // Said once a kind: a venue that changes its rows would say so a thousand times a second.
        if isNew { report("options: rows that are no trades: \(.reason, batch.lastFault)") }
        return isKept
    }

    /// Takes what became known of tapes; it is written behind the trades that were taken before.
    func take(_ claims: [OptionClaim]) {
        guard !claims.isEmpty else { return }
        state.withLock { $0.claims += claims }
    }

    func start() { worker.submit(afterMilliseconds: options.commitMilliseconds) { [weak self] in self?.run() } }

    private func run() {
        do {
            try flush()
        } catch {
            let line = "\(error)"
            let isNew = state.withLock { state in
                defer { state.problem = line }
                return state.problem != line
            }
            if isNew { report(.error("options cannot be kept: \(.reason, line)")) }
        }
        guard !worker.isStopped else { return }
        worker.submit(afterMilliseconds: options.commitMilliseconds) { [weak self] in self?.run() }
    }

    /// Writes what waits.
    func flush() throws {
        try turn.withLock { _ in
            let (trades, claims) = state.withLock { ($0.waiting, $0.claims) }
            guard !trades.isEmpty || !claims.isEmpty else { return }
            try store.append(trades)
            // What is said of a tape has to be true of what is on the disk.
            try store.take(claims)
            let dropped = state.withLock { state in
                // Others may have been added behind these.
                state.waiting.removeFirst(trades.count)
                state.claims.removeFirst(claims.count)
                state.count += trades.count
                state.problem = nil
                defer { state.dropped = 0 }
                return state.dropped
            }
            if dropped > 0 { report("options: \(.count, dropped) trades were dropped while the disk took none") }
            sink(trades)
        }
    }

    func stop() {
        worker.stop()
        do {
            try flush()
        } catch {
            report(.error("options cannot be kept: \(error)"))
        }
    }
}
