import Lake
import Synchronization

/// Tells those who follow an instrument what has become durable; called on the journal's thread.
final class CommitBook: Sendable {
    private let sinks = Mutex<[JournalSymbol: any LiveTapeSink]>([:])

    func add(_ symbol: JournalSymbol, _ sink: any LiveTapeSink) { sinks.withLock { $0[symbol] = sink } }

    func take(_ commits: [JournalCommit]) {
        for commit in commits {
            sinks.withLock { $0[commit.symbol] }?.committed(id: commit.durableID, time: commit.lastTime)
        }
    }
}
