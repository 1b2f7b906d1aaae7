import Lake
import MarketModel
import TapeSequencer

/// Any bytes as a journal's batch, with the checksum that they should have: decoding never traps, takes no more memory than the bytes
/// warrant, and what it reads is written and read back alike.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    var bytes = Array(UnsafeBufferPointer(start: data, count: size))
    JournalBatch.reseal(&bytes, instrument: 1, number: 2)
    var columns = JournalColumns()
    guard let count = JournalBatch.decode(bytes, instrument: 1, number: 2, into: &columns) else {
        precondition(columns.count == 0, "A refused batch left rows.")
        return 0
    }
    precondition(count == columns.count && count > 0 && count <= size, "More rows than bytes.")
    let rows = (0..<count).map { index in
        let row = columns.row(index)
        return JournalRow(row.trade, source: row.source, received: row.arrival, ordinal: row.ordinal)
    }
    let again = JournalBatch.encode(rows, instrument: 1, number: 2, wideIDs: !columns.rows.idHigh.isEmpty)
    var read = JournalColumns()
    precondition(JournalBatch.decode(again, instrument: 1, number: 2, into: &read) == count, "What was written is not read.")
    for index in 0..<count { precondition(read.row(index) == columns.row(index), "Another row is read than was written.") }
    return 0
}
