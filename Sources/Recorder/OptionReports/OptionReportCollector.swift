public import Feeds
import Glibc
public import Lake
public import MarketModel
public import Notices
import Pipeline
import Synchronization
public import Transport

/// Fetches what publishers say of options day by day, as it comes out, and brings it into the lake.
///
///     let collector = try OptionReportCollector([.occ, .hkex], lake: lake) { print($0) }
///     …
///     collector.stop()
///
/// A thread a publisher asks and waits. What is fetched goes the way of a file that is imported, so the same comes of it.
public final class OptionReportCollector: Sendable {
    /// How it fetches.
    public struct Options: Sendable {
        /// How it connects.
        public var client = ClientOptions()
        /// Where publishers' servers are, other than their own.
        public var servers: [OptionPublisher: String] = [:]
        /// The first day that is wanted; nil for the last 31 days.
        public var since: CivilDate?
        /// The least time between two questions to a publisher, in milliseconds.
        public var pauseMilliseconds = 3000
        /// How long it waits at most until it looks at the clock again, in milliseconds: clocks are set now and then.
        public var lookMilliseconds = 60_000
        /// What time it is, in microseconds since 1970-01-01 UTC.
        public var clock: @Sendable () -> Int64 = { WallClock.microseconds() }

        /// The defaults.
        public init() {}
    }

    private let polls: [PublisherPoll]

    /// Begins to fetch.
    ///
    /// - Parameter report: told in one line of what an operator should see, from any thread.
    /// - Throws: what the lake throws where it cannot be read, or the clients where they cannot start.
    public init(
        _ publishers: [OptionPublisher], lake: Lake, options: Options = Options(), report: @escaping @Sendable (Notice) -> Void
    ) throws {
        let since = options.since ?? CivilDate(epochDay: CivilDate(microseconds: options.clock()).epochDay - 31)
        var held: [OptionReportPage: Set<CivilDate>] = [:]
        for statement in try lake.optionStatements().map(\.statement) {
            guard case .market(let market) = statement.subject else { continue }
            for page in OptionReportPage.allCases where page.evidence == (market, statement.measure, statement.source) {
                held[page, default: []].insert(statement.day)
            }
        }
        polls = try publishers.map { publisher in
            let schedule = ReportSchedule(publisher, since: since, held: held, pause: Int64(options.pauseMilliseconds) * 1000)
            return try PublisherPoll(schedule, lake: lake, options: options, report: report)
        }
        for poll in polls { poll.start() }
    }

    deinit { stop() }

    /// Whether everything that is published has been asked for.
    public var isSettled: Bool { polls.allSatisfy(\.isSettled) }

    /// Ends the fetching; what is being fetched is given up.
    public func stop() {
        for poll in polls { poll.cancel() }
        for poll in polls { poll.stop() }
    }
}

/// The fetching from one publisher.
private final class PublisherPoll: Sendable {
    private let publisher: OptionPublisher
    private let server: String
    private let lake: Lake
    private let client: HTTPClient
    private let longestWait: Int
    private let clock: @Sendable () -> Int64
    private let report: @Sendable (Notice) -> Void
    private let schedule: Mutex<ReportSchedule>
    private let lastProblem = Mutex("")
    private let worker = SerialWorker()
    private let cancellation = Cancellation()

    init(
        _ schedule: ReportSchedule, lake: Lake, options: OptionReportCollector.Options, report: @escaping @Sendable (Notice) -> Void
    ) throws {
        publisher = schedule.publisher
        server = options.servers[publisher] ?? publisher.official
        self.lake = lake
        client = try HTTPClient(options: options.client)
        longestWait = options.lookMilliseconds
        clock = options.clock
        self.report = report
        self.schedule = Mutex(schedule)
    }

    var isSettled: Bool { schedule.withLock { $0.isSettled(at: clock()) } }

    func start() { worker.submit { [weak self] in self?.run() } }

    func cancel() { cancellation.cancel() }

    func stop() { worker.stop() }

    /// Asks until there is something to wait for.
    private func run() {
        while !worker.isStopped {
            let now = clock()
            switch schedule.withLock({ $0.next(at: now) }) {
            case .wait(let until):
                let milliseconds = min(longestWait, Int(max(0, until - now) / 1000) + 1)
                return worker.submit(afterMilliseconds: milliseconds) { [weak self] in self?.run() }
            case .ask(let question):
                let outcome = fetch(question)
                guard !worker.isStopped else { return }
                schedule.withLock { $0.answered(question, outcome, at: clock()) }
            }
        }
    }

    private func fetch(_ question: ReportQuestion) -> ReportSchedule.Outcome {
        let url = server + question.page.path(question.day)
        do {
            let answer = try client.get(url, headers: [Header("Referer", publisher.referrer)], cancellation: cancellation)
            switch answer.status {
            case 200: return try take(answer.body, from: url)
            // How publishers say that there is none: on holidays, and before it is out.
            case 204, 302, 403, 404: return .nothing
            case 429, 503: return .limited(seconds: answer.header("retry-after").flatMap { Int($0) })
            default: return problem("\(url) answers with status \(answer.status)")
            }
        } catch {
            return problem("\(url): \(error)")
        }
    }

    /// Imports a page by way of a file, as if somebody had saved it.
    private func take(_ body: [UInt8], from url: String) throws -> ReportSchedule.Outcome {
        guard !body.isEmpty else { return .nothing }
        let path = try lake.holdFetched(body, "option-report.\(publisher.rawValue)")
        defer { unlink(path) }
        var job = OptionReportImport(lake: lake, clock: clock)
        try job.read(path, origin: url)
        if let reason = job.problems.first { return problem("\(url): \(reason)") }
        lastProblem.withLock { $0 = "" }
        guard let file = job.files.first, !file.days.isEmpty else { return .nothing }
        if file.kept.corrected > 0 {
            report(
                .info("\(.publisher, publisher.rawValue): \(.count, file.kept.corrected) figures of \(.url, url) are others than before"))
        }
        if file.rejected > 0 {
            let kept = file.quarantine ?? "quarantine/"
            report("\(.publisher, publisher.rawValue): \(.count, file.rejected) rows of \(.url, url) are none, see \(.file, kept)")
        }
        return .days(file.days)
    }

    private func problem(_ text: String) -> ReportSchedule.Outcome {
        let isNew = lastProblem.withLock { last in
            defer { last = text }
            return last != text
        }
        if isNew, !worker.isStopped { report("\(.publisher, publisher.rawValue): its statistics cannot be had: \(.reason, text)") }
        return .failed
    }
}
