import MarketModel
import Synchronization

/// The rows that wait to be written, by instrument and day.
final class JournalBuffer: Sendable {
    /// An instrument with what was appended since the last collection.
    private struct Tape {
        var instrument: Instrument
        var scales: Scales
        var rows: [JournalRow] = []
        var notes: [JournalNote] = []
    }

    private struct Arriving {
        var tapes: [Tape] = []
        /// The instruments with something to write.
        var active: [Int] = []
        var rows = 0
        var ticket: UInt64 = 0
    }

    private let arriving = Mutex(Arriving())
    /// What was collected and is not written, by day; only the thread that commits touches it, and those that ask how much there is.
    private let waiting = Mutex<[CivilDate: [Int: JournalFile.Work]]>([:])
    private let waitingRows = Atomic(0)
    private let maximumRows: Int

    init(maximumRows: Int) { self.maximumRows = maximumRows }

    func add(_ instrument: Instrument, scales: Scales) -> JournalSymbol {
        arriving.withLock { arriving in
            if let index = arriving.tapes.firstIndex(where: { $0.instrument == instrument && $0.scales == scales }) {
                return JournalSymbol(index: index)
            }
            arriving.tapes.append(Tape(instrument: instrument, scales: scales))
            return JournalSymbol(index: arriving.tapes.count - 1)
        }
    }

    func append(_ symbol: JournalSymbol, _ rows: borrowing [JournalRow]) -> Bool {
        let count = rows.count
        guard count > 0 else { return true }
        let rows = copy rows
        return arriving.withLock { arriving in
            guard take(count, symbol, &arriving) else { return false }
            arriving.tapes[symbol.index].rows.append(contentsOf: rows)
            return true
        }
    }

    func append(_ symbol: JournalSymbol, _ row: JournalRow) -> Bool {
        arriving.withLock { arriving in
            guard take(1, symbol, &arriving) else { return false }
            arriving.tapes[symbol.index].rows.append(row)
            return true
        }
    }

    private func take(_ count: Int, _ symbol: JournalSymbol, _ arriving: inout Arriving) -> Bool {
        guard arriving.rows + count + waitingRows.load(ordering: .relaxed) <= maximumRows else { return false }
        touch(symbol, &arriving)
        arriving.rows += count
        return true
    }

    private func touch(_ symbol: JournalSymbol, _ arriving: inout Arriving) {
        let tape = arriving.tapes[symbol.index]
        if tape.rows.isEmpty, tape.notes.isEmpty { arriving.active.append(symbol.index) }
        arriving.ticket += 1
    }

    func note(_ symbol: JournalSymbol, _ note: JournalNote) {
        arriving.withLock { arriving in
            touch(symbol, &arriving)
            arriving.tapes[symbol.index].notes.append(note)
        }
    }

    /// Names everything appended so far.
    var ticket: UInt64 { arriving.withLock { $0.ticket } }

    /// How many rows are not written.
    var heldRows: Int { arriving.withLock { $0.rows } + waitingRows.load(ordering: .relaxed) }

    /// Moves what was appended to what waits, and returns the ticket that names it.
    func collect() -> UInt64 {
        let (tapes, rows, ticket) = arriving.withLock { arriving in
            let tapes = arriving.active.map { index in
                defer {
                    arriving.tapes[index].rows = []
                    arriving.tapes[index].notes = []
                }
                return (index, arriving.tapes[index])
            }
            let rows = arriving.rows
            arriving.active.removeAll(keepingCapacity: true)
            arriving.rows = 0
            // Counted here before it is given up there, so that the bound holds in between.
            waitingRows.add(rows, ordering: .relaxed)
            return (tapes, rows, arriving.ticket)
        }
        guard rows > 0 || !tapes.isEmpty else { return ticket }
        waiting.withLock { waiting in
            for (index, tape) in tapes { JournalBuffer.sort(index, tape, into: &waiting) }
        }
        return ticket
    }

    /// Each row goes to the day of its own time.
    private static func sort(_ index: Int, _ tape: Tape, into waiting: inout [CivilDate: [Int: JournalFile.Work]]) {
        let empty = JournalFile.Work(symbol: JournalSymbol(index: index), instrument: tape.instrument, scales: tape.scales)
        var start = 0
        while start < tape.rows.count {
            let day = CivilDate(microseconds: tape.rows[start].trade.time)
            let range = day.microseconds..<day.microseconds + CivilDate.dayLength
            var end = start + 1
            while end < tape.rows.count, range.contains(tape.rows[end].trade.time) { end += 1 }
            waiting[day, default: [:]][index, default: empty].rows += tape.rows[start..<end]
            start = end
        }
        for note in tape.notes { waiting[note.day, default: [:]][index, default: empty].notes.append(note) }
    }

    /// The days for which something waits.
    var days: [CivilDate] { waiting.withLock { $0.keys.sorted() } }

    /// What waits for a day, by instrument.
    func works(_ day: CivilDate) -> [JournalFile.Work] {
        waiting.withLock { waiting in (waiting[day] ?? [:]).sorted { $0.key < $1.key }.map(\.value) }
    }

    /// What waited for a day is written.
    func written(_ day: CivilDate) {
        let rows = waiting.withLock { $0.removeValue(forKey: day)?.values.reduce(0) { $0 + $1.rows.count } ?? 0 }
        waitingRows.subtract(rows, ordering: .relaxed)
    }
}
