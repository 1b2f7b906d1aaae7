import CParquet

/// A metric column as C arrays.
///
/// The pointers are owned here and freed with the object; nobody writes to them after `init`.
final class MetricBuffers {
    private let values: UnsafeMutableRawPointer
    private var text: UnsafeMutablePointer<CChar>?
    private var valid: UnsafeMutablePointer<UInt8>?

    var columnView: mr_metric_values { mr_metric_values(values: values, text: text, valid: valid) }

    init(_ column: MetricValues) {
        let rows = column.count
        values = .allocate(byteCount: max(1, rows + 1) * 8, alignment: 8)
        switch column {
        case .doubles(let column): fill(column, null: 0)
        case .integers(let column): fill(column, null: 0)
        case .timestamps(let column):
            column.withUnsafeBytes { values.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(values), byteCount: $0.count) }
        case .texts(let column): fill(column)
        }
    }

    deinit {
        values.deallocate()
        text?.deallocate()
        valid?.deallocate()
    }

    private func fill<Value: BitwiseCopyable>(_ column: [Value?], null: Value) {
        for (row, value) in column.enumerated() {
            values.storeBytes(of: value ?? null, toByteOffset: row * MemoryLayout<Value>.stride, as: Value.self)
        }
        markNulls(column.map { $0 == nil })
    }

    private func fill(_ column: [String?]) {
        let bytes = column.map { Array(($0 ?? "").utf8) }
        let text = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.reduce(1) { $0 + $1.count })
        var offset = 0
        values.storeBytes(of: 0, as: Int32.self)
        for (row, value) in bytes.enumerated() {
            for byte in value {
                text[offset] = CChar(bitPattern: byte)
                offset += 1
            }
            values.storeBytes(of: Int32(offset), toByteOffset: (row + 1) * 4, as: Int32.self)
        }
        self.text = text
        markNulls(column.map { $0 == nil })
    }

    private func markNulls(_ null: [Bool]) {
        guard null.contains(true) else { return }
        let valid = UnsafeMutablePointer<UInt8>.allocate(capacity: null.count)
        for (row, isNull) in null.enumerated() { valid[row] = isNull ? 0 : 1 }
        self.valid = valid
    }
}
