import Lake
import MarketModel
import Transport

/// The rows of an answer, as they are worked out.
protocol TableSource: Sendable {
    /// The columns.
    var fields: [TableField] { get }
    /// What the rows are called in JSON: `trades`.
    var name: StaticString { get }
    /// What JSON says before the rows.
    func writeHead(to json: inout JSONWriter)
    /// The same for files, as key-value pairs.
    var metadata: [(String, String)] { get }
    /// The next rows, a column for each field, `count` of them or about so many as it suits the source; nil at the end.
    mutating func next(_ count: Int, _ cancellation: Cancellation) throws -> [TableValues]?
}

/// The body of an answer that is a table, in any format.
struct TableBody<Source: TableSource>: BodyProducer {
    private var source: Source
    private let format: TableFormat
    private let text: TableText
    private var stream: ColumnStream?
    private var hasBegun = false
    private var hasRows = false
    /// Rows that a source gave and that stand in no piece yet.
    private var waiting: [TableValues] = []

    init(_ source: Source, _ format: TableFormat) throws {
        self.source = source
        self.format = format
        text = TableText(source.fields)
        switch format {
        case .json, .csv: stream = nil
        case .arrow: stream = try ColumnStream(.arrow, fields: source.fields, metadata: source.metadata)
        case .parquet: stream = try ColumnStream(.parquet, fields: source.fields, metadata: source.metadata)
        }
    }

    mutating func produce(into piece: inout ByteBuffer, _ cancellation: Cancellation) throws -> Bool {
        if cancellation.isCancelled { throw CancellationError() }
        if !hasBegun { begin(&piece) }
        let columns = try next(cancellation)
        if let columns {
            switch format {
            case .json: text.writeJSON(columns, follows: hasRows, to: &piece)
            case .csv: text.writeCSV(columns, to: &piece)
            case .arrow, .parquet: try stream?.append(columns)
            }
            hasRows = hasRows || (columns.first?.count ?? 0) > 0
        } else {
            try stream?.finish()
            if format == .json { piece.append("]}") }
        }
        stream?.take { piece.append($0) }
        return columns != nil
    }

    private mutating func next(_ cancellation: Cancellation) throws -> [TableValues]? {
        if (waiting.first?.count ?? 0) == 0 {
            guard let more = try source.next(format.stretch, cancellation) else { return nil }
            waiting = more
        }
        let count = waiting.first?.count ?? 0
        guard count > format.stretch else {
            defer { waiting = [] }
            return waiting
        }
        defer { waiting = waiting.map { $0[format.stretch..<count] } }
        return waiting.map { $0[0..<format.stretch] }
    }

    private mutating func begin(_ piece: inout ByteBuffer) {
        hasBegun = true
        switch format {
        case .csv: text.writeHeader(to: &piece)
        case .json:
            var json = JSONWriter(capacity: 512)
            json.beginObject()
            source.writeHead(to: &json)
            json.key(source.name)
            json.beginArray()
            json.buffer.withBytes { piece.append($0) }
        case .arrow, .parquet: break
        }
    }
}

extension Response {
    /// Answers with a table; in the work of ``Response/later(_:)``.
    static func table(
        _ source: some TableSource, _ format: TableFormat, headers: [Header] = [], _ cancellation: Cancellation
    ) throws -> Response {
        try .produced(format.contentType, headers: headers, cancellation, by: TableBody(source, format))
    }
}
