import CParquet

/// The values of one metric column as C arrays, filled value by value.
///
/// The memory is owned here and freed with the object. Room for all values is taken at once: the system gives pages only when they are
/// filled.
final class MetricBuffer {
    /// One of the `MR_METRIC_` kinds.
    let kind: Int32
    private(set) var count = 0
    private let capacity: Int
    private let values: UnsafeMutableRawPointer
    /// Nil while no value is null.
    private var valid: UnsafeMutablePointer<UInt8>?
    private var text: [CChar] = []
    private var viewedText: UnsafeMutablePointer<CChar>?

    /// Creates an empty column for up to `capacity` values.
    init(kind: Int32, capacity: Int) {
        self.kind = kind
        self.capacity = capacity
        values = .allocate(byteCount: (capacity + 1) * 8, alignment: 8)
    }

    deinit {
        values.deallocate()
        valid?.deallocate()
        viewedText?.deallocate()
    }

    /// The column as the writer takes it; of use until the next change.
    func makeView() -> mr_metric_values {
        viewedText?.deallocate()
        viewedText = nil
        if kind == Int32(MR_METRIC_TEXT) {
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: text.count + 1)
            for index in text.indices { copy[index] = text[index] }
            viewedText = copy
        }
        return mr_metric_values(values: values, text: viewedText, valid: valid)
    }

    func append(_ value: Double?) { store(value ?? 0, isNull: value == nil) }

    func append(_ value: Int64?) { store(value ?? 0, isNull: value == nil) }

    func append(_ value: String?) {
        precondition(count < capacity, "a full column")
        if count == 0 { values.storeBytes(of: 0, as: Int32.self) }
        for byte in (value ?? "").utf8 { text.append(CChar(bitPattern: byte)) }
        // Offsets are those at which values end.
        values.storeBytes(of: Int32(text.count), toByteOffset: (count + 1) * 4, as: Int32.self)
        mark(isNull: value == nil)
    }

    /// Empties the column and keeps the room.
    func removeAll() {
        count = 0
        text.removeAll(keepingCapacity: true)
        valid?.deallocate()
        valid = nil
    }

    private func store<Value: BitwiseCopyable>(_ value: Value, isNull: Bool) {
        precondition(count < capacity, "a full column")
        values.storeBytes(of: value, toByteOffset: count * 8, as: Value.self)
        mark(isNull: isNull)
    }

    private func mark(isNull: Bool) {
        if isNull, valid == nil {
            let marks = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
            marks.update(repeating: 1, count: count)
            valid = marks
        }
        valid?[count] = isNull ? 0 : 1
        count += 1
    }
}
