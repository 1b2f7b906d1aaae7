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
        guard let base = text.baseAddress else { return start }
        let stop = base + text.count
        var row = base + start
        var taught: UnsafeRawPointer?
        while row < stop, columns.count < columns.capacity {
            if isReady, let next = readRow(row, spot, &columns) {
                row = next
                continue
            }
            // A row that has been taught and still cannot be read is not for this parser.
            guard taught != row, let learnt = AggTradesShape(row, stop, isSpot: spot) else { break }
            shape = learnt
            isReady = true
            taught = row
        }
        return row - base
    }

    /// Reads one row and returns where the next begins, or nil.
    @inline(__always)
    private mutating func readRow(_ row: UnsafeRawPointer, _ spot: Bool, _ columns: inout ColumnCursor) -> UnsafeRawPointer? {
        let (idValue, idFaults) = shape.id.read(row)
        var at = row + (shape.id.length &+ 1)
        if !price.pointee.fits(at) {
            price = prices.shape(at: at)
            if price == prices.none { return nil }
        }
        let (priceValue, priceFaults) = price.pointee.read(at)
        at += price.pointee.length &+ 1
        if !quantity.pointee.fits(at) {
            quantity = quantities.shape(at: at)
            if quantity == quantities.none { return nil }
        }
        let (quantityValue, quantityFaults) = quantity.pointee.read(at)
        at += quantity.pointee.length &+ 1
        let (firstValue, firstFaults) = shape.first.read(at)
        at += shape.first.length &+ 1
        let (lastValue, lastFaults) = shape.last.read(at)
        at += shape.last.length &+ 1
        let (timeValue, timeFaults) = shape.time.read(at)
        at += shape.time.length &+ 1
        let (isMaker, length, endFaults) = spot ? shape.end.readSpot(at) : shape.end.read(at)
        // Rows are counted from first to last raw id: 1 up to what the column holds.
        let span = lastValue &- firstValue
        let spanFaults = UInt64(bitPattern: span | (span &+ 1)) >> 31
        let faults = idFaults | priceFaults | quantityFaults | firstFaults | lastFaults | timeFaults | endFaults | spanFaults
        guard faults == 0, priceValue != 0, quantityValue != 0 else { return nil }
        columns.append(
            id: idValue, time: timeValue &* shape.timeMultiplier, price: priceValue, quantity: quantityValue,
            side: 1 &- 2 &* Int8(truncatingIfNeeded: isMaker), fills: Int32(truncatingIfNeeded: span &+ 1))
        return at + length
    }
}
