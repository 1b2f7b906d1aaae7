import MarketModel

/// A file of open interest: plain, gzipped or zipped CSV, recognised by its header and not by its name.
///
///     let report = try OpenInterestFile(path: "BTCUSDT-metrics-2025-09-01.zip").read { reading in … }
public struct OpenInterestFile: Sendable {
    /// What a file holds.
    public enum Format: String, Sendable, Hashable, CaseIterable {
        /// Binance's `metrics` dumps, every five minutes: coins and USD of USD-M, contracts and coins of COIN-M.
        case binanceMetrics = "Binance metrics"
        /// A recording of OKX's swaps: `datetime_utc,symbol,oi_value,timestamp_ms`, in coins.
        case okxRecording = "OKX open interest"
        /// CME's bitcoin futures, a row a day and product: `date,product,open_interest,settle`, in contracts.
        case cmeDaily = "CME daily open interest"
    }

    /// The file as it was named.
    public let path: String
    /// What it holds.
    public let format: Format
    private let options: ArchiveOptions
    private let columns: OpenInterestColumns

    /// The header of the longest row that is read.
    private static let longestLine = 4096

    /// Recognises a file.
    ///
    /// - Throws: ``ArchiveError`` where the file cannot be read, is damaged, or is none of these.
    public init(path: String, options: ArchiveOptions = ArchiveOptions()) throws {
        let lines = try OpenInterestFile.lines(path, options)
        let names = try lines.next()?.split(separator: ",", omittingEmptySubsequences: false).map(OpenInterestFile.trimmed) ?? []
        guard let columns = OpenInterestColumns(names) else {
            throw ArchiveError(
                .unrecognised, path,
                "has none of the headers of open interest: create_time,symbol,sum_open_interest,…; symbol,oi_value,timestamp_ms; or "
                    + "date,product,open_interest,settle")
        }
        self.path = path
        self.options = options
        self.columns = columns
        format = columns.format
    }

    /// Calls `body` with each reading, in the file's order.
    ///
    /// - Returns: how many rows there were, and which were none.
    /// - Throws: ``ArchiveError``, or what `body` throws.
    public func read(_ body: (OpenInterestReading) throws -> Void) throws -> OpenInterestFileReport {
        let lines = try OpenInterestFile.lines(path, options)
        _ = try lines.next()
        var report = OpenInterestFileReport()
        while let line = try lines.next() {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(OpenInterestFile.trimmed)
            if fields.count == 1, fields[0].isEmpty { continue }
            switch columns.reading(fields) {
            case .success(let reading):
                report.readings += 1
                try body(reading)
            case .failure(let fault):
                report.reject(fault, line: lines.number)
            }
        }
        return report
    }

    private static func lines(_ path: String, _ options: ArchiveOptions) throws -> LineStream {
        let file = try ArchiveHandle(path: path)
        let container = try Container(file, options: options)
        return LineStream(container.stream(file, options: options), path: path, longest: longestLine)
    }

    /// A field without the spaces and quotes around it.
    private static func trimmed(_ field: Substring) -> Substring {
        var field = field
        func isSpace(_ character: Character?) -> Bool { character == " " || character == "\t" }
        while isSpace(field.first) { field = field.dropFirst() }
        while isSpace(field.last) { field = field.dropLast() }
        if field.utf8.count >= 2, field.first == "\"", field.last == "\"" { field = field.dropFirst().dropLast() }
        return field
    }
}

/// What came of reading a file of open interest.
public struct OpenInterestFileReport: Sendable, Hashable {
    /// Rows that were readings.
    public internal(set) var readings: Int
    /// Rows that were none, by the reason.
    public private(set) var rejected: [String: Int] = [:]
    /// The first of them: its line, from 1; nil where there is none.
    public private(set) var firstRejected: Int?

    /// Creates a report of a number of readings and nothing else.
    public init(readings: Int = 0) { self.readings = readings }

    mutating func reject(_ fault: OpenInterestRowFault, line: Int) {
        rejected[fault.reason, default: 0] += 1
        if firstRejected == nil { firstRejected = line }
    }
}
