import MarketModel
import TapeSequencer

/// The rows of one instrument in one commit as bytes under a checksum: a column after the other, each number as short as it is small.
///
/// Decoding never traps: bytes that are not a batch, or not the batch of this place, give nil.
package enum JournalBatch {
    private static let version: UInt8 = 1
    private static let hasOrdinals: UInt8 = 1
    private static let hasWideIDs: UInt8 = 2
    private static let hasArrivals: UInt8 = 4

    /// The bytes of some rows, in their order.
    ///
    /// - Parameters:
    ///   - instrument: the number of the instrument in its journal.
    ///   - number: the number of the batch in its journal.
    ///   - wideIDs: whether ids have 16 bytes.
    package static func encode(_ rows: borrowing [JournalRow], instrument: Int64, number: Int64, wideIDs: Bool) -> [UInt8] {
        var out = ByteWriter()
        encode(rows, wideIDs: wideIDs, into: &out)
        return out.closed(place: place(instrument, number))
    }

    private static func place(_ instrument: Int64, _ number: Int64) -> UInt64 {
        UInt64(bitPattern: number) &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(bitPattern: instrument)
    }

    private static func encode(_ rows: borrowing [JournalRow], wideIDs: Bool, into out: inout ByteWriter) {
        var flags = wideIDs ? hasWideIDs : 0
        for index in rows.indices {
            if rows[index].ordinal != 0 { flags |= hasOrdinals }
            if rows[index].received != 0 { flags |= hasArrivals }
        }
        out.put(byte: version)
        out.put(byte: flags)
        out.put(count: rows.count)
        if wideIDs {
            for index in rows.indices {
                out.put(fixed: UInt64(bitPattern: rows[index].trade.id.high))
                out.put(fixed: rows[index].trade.id.low)
            }
        } else {
            putIDs(rows, into: &out)
        }
        putColumn(rows, into: &out) { $0.trade.time }
        if flags & hasArrivals != 0 { putColumn(rows, into: &out) { $0.received } }
        putColumn(rows, into: &out) { $0.trade.price }
        for index in rows.indices { out.put(UInt64(bitPattern: rows[index].trade.quantity)) }
        for index in rows.indices {
            let row = rows[index]
            let fills = (1...15).contains(row.trade.fills) ? UInt8(row.trade.fills - 1) : 15
            out.put(byte: UInt8(row.trade.side.rawValue + 1) | UInt8(row.source.rawValue) << 2 | fills << 4)
            if fills == 15 { out.put(signed: Int64(row.trade.fills)) }
        }
        if flags & hasOrdinals != 0 { putColumn(rows, into: &out) { Int64($0.ordinal) } }
    }

    /// Ids as runs that rise by one, since most do.
    private static func putIDs(_ rows: borrowing [JournalRow], into out: inout ByteWriter) {
        var next: Int64 = 0
        var start = 0
        while start < rows.count {
            let first = rows[start].trade.id.integer
            var end = start + 1
            while end < rows.count, rows[end].trade.id.integer == first &+ Int64(end - start) { end += 1 }
            out.put(signed: first &- next)
            out.put(count: end - start)
            next = first &+ Int64(end - start)
            start = end
        }
    }

    /// Differences from row to row.
    @inline(__always)
    private static func putColumn(_ rows: borrowing [JournalRow], into out: inout ByteWriter, _ value: (JournalRow) -> Int64) {
        var previous: Int64 = 0
        for index in rows.indices {
            let next = value(rows[index])
            out.put(signed: next &- previous)
            previous = next
        }
    }

    /// Appends the rows of a batch to columns.
    ///
    /// - Returns: how many rows, or nil if the bytes are not that batch; nothing is appended then.
    /// - Complexity: O(bytes), in time and memory, whatever the bytes claim.
    package static func decode(_ bytes: [UInt8], instrument: Int64, number: Int64, into columns: inout JournalColumns) -> Int? {
        guard var reader = ByteReader(bytes, place: place(instrument, number)), reader.byte() == version else { return nil }
        let flags = reader.byte()
        let count = reader.count()
        guard count > 0, flags < 8, !reader.failed else { return nil }
        let wide = flags & hasWideIDs != 0
        var rows = JournalColumns()
        rows.reserve(count)
        if wide {
            for _ in 0..<count {
                rows.rows.idHigh.append(Int64(bitPattern: reader.fixed()))
                rows.rows.id.append(Int64(bitPattern: reader.fixed()))
            }
        } else {
            guard takeIDs(count, &reader, into: &rows.rows.id) else { return nil }
        }
        takeColumn(count, &reader) { rows.rows.time.append($0) }
        if flags & hasArrivals != 0 {
            takeColumn(count, &reader) { rows.rows.arrival.append($0) }
        } else {
            rows.rows.arrival.append(contentsOf: repeatElement(0, count: count))
        }
        takeColumn(count, &reader) { rows.rows.price.append($0) }
        for _ in 0..<count { rows.rows.quantity.append(Int64(bitPattern: reader.number())) }
        var isSound = true
        for _ in 0..<count {
            let byte = reader.byte()
            let side = Int8(byte & 3) - 1
            let source = Int8(byte >> 2 & 3)
            let fills = byte >> 4 == 15 ? reader.signed() : Int64(byte >> 4) + 1
            isSound = isSound && side <= 1 && source <= 2 && Int32(exactly: fills) != nil
            rows.rows.side.append(side)
            rows.rows.source.append(source)
            rows.rows.fills.append(Int32(truncatingIfNeeded: fills))
        }
        if flags & hasOrdinals != 0 {
            takeColumn(count, &reader) {
                isSound = isSound && Int32(exactly: $0) != nil
                rows.ordinals.append(Int32(truncatingIfNeeded: $0))
            }
        } else {
            rows.ordinals.append(contentsOf: repeatElement(0, count: count))
        }
        guard isSound, !reader.failed, reader.left == 0 else { return nil }
        columns.append(rows)
        return count
    }

    private static func takeIDs(_ count: Int, _ reader: inout ByteReader, into ids: inout [Int64]) -> Bool {
        var next: Int64 = 0
        while ids.count < count {
            let first = next &+ reader.signed()
            let length = reader.number()
            guard !reader.failed, length > 0, length <= UInt64(count - ids.count) else { return false }
            for offset in 0..<Int64(length) { ids.append(first &+ offset) }
            next = first &+ Int64(length)
        }
        return true
    }

    @inline(__always)
    private static func takeColumn(_ count: Int, _ reader: inout ByteReader, _ take: (Int64) -> Void) {
        var value: Int64 = 0
        for _ in 0..<count {
            value &+= reader.signed()
            take(value)
        }
    }
}

