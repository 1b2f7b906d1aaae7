public import MarketModel
import Glibc
public import Notices
public import Pipeline
import Synchronization
import TapeSequencer

/// The open UTC days of one venue: what was recorded live and is not sealed into the tape yet.
///
/// Rows are appended from any thread, cheaply; a thread of the journal's own commits them in groups, forced to the disk, and then says how
/// far each instrument is durable. Whatever happens to the process or the power, rows up to there are found again: see docs/tape.md, "What
/// an acknowledged trade survives". One process at a time records a venue.
///
///     let journal = try Journal(lake: lake, venue: .binanceSpot, report: { print($0) }, onCommit: { commits in … })
///     let tape = try journal.open(Instrument(venue: .binanceSpot, symbol: "BTCUSDT"), scales: Scales(price: 2, quantity: 5))
///     journal.append(tape.symbol, [JournalRow(trade, received: now)])
public final class Journal: Sendable {
    /// How many rows ``JournalTape/newest`` holds at most.
    public static let newestRows = 4096

    let lake: Lake
    let venue: Venue
    let buffer: JournalBuffer
    let store: JournalStore
    private let rounds: JournalRounds
    private let thread = Mutex<JoinableThread?>(nil)
    private let lock: JournalLock
    let sealing = Mutex(0)
    private let found: Mutex<[JournalFound]>

    /// Opens the journals of a venue: reads what is there, moves damaged files to `quarantine/` and keeps what could be read of them.
    ///
    /// - Parameters:
    ///   - commitMilliseconds: how long rows may wait to be written, 1…250.
    ///   - maximumRows: how many rows wait in memory while the disk takes none; about 80 bytes each.
    ///   - report: told in one line of damage, of a disk that takes nothing, and of its taking again; from any thread.
    ///   - onCommit: told what has become durable, on the journal's thread; be quick.
    /// - Throws: ``LakeError`` if another process records this venue, or files cannot be read or written.
    /// - Complexity: O(rows of the open days), some tens of millions a second.
    public init(
        lake: Lake, venue: Venue, commitMilliseconds: Int = 100, maximumRows: Int = 2_000_000,
        report: @escaping @Sendable (Notice) -> Void = { _ in }, onCommit: @escaping @Sendable ([JournalCommit]) -> Void = { _ in }
    ) throws {
        self.lake = lake
        self.venue = venue
        lock = try JournalLock(lake: lake.directory, venue: venue)
        buffer = JournalBuffer(maximumRows: maximumRows)
        store = JournalStore(lake: lake.directory, venue: venue)
        found = Mutex(try JournalRecovery(lake: lake.directory, venue: venue, report: report).run(store))
        let rounds = JournalRounds(
            venue: venue, buffer: buffer, store: store, milliseconds: min(250, max(1, commitMilliseconds)), report: report,
            onCommit: onCommit)
        self.rounds = rounds
        // The thread holds the rounds and not the journal, so that letting go of the journal ends it.
        guard let started = JoinableThread({ rounds.run() }) else {
            throw LakeError(.system, lake.directory, "the system gives no thread for the journal")
        }
        thread.withLock { $0 = started }
    }

    deinit { close() }

    /// Begins to record an instrument, or to record it at finer scales.
    ///
    /// It exists in the catalogue from then on. To change its scales call this again and append under the new name.
    ///
    /// - Parameters:
    ///   - instrument: with the contract size that holds now.
    ///   - scales: that its prices and quantities need.
    ///   - stream: which of a venue's tapes is recorded, where it has several that number differently: `aggTrades`, `trades`; else empty.
    /// - Throws: ``LakeError`` if the lake's tape has ids of another kind, or is of another stream.
    public func open(_ instrument: Instrument, scales: Scales, stream: String = "") throws -> JournalTape {
        precondition(instrument.venue == venue, "a journal records one venue")
        let entry = try lake.catalogue.register(instrument, scales: scales, stream: stream)
        guard let tape = try lake.tape(venue: venue, symbol: instrument.symbol) else {
            throw LakeError(.damaged, lake.directory, "does not keep what is written to it: see 'millrace verify'")
        }
        let scales = entry.scales.union(tape.scales).union(scales)
        let symbol = buffer.add(instrument, scales: scales)
        return JournalTape(
            symbol: symbol, scales: scales, lastID: instrument.tradeIDs == .contiguous ? tape.lastID : nil, lastTime: tape.lastTime,
            holes: tape.openHoles, losses: tape.losses.filter { $0.state == .open }, newest: try newest(tape, at: scales))
    }

