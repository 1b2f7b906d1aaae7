import MarketModel

/// Reads rows of Binance's aggTrades dumps at tens of millions a second on one core.
///
/// Rows of a dump look like their neighbours: fields keep their lengths, and the leading digits of ids and times seldom change. So a row is
/// read as if it had the shape of the row before, every byte is checked against that on the way, and one branch at its end decides. A row
/// of another shape teaches the new one and is read again; a row that cannot be taught is left to ``RowParser``, which knows what is odd
/// and what is wrong. So nothing is accepted here that the row parser would reject, or read as another value.
///
/// Loads reach up to 8 bytes before a row and up to ``reach`` bytes behind its start, which the padding of ``SegmentBuffer`` allows. A row
/// that is accepted lies within the text, since the text ends with a line end and a row holds one only as its own end.
///
/// Not thread-safe; each segment parser has its own.
struct AggTradesParser {
    /// How far behind a row's start loads reach: six fields of at most 25 characters and their ends.
    static let reach = 6 * 26 + 16

    private var shape = AggTradesShape()
    /// Whether a row has been learnt: before, the shape fits nothing.
    private var isReady = false
    private let prices: DecimalShapes
    private let quantities: DecimalShapes
    private let isSpot: Bool

    init(_ variant: RowLayout.AggTradesVariant, scales: Scales) {
        isSpot = variant == .spot
        prices = DecimalShapes(scale: scales.price)
        quantities = DecimalShapes(scale: scales.quantity)
        price = prices.none
        quantity = quantities.none
    }

    // Into the tables above, which live as long as this parser.
    private var price: UnsafePointer<DecimalShape>
    private var quantity: UnsafePointer<DecimalShape>

    /// Reads rows from `start` on until the columns are full, the text ends, or a row is not for this parser; returns where it stopped.
    mutating func read(_ text: UnsafeRawBufferPointer, from start: Int, into columns: inout ColumnCursor) -> Int {
        // Two loops, so that neither asks for each row which it is.
        isSpot ? readRows(text, from: start, true, &columns) : readRows(text, from: start, false, &columns)
    }

    @inline(__always)
    private mutating func readRows(_ text: UnsafeRawBufferPointer, from start: Int, _ spot: Bool, _ columns: inout ColumnCursor) -> Int {
        guard let base = text.baseAddress, start < text.count else { return start }
        let stop = base + text.count
        var row = base + start
        // A copy of the cursor can stay in registers.
        var rows = columns
        defer { columns.count = rows.count }
        var taught: UnsafeRawPointer?
        if !isReady {
            guard learn(row, stop, spot) else { return start }
            taught = row
        }
        while row < stop, rows.count < rows.capacity {
            if let next = readRow(row, spot, &rows) {
                row = next
                continue
            }
            // A row that has been taught and still cannot be read is not for this parser.
            guard taught != row, learn(row, stop, spot) else { break }
            taught = row
        }
        return row - base
    }

    private mutating func learn(_ row: UnsafeRawPointer, _ stop: UnsafeRawPointer, _ spot: Bool) -> Bool {
        guard let learnt = AggTradesShape(row, stop, isSpot: spot) else { return false }
        shape = learnt
        isReady = true
        return true
    }

    /// Reads one row and returns where the next begins, or nil.
    @inline(__always)
    private mutating func readRow(_ row: UnsafeRawPointer, _ spot: Bool, _ columns: inout ColumnCursor) -> UnsafeRawPointer? {
        let id = shape.id.read(row)
        var at = row + (shape.id.length &+ 1)
        if !price.pointee.fits(at) {
            price = prices.shape(at: at)
            if price == prices.none { return nil }
        }
        let price = self.price.pointee.read(at)
        at += self.price.pointee.length &+ 1
        if !quantity.pointee.fits(at) {
            quantity = quantities.shape(at: at)
            if quantity == quantities.none { return nil }
        }
        let quantity = self.quantity.pointee.read(at)
        at += self.quantity.pointee.length &+ 1
        let first = shape.first.read(at)
        at += shape.first.length &+ 1
        let last = shape.last.read(at)
        at += shape.last.length &+ 1
        let time = shape.time.read(at)
        at += shape.time.length &+ 1
        let end = spot ? shape.end.readSpot(at) : shape.end.read(at)
        // Rows are counted from first to last raw id: 1 up to what the column holds.
        let span = last.value &- first.value
        let spanFaults = UInt64(bitPattern: span | (span &+ 1)) >> 31
        let marks = id.marks | price.marks | quantity.marks | first.marks | last.marks | time.marks
        let faults = id.faults | price.faults | quantity.faults | first.faults | last.faults | time.faults | end.faults | spanFaults
        guard (marks & Digits.markMask) | faults == 0, price.value != 0, quantity.value != 0 else { return nil }
        columns.append(
            id: id.value, time: time.value, price: price.value, quantity: quantity.value,
            side: 1 &- 2 &* Int8(truncatingIfNeeded: end.isTrue), fills: Int32(truncatingIfNeeded: span &+ 1))
        return at + end.length
    }
}
