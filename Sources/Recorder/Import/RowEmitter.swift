import Lake
import MarketModel
import TapeSequencer

/// Collects rows one by one into batches for a tape writer.
struct RowEmitter {
    private var batch = TradeColumns(capacity: 8192)
    private var ordinals: [Int32] = []
    private let layout: TapeLayout

    init(layout: TapeLayout) { self.layout = layout }

    mutating func emit(_ row: TapeRow, to writer: TapeWriter) throws {
        batch.append(row, wideID: layout.hasWideIDs)
        if layout.hasOrdinals { ordinals.append(row.ordinal) }
        if batch.count == 8192 { try flush(to: writer) }
    }

    mutating func flush(to writer: TapeWriter) throws {
        try writer.append(batch, 0..<batch.count, ordinals: ordinals)
        batch.removeAll()
        ordinals.removeAll(keepingCapacity: true)
    }
}