    /// The newest rows of the journals, as they were appended; where ids tell no order and nothing is journalled, the last that are sealed.
    private func newest(_ tape: TapeSummary, at scales: Scales) throws -> [TapeRow] {
        let held = found.withLock { $0.filter { $0.instrument.instrument.symbol == tape.instrument.symbol }.flatMap(\.newest) }
        guard held.isEmpty, tape.instrument.tradeIDs != .contiguous else {
            return held.suffix(Journal.newestRows).map { $0.rescaled(to: scales) }
        }
        let sealed = try lake.newest(tape, count: Journal.newestRows)
        return (0..<sealed.count).map { ScaledRow(row: sealed.row($0, ordinal: 0), scales: tape.scales).rescaled(to: scales) }
    }

    /// Takes rows in the order in which they came; they are committed soon.
    ///
    /// A row with a quantity of 0 says that the venue gave out its id for something that is no trade.
    ///
    /// - Returns: false if the disk has taken nothing for so long that no more rows are held: these rows are lost to the journal.
    /// - Complexity: O(rows), a copy.
    @discardableResult
    public func append(_ symbol: JournalSymbol, _ rows: borrowing [JournalRow]) -> Bool {
        buffer.append(symbol, rows)
    }

    /// Takes one row, as ``append(_:_:)`` does.
    @discardableResult
    public func append(_ symbol: JournalSymbol, _ row: JournalRow) -> Bool {
        buffer.append(symbol, row)
    }

    /// Notes what has become of a hole; durable together with the rows appended before.
    ///
    /// Which ids are missing the journal knows by itself. What it cannot know is noted: that a hole was there before it was filled
    /// (`repaired`), and that the venue will not fill it (`abandoned`).
    public func note(_ symbol: JournalSymbol, _ hole: TapeHole) {
        buffer.note(symbol, .hole(hole))
    }

    /// Notes that trades of a stretch of time may be missing, or what has become of that; durable no later than rows appended afterwards.
    ///
    /// A later note of the same stretch takes the place of an earlier one.
    public func note(_ symbol: JournalSymbol, _ loss: TapeLoss) {
        buffer.note(symbol, .loss(loss))
    }

    /// Waits until all that was appended before is durable.
    ///
    /// - Throws: ``LakeError`` if it cannot be written; it stays in memory and is tried again.
    public func flush() throws {
        if let problem = rounds.wait(for: buffer.ticket) { throw LakeError(.system, lake.directory + "/" + JournalPath.root, problem) }
    }

    /// Why rows are not written at this moment, or nil if they are.
    public var problem: String? { rounds.problem }

    /// How long it took to make rows durable, round after round.
    public var commitTimes: LatencyHistogram.Snapshot { rounds.times.snapshot }

    /// How many rows wait to be written.
    public var waitingRows: Int { buffer.heldRows }

    /// Writes what waits, as far as the disk takes it, and ends the journal; nothing may be appended afterwards.
    public func close() {
        guard let running = thread.withLock({ $0.take() }) else { return }
        rounds.stop()
        running.join()
        rounds.commit()
        store.close()
        lock.release()
    }
}

/// The right to record something; one process at a time has it, until it lets go or dies.
final class JournalLock: Sendable {
    private let descriptor: Mutex<Int32>

    convenience init(lake: String, venue: Venue) throws(LakeError) {
        try FileSystem.makeDirectory(lake + "/" + JournalPath.root)
        try self.init(lake: lake, path: JournalPath.lock(lake, venue), what: "\(venue)")
    }

    /// - Parameter what: is recorded, for people.
    init(lake: String, path: String, what: String) throws(LakeError) {
        let opened = try FileSystem.open(path, O_RDWR | O_CREAT)
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            Glibc.close(opened)
            if code == EWOULDBLOCK { throw LakeError(.busy, lake, "\(what) is being recorded there already: end that first") }
            throw FileSystem.failure(path, code)
        }
        descriptor = Mutex(opened)
    }

    deinit { release() }

    func release() {
        descriptor.withLock { descriptor in
            guard descriptor >= 0 else { return }
            // A child that another thread is just starting has it too: closing ours alone would leave the lock with it for a moment.
            flock(descriptor, LOCK_UN)
            Glibc.close(descriptor)
            descriptor = -1
        }
    }
}
