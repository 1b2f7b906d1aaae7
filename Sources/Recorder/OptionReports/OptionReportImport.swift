import Archives
public import Feeds
public import Lake
public import MarketModel
import Pipeline

/// Brings publishers' files about options into the lake. Importing a file again changes nothing; what a later file says otherwise replaces
/// what was said, which is kept in the history.
///
///     var job = OptionReportImport(lake: lake)
///     try job.read("totalpc.csv")
///     try job.read("indexpc.csv")
///     try job.finish()
///     print(job.files, job.problems)
public struct OptionReportImport {
    /// What came of a file.
    public struct FileReport: Sendable {
        /// The file, as it was named.
        public var path: String
        /// What it is; of a zip one a member that was understood.
        public var kinds: [OptionReport.Kind] = []
        /// The days it speaks of.
        public var days: Set<CivilDate> = []
        /// How many rows were kept or are known.
        public var statements = 0
        /// How many rows are none.
        public var rejected = 0
        /// Where these are listed.
        public var quarantine: String?
        /// Of what it is about: what was new, known and corrected.
        public var kept = OptionStatementReport()
    }

    /// How large a file may be, unpacked.
    public static let limit = 64 << 20

    private let lake: Lake
    private let clock: @Sendable () -> Int64
    /// What came of each file that could be read.
    public private(set) var files: [FileReport] = []
    /// What could not be read, a line each.
    public private(set) var problems: [String] = []
    /// Cboe's archives, which make sense together only.
    private var total = OptionReport(kind: .cboeTotal)
    private var totalPath: String?
    private var index = OptionReport(kind: .cboeIndex)

    /// Creates an import.
    ///
    /// - Parameter clock: gives the time in microseconds since 1970-01-01 UTC.
    public init(lake: Lake, clock: @escaping @Sendable () -> Int64 = { WallClock.microseconds() }) {
        self.lake = lake
        self.clock = clock
    }

    /// Reads a file and keeps what it says; one that is none becomes one of ``problems``.
    ///
    /// - Parameter origin: where it came from, if that is not `path`.
    /// - Throws: what the lake throws.
    public mutating func read(_ path: String, origin: String? = nil) throws {
        do {
            let texts = try PackedTexts.read(path, limit: OptionReportImport.limit)
            // An archive holds other things beside: futures, and what is meant to be printed.
            let wanted = texts.count == 1 ? texts : texts.filter { OptionReport.isReport(member: $0.name) }
            guard !wanted.isEmpty else {
                throw OptionReportFault("holds no report of options; it holds \(texts.prefix(5).map(\.name).joined(separator: ", "))")
            }
            let reports = try wanted.map { text throws(OptionReportFault) in
                try OptionReport.read(text.bytes, name: texts.count == 1 ? origin ?? text.name : text.name)
            }
            try keep(reports, of: path, origin: origin ?? path)
        } catch let error as ArchiveError {
            problems.append("\(error)")
        } catch let error as OptionReportFault {
            problems.append("\(path): \(error)")
        }
    }

    private mutating func keep(_ reports: [OptionReport], of path: String, origin: String) throws {
        var file = FileReport(path: path)
        var rejects: [OptionReport.Reject] = []
        var statements: [OptionStatement] = []
        for report in reports {
            file.kinds.append(report.kind)
            file.days.formUnion(report.statements.map(\.day) + report.totals.keys)
            statements += report.statements
            rejects += report.rejects
            file.rejected += report.rejectCount
            if report.kind == .cboeTotal {
                total.totals.merge(report.totals) { $1 }
                totalPath = path
            }
            if report.kind == .cboeIndex { index.statements += report.statements }
            let contradictions = try contradictions(of: report.checks)
            rejects += contradictions
            file.rejected += contradictions.count
        }
        file.statements = statements.count
        file.kept = try lake.keepOptionStatements(statements, origin: origin, at: clock())
        file.quarantine = try OptionReportImport.quarantine(rejects, file.rejected, of: origin, in: lake)
        files.append(file)
    }

    /// Puts together what only makes sense together: Cboe's options on shares and funds are all options without those on indices.
    ///
    /// - Throws: what the lake throws.
    public mutating func finish() throws {
        guard let totalPath else { return }
        guard !index.statements.isEmpty else {
            problems.append("\(totalPath): holds all options, on indices too; name indexpc.csv with it")
            return
        }
        let path = "\(totalPath) less options on indices"
        let (statements, rejects) = OptionReport.securities(total: total, index: index)
        var file = FileReport(path: path, kinds: [.cboeTotal, .cboeIndex])
        file.days = Set(statements.map(\.day))
        file.statements = statements.count
        file.rejected = rejects.count
        file.kept = try lake.keepOptionStatements(statements, origin: path, at: clock())
        file.quarantine = try OptionReportImport.quarantine(rejects, rejects.count, of: path, in: lake)
        files.append(file)
        self.totalPath = nil
    }

    /// Figures of a publisher that are not those it gave before, in more detail.
    private func contradictions(of checks: [OptionReport.Total]) throws -> [OptionReport.Reject] {
        guard !checks.isEmpty else { return [] }
        var held: [OptionSubject: [CivilDate: PutCallCount]] = [:]
        for row in try lake.optionStatements().map(\.statement) where row.source == .occ && row.measure == .volume {
            held[row.subject, default: [:]][row.day] = row.count
        }
        return checks.compactMap { check in
            guard let count = held[.market(check.market)]?[check.day], count.total != check.contracts else { return nil }
            return OptionReport.Reject(
                line: 0, reason: "\(check.contracts) contracts are not the \(count.total) that OCC's report of the day has",
                text: "\(check.day) \(check.market.rawValue)")
        }
    }

    /// Lists the rows that are none where a person finds them.
    private static func quarantine(_ rejects: [OptionReport.Reject], _ count: Int, of origin: String, in lake: Lake) throws -> String? {
        guard count > 0 else { return nil }
        let last = origin.split(separator: "/").last.map(String.init) ?? "report"
        let name = String(last.prefix(80).map { $0.isLetter || $0.isNumber || ".-_=".contains($0) ? $0 : "_" })
        var text = "# \(origin): \(count) rejected rows; the first \(rejects.count) are listed as line, reason, row\n"
        for row in rejects { text += "\(row.line)\t\(row.reason)\t\(row.text)\n" }
        return try lake.writeQuarantine("\(name).rejected.txt", text)
    }
}
