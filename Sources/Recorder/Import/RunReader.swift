import Lake
import MarketModel
import TapeSequencer

/// A tape file read row by row from front to back, at the scales of the tape being written.
///
/// Not Sendable: it belongs to the merge.
final class RunReader {
    private let file: TapeFile
    private let order: TapeOrder
    private let rescaling: Rescaling
    private var cursor: TapeCursor?
    private var nextGroup = 0
    private var batch = TradeColumns()
    private var ordinals: [Int32] = []
    private var row = 0

    /// The key of the next row, or nil at the end.
    private(set) var key: Int64?

    init(_ file: TapeFile, order: TapeOrder, scales: Scales, subject: String) throws {
        self.file = file
        self.order = order
        rescaling = Rescaling(from: file.layout.scales, to: scales, subject: subject)
        try load()
    }

    /// The next row.
    var current: TapeRow {
        batch.row(row, ordinal: ordinals.isEmpty ? 0 : ordinals[row])
    }

    func advance() throws {
        row += 1
        if row < batch.count {
            key = order.tradeIDs == .contiguous ? batch.id[row] : batch.time[row]
        } else {
            try load()
        }
    }

    /// Reads the next page.
    private func load() throws {
        row = 0
        key = nil
        while true {
            if let cursor {
                if try cursor.advance() { break }
                self.cursor = nil
            }
            guard nextGroup < file.groups else { return }
            cursor = try TapeCursor(file, group: nextGroup, columns: .everything)
            nextGroup += 1
        }
        guard let cursor else { return }
        batch = cursor.batch
        ordinals = cursor.ordinals
        if batch.id.isEmpty { batch.id = [Int64](repeating: 0, count: batch.count) }
        if !rescaling.isIdentity { try rescaling.apply(&batch) }
        key = order.tradeIDs == .contiguous ? batch.id[0] : batch.time[0]
    }
}