/// Rows of a journal as columns.
package struct JournalColumns: Sendable {
    /// The rows; arrival times and sources are always filled.
    package var rows = TradeColumns()
    /// Their places among rows of the same time, as they were given.
    package var ordinals: [Int32] = []

    /// Creates no rows.
    package init() {}

    /// How many rows there are.
    package var count: Int { rows.count }

    mutating func reserve(_ count: Int) {
        rows.reserve(count)
        rows.arrival.reserveCapacity(count)
        rows.source.reserveCapacity(count)
        ordinals.reserveCapacity(count)
    }

    mutating func append(_ other: borrowing JournalColumns) {
        rows.append(other.rows, 0..<other.rows.count)
        ordinals += other.ordinals
    }

    /// Those of the rows that are trades, and do not only say that an id was given out.
    var trades: JournalColumns { picked(rows.quantity.indices.filter { rows.quantity[$0] != 0 }) }

    /// Some of the rows, by their places.
    func picked(_ places: some Sequence<Int>) -> JournalColumns {
        var result = JournalColumns()
        for index in places {
            result.rows.append(rows, index..<index + 1)
            result.ordinals.append(ordinals[index])
        }
        return result
    }

    /// The row at `index`.
    package func row(_ index: Int) -> TapeRow { rows.row(index, ordinal: ordinals[index]) }
}

extension JournalBatch {
    /// Gives bytes the checksum that they should have, so that tests and fuzzers get past it.
    package static func reseal(_ bytes: inout [UInt8], instrument: Int64, number: Int64) {
        guard bytes.count >= 8 else { return }
        let sum = ByteReader.sum(bytes, place: place(instrument, number))
        for index in 0..<8 { bytes[index] = UInt8(sum >> UInt64(8 * index) & 0xff) }
    }
}
