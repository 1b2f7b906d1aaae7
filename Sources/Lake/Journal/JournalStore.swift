import MarketModel
import SQLite
import Synchronization

/// The files of one venue's open days.
final class JournalStore: Sendable {
    struct Outcome {
        var commits: [JournalCommit] = []
        /// Whether all that waited is written.
        var isComplete = true
        /// Why something is not.
        var problem: String?
    }

    private struct State {
        var files: [CivilDate: JournalFile] = [:]
        /// Days that are being sealed: what comes for them waits.
        var sealing: Set<CivilDate> = []
    }

    private let lake: String
    private let venue: Venue
    private let state = Mutex(State())

    init(lake: String, venue: Venue) {
        self.lake = lake
        self.venue = venue
    }

    /// Takes over a file that was replayed.
    func adopt(_ file: JournalFile) { state.withLock { $0.files[file.day] = file } }

    /// The days that have a file.
    var days: [CivilDate] { state.withLock { $0.files.keys.sorted() } }

    /// Writes what waits, a transaction a day.
    func commit(_ buffer: JournalBuffer) -> Outcome {
        var outcome = Outcome()
        for day in buffer.days {
            state.withLock { state in
                guard !state.sealing.contains(day) else {
                    outcome.isComplete = false
                    return
                }
                do {
                    let file = try state.files[day] ?? JournalFile(lake: lake, day: day, venue: venue)
                    state.files[day] = file
                    outcome.commits += try file.commit(buffer.works(day))
                    buffer.written(day)
                } catch {
                    outcome.isComplete = false
                    outcome.problem = outcome.problem ?? "\(error)"
                }
            }
        }
        return outcome
    }

    /// Lets go of a day's file, so that it can be sealed; nothing is written to it until ``release(_:)``.
    func hold(_ day: CivilDate) -> JournalFile? {
        state.withLock { state in
            state.sealing.insert(day)
            return state.files.removeValue(forKey: day)
        }
    }

    /// A day was sealed, or could not be: what waits for it is written again.
    func release(_ day: CivilDate, _ file: JournalFile?) {
        state.withLock { state in
            state.sealing.remove(day)
            state.files[day] = file
        }
    }

    /// Closes the files.
    func close() { state.withLock { $0.files = [:] } }
}
