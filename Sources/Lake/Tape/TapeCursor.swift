import CParquet
import MarketModel

/// Reads one row group page by page into a batch that is used again and again.
///
/// Not Sendable: a cursor belongs to one thread.
package final class TapeCursor {
    /// The rows of the current page, in the columns that were asked for; the others are empty.
    package private(set) var batch = TradeColumns()
    /// The ordinals of the current page, where they were asked for.
    package private(set) var ordinals: [Int32] = []

    private let file: TapeFile
    private let native: OpaquePointer
    private let columns: TapeColumnSet

    /// Starts reading a row group.
    package init(_ file: TapeFile, group: Int, columns: TapeColumnSet) throws(LakeError) {
        var columns = columns.union(.time)
        if !file.layout.hasIDs { columns.remove(.id) }
        if !file.layout.hasOrdinals { columns.remove(.ordinal) }
        var error: UnsafeMutablePointer<CChar>?
        guard let opened = mr_tape_cursor_open(file.native, Int32(group), columns.rawValue, &error) else {
            throw LakeError(.damaged, file.path, takeText(error))
        }
        self.file = file
        self.columns = columns
        native = opened
    }

    deinit { mr_tape_cursor_free(native) }

    /// Reads the next page into ``batch``; false at the end of the row group.
    package func advance() throws(LakeError) -> Bool {
        var error: UnsafeMutablePointer<CChar>?
        let rows = Int(mr_tape_cursor_next(native, &error))
        guard rows >= 0 else { throw LakeError(.damaged, file.path, takeText(error)) }
        guard rows > 0 else { return false }
        resize(to: rows)
        let wide = file.layout.hasWideIDs
        let columns = columns
        let status = batch.withMutableColumnPointers { pointers in
            ordinals.withUnsafeMutableBufferPointer { ordinals in
                // Only what was asked for has room.
                var target = mr_tape_target()
                target.time = pointers.time
                if columns.contains(.id) { target.id = pointers.id }
                if columns.contains(.id), wide { target.id_high = pointers.id_high }
                if columns.contains(.price) { target.price = pointers.price }
                if columns.contains(.quantity) { target.quantity = pointers.quantity }
                if columns.contains(.side) { target.side = pointers.side }
                if columns.contains(.fills) { target.fills = pointers.fills }
                if columns.contains(.arrival) { target.arrival = pointers.arrival }
                if columns.contains(.source) { target.source = pointers.source }
                if columns.contains(.ordinal) { target.ordinal = ordinals.baseAddress }
                return mr_tape_cursor_decode(native, &target, &error)
            }
        }
        guard status == 0 else { throw LakeError(.damaged, file.path, takeText(error)) }
        return true
    }

    private func resize(to rows: Int) {
        Self.resize(&batch.time, rows)
        if columns.contains(.price) { Self.resize(&batch.price, rows) }
        if columns.contains(.quantity) { Self.resize(&batch.quantity, rows) }
        if columns.contains(.side) { Self.resize(&batch.side, rows) }
        if columns.contains(.fills) { Self.resize(&batch.fills, rows) }
        if columns.contains(.arrival) { Self.resize(&batch.arrival, rows) }
        if columns.contains(.source) { Self.resize(&batch.source, rows) }
        if columns.contains(.ordinal) { Self.resize(&ordinals, rows) }
        if columns.contains(.id) {
            Self.resize(&batch.id, rows)
            if file.layout.hasWideIDs { Self.resize(&batch.idHigh, rows) }
        }
    }

    private static func resize<Value: FixedWidthInteger>(_ column: inout [Value], _ rows: Int) {
        if column.count > rows {
            column.removeLast(column.count - rows)
        } else if column.count < rows {
            column.append(contentsOf: repeatElement(0, count: rows - column.count))
        }
    }
}
