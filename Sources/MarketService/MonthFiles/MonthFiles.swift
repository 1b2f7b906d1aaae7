public import Lake
public import MarketModel
import Pipeline
import Synchronization

/// Month files out of the lake: made when first asked for, kept while the tape of their month stands, made once however many ask.
///
/// A few threads make files, so that as many askers as like wait for one of them, give up waiting, or come back later. A file made from an
/// older state of its month is never given out; what happens to other months does not matter to it.
///
///     let months = MonthFiles(lake: lake, engine: "1.0", threads: 4)
///     let file = try months.file(request)
public final class MonthFiles: Sendable {
    private let lake: Lake
    private let store: MonthStore
    private let book: TapeBook
    private let engine: String
    private let threads: Int
    private let works: MonthWorks
    private let isStopping = Atomic(false)

    /// Opens the month files of a lake.
    ///
    /// - Parameters:
    ///   - engine: the version of what computes; files of another one are made again.
    ///   - threads: how many threads make one file.
    ///   - builders: how many files are made at once.
    public init(lake: Lake, engine: String, threads: Int, builders: Int = 3) {
        self.lake = lake
        self.engine = engine
        self.threads = threads
        store = MonthStore(lake: lake)
        book = TapeBook(lake)
        works = MonthWorks(builders: builders)
    }

    // The threads hold on to the works and to nothing else here: without this they would wait for ever.
    deinit { works.stop() }

    /// Makes no more files; those being made are given up.
    public func stop() {
        isStopping.store(true, ordering: .relaxed)
        works.stop()
    }

    /// What there is of a tape, or nil if there is none of it.
    public func coverage(venue: Venue, symbol: String) throws -> TapeCoverage? {
        guard let tape = try book.tape(venue: venue, symbol: symbol), let first = tape.days.first, let last = tape.days.last else {
            return nil
        }
        return TapeCoverage(
            first: first.date, last: last.date, days: tape.days.count, bytes: tape.days.reduce(0) { $0 + $1.bytes })
    }

    /// The months in which a tape has trades on days from `first` to `last`, both included.
    ///
    /// - Throws: ``MonthFilesError`` if trades of these months have no arrival times and `clock` asks for them.
    public func months(
        venue: Venue, symbol: String, from first: CivilDate, to last: CivilDate, clock: TapeClock = .exchange
    ) throws -> [CivilMonth] {
        guard var tape = try book.tape(venue: venue, symbol: symbol) else { return [] }
        let (from, to) = (first.microseconds, last.microseconds + CivilDate.dayLength)
        if clock == .arrival {
            // Files are whole months: all of these must have arrival times.
            let months = CivilMonth(of: first).times.lowerBound..<CivilMonth(of: last).times.upperBound
            guard let arrived = tape.onArrival(from: months.lowerBound, to: months.upperBound) else {
                throw MonthFilesError(code: .noArrivals)
            }
            tape = arrived
        }
        var months: Set<CivilMonth> = []
        for day in tape.days where day.firstTime < to && day.lastTime >= from {
            months.insert(CivilMonth(microseconds: max(day.firstTime, from)))
            months.insert(CivilMonth(microseconds: min(day.lastTime, to - 1)))
        }
        return months.sorted()
    }

    /// The file if it is at hand, without making or reading anything.
    ///
    /// - Throws: ``MonthFilesError`` if the tape has no trades in the month; what the lake throws.
    /// - Complexity: O(1): the catalogue's version and the file's status.
    public func ready(_ request: MonthRequest) throws -> MonthFile? {
        let job = try job(request)
        return known(request, job)
    }

    private func known(_ request: MonthRequest, _ job: Job) -> MonthFile? {
        store.known(job.shelf, request.month, content: job.content).map { MonthFile($0) }
    }

    /// The file, made if need be.
    ///
    /// - Parameters:
    ///   - milliseconds: how long to wait; the making goes on afterwards.
    ///   - isCancelled: asked ten times a second; once it is true, waiting ends.
    /// - Throws: ``MonthFilesError``, or what making the file throws.
    public func file(
        _ request: MonthRequest, atMostMilliseconds milliseconds: Int = .max, isCancelled: () -> Bool = { false }
    ) throws -> MonthFile {
        var left = milliseconds
        while true {
            let job = try job(request)
            if let file = known(request, job) { return file }
            let ticket = works.enqueue(job.id, isLong: job.isLong) { [self] in try make(request, job) }
            defer { works.leave(ticket) }
            var outcome: MonthWorks.Outcome?
            while outcome == nil {
                if isCancelled() { throw MonthFilesError(code: .cancelled) }
                guard left > 0 else { throw MonthFilesError(code: .late) }
                outcome = works.wait(ticket, atMostMilliseconds: min(100, left))
                if outcome == nil, left != .max { left -= min(100, left) }
            }
            do {
                // Nil: the tape changed under the maker's hands.
                if let file = try outcome?.get() { return file }
            } catch let error as LakeError where error.isRetryable {
                // The tape is being replaced at this moment.
                _ = works.pause(milliseconds: 20)
            }
            if left != .max { left -= min(20, left) }
        }
    }

    /// Begins to make the file if it is not at hand, and does not wait for it.
    ///
    /// - Throws: as ``ready(_:)`` does.
    public func prepare(_ request: MonthRequest) throws {
        let job = try job(request)
        guard known(request, job) == nil else { return }
        works.leave(works.enqueue(job.id, isLong: job.isLong) { [self] in try make(request, job) })
    }

    private struct Job: Sendable {
        let part: MonthTape
        let shelf: MonthShelf
        let content: String
        let id: String
        let isLong: Bool
    }

    private func job(_ request: MonthRequest) throws -> Job {
        guard var tape = try book.tape(venue: request.venue, symbol: request.symbol) else { throw MonthFilesError(code: .noTrades) }
        if request.product.clock == .arrival {
            let times = request.month.times
            guard let arrived = tape.onArrival(from: times.lowerBound, to: times.upperBound) else {
                throw MonthFilesError(code: .noArrivals)
            }
            tape = arrived
        }
        guard let part = MonthTape(tape, request.month) else { throw MonthFilesError(code: .noTrades) }
        if case .rawTrades = request.product, tape.instrument.tradeIDs == .uuid { throw MonthFilesError(code: .wideIDs) }
        let key = "\(request.product.name) \(request.month) \(tape.instrument)"
        let content = book.content(key, of: tape) { part.content(of: request.product, engine: engine) }
        return Job(
            part: part, shelf: request.product.shelf(tape.instrument), content: content, id: "\(key) \(content)",
            isLong: request.product.isLong)
    }

    /// Finds or makes the file; nil if the tape has changed meanwhile.
    private func make(_ request: MonthRequest, _ job: Job) throws -> MonthFile? {
        if let file = try store.find(job.shelf, request.month, content: job.content) { return MonthFile(file) }
        let build = MonthBuild(lake: lake, part: job.part, product: request.product, engine: engine, threads: threads) { [self] in
            isStopping.load(ordering: .relaxed)
        }
        let file = try store.publish(
            job.shelf, request.month, content: job.content, isCurrent: { try self.job(request).content == job.content },
            write: { try build.write(to: $0) })
        return file.map { MonthFile($0) }
    }
}
