import CParquet
import Glibc

/// A column of a ``TableFile``.
struct TableColumn {
    /// The values, one a row.
    enum Values: Equatable {
        /// Microseconds since 1970-01-01 UTC; nil only where the column is optional.
        case times([Int64?])
        /// Days since 1970-01-01.
        case dates([Int32])
        /// In units of 10^-scale; nil only where the column is optional.
        case decimals([Int128?], scale: Int)
        case texts([String])
        case flags([Bool])
    }

    let name: String
    var isOptional = false
    var values: Values

    fileprivate var kind: Int {
        switch values {
        case .times: MR_TABLE_TIME
        case .dates: MR_TABLE_DATE
        case .decimals: MR_TABLE_DECIMAL
        case .texts: MR_TABLE_TEXT
        case .flags: MR_TABLE_FLAG
        }
    }

    fileprivate var scale: Int32 {
        if case .decimals(_, let scale) = values { Int32(scale) } else { 0 }
    }
}

/// A Parquet file of rows that are written and read in one go, with columns that its user names.
///
/// The same rows give the same bytes.
enum TableFile {
    /// Writes a file and forces it to the disk.
    ///
    /// - Parameter columns: all with as many values as there are rows.
    /// - Throws: ``LakeError``
    static func write(_ path: String, rows: Int, _ columns: [TableColumn], metadata: [(key: String, value: String)]) throws {
        let descriptor = try FileSystem.open(path, O_WRONLY | O_CREAT | O_TRUNC)
        defer { close(descriptor) }
        let blocks = columns.map { TableBlock($0, rows: rows) }
        var error: UnsafeMutablePointer<CChar>?
        let status = withFields(columns) { fields in
            withCStrings(metadata.map(\.key)) { keys in
                withCStrings(metadata.map(\.value)) { values in
                    // The blocks own what these point to until they are released below.
                    let columns = blocks.map(\.column)
                    return mr_table_write(
                        descriptor, Int32(fields.count), fields, columns, Int64(rows), Int32(keys.count), keys, values, &error)
                }
            }
        }
        withExtendedLifetime(blocks) {}
        guard status == 0 else { throw LakeError(.system, path, takeText(error)) }
        guard fsync(descriptor) == 0 else { throw FileSystem.failure(path) }
    }

    /// Reads a file.
    ///
    /// - Parameter shape: columns of which names and kinds are wanted; their values do not matter.
    /// - Returns: the columns with their values, and the metadata of the wanted keys.
    /// - Throws: ``LakeError`` where the file is gone, damaged or of another shape.
    static func read(_ path: String, shape: [TableColumn], keys: [String]) throws -> (columns: [TableColumn], metadata: [String: String]) {
        let descriptor = try FileSystem.open(path, O_RDONLY)
        defer { close(descriptor) }
        var error: UnsafeMutablePointer<CChar>?
        let opened = withFields(shape) { mr_table_read(descriptor, Int32($0.count), $0, &error) }
        guard let table = opened else { throw LakeError(.damaged, path, takeText(error)) }
        defer { mr_table_free(table) }
        let rows = Int(mr_table_rows(table))
        var columns = shape
        for place in shape.indices {
            guard let values = TableBlock.take(table, field: place, rows: rows, like: shape[place].values) else {
                throw LakeError(.damaged, path, "its column \(shape[place].name) cannot be read")
            }
            columns[place].values = values
        }
        var metadata: [String: String] = [:]
        for key in keys { metadata[key] = mr_table_metadata(table, key).map { takeText($0) } }
        return (columns, metadata)
    }

    private static func withFields<Result>(_ columns: [TableColumn], _ body: ([mr_table_field]) -> Result) -> Result {
        withCStrings(columns.map(\.name)) { names in
            body(
                columns.indices.map { place in
                    mr_table_field(
                        name: names[place], kind: Int32(columns[place].kind), scale: columns[place].scale,
                        optional: columns[place].isOptional ? 1 : 0)
                })
        }
    }
}

/// The values of a column as C wants them.
private final class TableBlock {
    private let values: UnsafeMutableRawPointer
    private let offsets: UnsafeMutablePointer<Int32>?
    private let valid: UnsafeMutablePointer<UInt8>?

    /// Points into what this object owns.
    var column: mr_table_column { mr_table_column(values: values, offsets: offsets, valid: valid) }

