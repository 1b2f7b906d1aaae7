import MarketModel
import TapeSequencer

/// A batch under construction: trades in columns, and the zero rows between them.
struct ColumnBatch {
    static let capacity = 4096

    private(set) var columns = TradeColumns(capacity: capacity)
    private var zeros: [Zero] = []
    private let wideIDs: Bool

    private struct Zero {
        /// How many trades of the batch stand before it.
        var before: Int
        var id: TradeID
        var time: Int64
    }

    init(wideIDs: Bool) { self.wideIDs = wideIDs }

    var isFull: Bool { columns.count >= ColumnBatch.capacity || zeros.count >= ColumnBatch.capacity }

    mutating func append(_ trade: Trade) { columns.append(trade, wideID: wideIDs) }

    mutating func noteZero(id: TradeID, time: Int64) { zeros.append(Zero(before: columns.count, id: id, time: time)) }

    /// Shows the batch's rows to a scan, in their order.
    func scan(into scan: inout TapeScan) {
        var done = 0
        for zero in zeros {
            scan.add(columns, range: done..<zero.before)
            scan.addZeroRow(id: zero.id, time: zero.time)
            done = zero.before
        }
        scan.add(columns, range: done..<columns.count)
    }

    mutating func clear() {
        columns.removeAll()
        zeros.removeAll(keepingCapacity: true)
    }
}
