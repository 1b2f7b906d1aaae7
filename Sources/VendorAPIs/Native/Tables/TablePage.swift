import MarketModel
import Transport

/// The first rows of a table, held in memory, and where the next page begins.
///
/// The table's first column is its time. A page ends between two stretches of time, so that the next one begins where this one ends.
struct TablePage<Source: TableSource>: TableSource {
    private let source: Source
    private var rows: [TableValues]
    private var place = 0
    /// Where the next page begins, in microseconds; nil if there are no more rows.
    let goesOnAt: Int64?

    /// Reads as many rows as a page has.
    ///
    /// - Parameters:
    ///   - count: how many rows at least, if there are so many.
    ///   - end: where the stretch ends that holds a time: rows of one stretch are not divided.
    init(_ source: Source, atLeast count: Int, _ cancellation: Cancellation, end: (Int64) -> Int64) throws {
        var source = source
        var rows: [TableValues] = []
        var bound: Int64?
        var held = 0
        while let more = try source.next(65_536, cancellation) {
            if cancellation.isCancelled { throw CancellationError() }
            if rows.isEmpty {
                rows = more
            } else {
                for index in rows.indices where !rows[index].append(more[index]) {
                    throw Failure(.internalError, "the rows of a page do not fit together")
                }
            }
            let times = TablePage.times(rows)
            held = times.count
            if bound == nil, held >= count { bound = end(times[count - 1]) }
            if let bound, let last = times.last, last >= bound { break }
        }
        if let bound {
            let kept = TablePage.times(rows).prefix { $0 < bound }.count
            goesOnAt = kept < held ? bound : nil
            rows = rows.map { $0[0..<kept] }
        } else {
            goesOnAt = nil
        }
        self.source = source
        self.rows = rows
    }

    /// How many rows there are.
    var count: Int { rows.first?.count ?? 0 }

    /// The time of the first row; nil without rows.
    var firstTime: Int64? { TablePage.times(rows).first }

    /// Keeps the last rows only.
    mutating func keep(last count: Int) {
        let held = self.count
        rows = rows.map { $0[max(0, held - count)..<held] }
    }

    private static func times(_ rows: [TableValues]) -> [Int64] {
        if case .times(let times) = rows.first?.values { times } else { [] }
    }

    var fields: [TableField] { source.fields }
    var name: StaticString { source.name }
    var metadata: [(String, String)] { source.metadata + [("millrace.next", goesOnAt.map { "\($0)" } ?? "")] }

    func writeHead(to json: inout JSONWriter) {
        source.writeHead(to: &json)
        json.key("next")
        if let goesOnAt { json.value(Int(goesOnAt)) } else { json.null() }
    }

    mutating func next(_ count: Int, _ cancellation: Cancellation) throws -> [TableValues]? {
        let held = self.count
        guard place < held else { return nil }
        let range = place..<min(held, place + count)
        place = range.upperBound
        return rows.map { $0[range] }
    }
}