    init(_ column: TableColumn, rows: Int) {
        var offsets: UnsafeMutablePointer<Int32>?
        var valid: UnsafeMutablePointer<UInt8>?
        func keepValid(_ isPresent: (Int) -> Bool) {
            guard column.isOptional else { return }
            let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: max(1, rows))
            for row in 0..<rows { bytes[row] = isPresent(row) ? 1 : 0 }
            valid = bytes
        }
        switch column.values {
        case .times(let times):
            precondition(times.count == rows, "a column lacks rows")
            values = Self.copy(rows) { times[$0] ?? 0 }
            keepValid { times[$0] != nil }
        case .dates(let dates):
            precondition(dates.count == rows, "a column lacks rows")
            values = Self.copy(rows) { dates[$0] }
        case .decimals(let numbers, _):
            precondition(numbers.count == rows, "a column lacks rows")
            values = Self.copy(rows) { numbers[$0] ?? 0 }
            keepValid { numbers[$0] != nil }
        case .flags(let flags):
            precondition(flags.count == rows, "a column lacks rows")
            values = Self.copy(rows) { flags[$0] ? UInt8(1) : 0 }
        case .texts(let texts):
            precondition(texts.count == rows, "a column lacks rows")
            let places = UnsafeMutablePointer<Int32>.allocate(capacity: rows + 1)
            var bytes: [UInt8] = []
            for row in 0..<rows {
                places[row] = Int32(bytes.count)
                bytes += texts[row].utf8
            }
            places[rows] = Int32(bytes.count)
            offsets = places
            values = Self.copy(bytes.count) { bytes[$0] }
        }
        self.offsets = offsets
        self.valid = valid
    }

    private static func copy<Value: BitwiseCopyable>(_ count: Int, _ value: (Int) -> Value) -> UnsafeMutableRawPointer {
        let memory = UnsafeMutablePointer<Value>.allocate(capacity: max(1, count))
        for place in 0..<count { memory[place] = value(place) }
        return UnsafeMutableRawPointer(memory)
    }

    deinit {
        values.deallocate()
        offsets?.deallocate()
        valid?.deallocate()
    }

    /// The values of a column that was read; nil where they cannot be taken.
    static func take(_ table: OpaquePointer, field: Int, rows: Int, like values: TableColumn.Values) -> TableColumn.Values? {
        let field = Int32(field)
        var valid = [UInt8](repeating: 0, count: rows)
        /// An array of as many values as there are rows, filled by C, which writes exactly those.
        func fixed<Value: BitwiseCopyable>(_ zero: Value) -> [Value]? {
            var result = [Value](repeating: zero, count: rows)
            let status = result.withUnsafeMutableBytes { target in
                valid.withUnsafeMutableBufferPointer { mr_table_take(table, field, target.baseAddress, $0.baseAddress, nil) }
            }
            return status == 0 ? result : nil
        }
        guard rows > 0 else { return values.emptied }
        switch values {
        case .times:
            guard let times = fixed(Int64(0)) else { return nil }
            return .times(times.indices.map { valid[$0] == 1 ? times[$0] : nil })
        case .dates: return fixed(Int32(0)).map { .dates($0) }
        case .decimals(_, let scale):
            guard let numbers = fixed(Int128(0)) else { return nil }
            return .decimals(numbers.indices.map { valid[$0] == 1 ? numbers[$0] : nil }, scale: scale)
        case .flags: return fixed(UInt8(0)).map { .flags($0.map { $0 == 1 }) }
        case .texts: return texts(table, field, rows: rows).map { .texts($0) }
        }
    }

    private static func texts(_ table: OpaquePointer, _ field: Int32, rows: Int) -> [String]? {
        let count = mr_table_text_bytes(table, field)
        guard count >= 0 else { return nil }
        var offsets = [Int32](repeating: 0, count: rows + 1)
        var bytes = [UInt8](repeating: 0, count: max(1, Int(count)))
        guard mr_table_take_text(table, field, &offsets, &bytes, nil) == 0 else { return nil }
        return (0..<rows).map { row in
            let range = Int(offsets[row])..<max(Int(offsets[row]), Int(offsets[row + 1]))
            return String(decoding: bytes[range], as: UTF8.self)
        }
    }
}

extension TableColumn.Values {
    /// The same without rows.
    fileprivate var emptied: TableColumn.Values {
        switch self {
        case .times: .times([])
        case .dates: .dates([])
        case .decimals(_, let scale): .decimals([], scale: scale)
        case .texts: .texts([])
        case .flags: .flags([])
        }
    }
}
