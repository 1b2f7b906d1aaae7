import MarketModel
import TapeSequencer

/// The next free row of a batch, as raw columns.
///
/// The pointers are valid only inside ``ColumnBatch/fill(_:)``, and each column has room for `capacity` rows.
struct ColumnCursor {
    let id: UnsafeMutablePointer<Int64>
    let time: UnsafeMutablePointer<Int64>
    let price: UnsafeMutablePointer<Int64>
    let quantity: UnsafeMutablePointer<Int64>
    let side: UnsafeMutablePointer<Int8>
    let fills: UnsafeMutablePointer<Int32>
    let capacity: Int
    /// How many rows are written.
    var count: Int

    /// Writes the next row; there must be room for it.
    @inline(__always)
    mutating func append(id: Int64, time: Int64, price: Int64, quantity: Int64, side: Int8, fills: Int32) {
        self.id[count] = id
        self.time[count] = time
        self.price[count] = price
        self.quantity[count] = quantity
        self.side[count] = side
        self.fills[count] = fills
        count &+= 1
    }
}

/// A batch under construction: trades in columns, and the zero rows between them.
///
/// The columns always hold ``capacity`` rows, of which the first ``count`` are written, until ``use(_:_:)`` shows them cut to size: so the hot
/// parser writes rows in place, and full batches cost nothing extra.
struct ColumnBatch {
    static let capacity = 1024

    private var columns = TradeColumns()
    private(set) var count = 0
    private var zeros: [Zero] = []
    private let wideIDs: Bool

    private struct Zero {
        /// How many trades of the batch stand before it.
        var before: Int
        var id: TradeID
        var time: Int64
    }

    init(wideIDs: Bool) {
        self.wideIDs = wideIDs
        stretch()
    }

    var isFull: Bool { count >= ColumnBatch.capacity || zeros.count >= ColumnBatch.capacity }

    /// Adds a trade; the batch must not be full.
    mutating func append(_ trade: Trade) {
        columns.id[count] = trade.id.integer
        if wideIDs { columns.idHigh[count] = trade.id.high }
        columns.time[count] = trade.time
        columns.price[count] = trade.price
        columns.quantity[count] = trade.quantity
        columns.side[count] = trade.side.rawValue
        columns.fills[count] = trade.fills
        count += 1
    }

    mutating func noteZero(id: TradeID, time: Int64) { zeros.append(Zero(before: count, id: id, time: time)) }

    /// Lets `body` write rows of integer ids in place.
    mutating func fill(_ body: (inout ColumnCursor) -> Void) {
        // Each column is moved out while it is written, since a struct's columns cannot be borrowed for writing one within another.
        var (id, time, price): ([Int64], [Int64], [Int64]) = ([], [], [])
        var (quantity, side, fills): ([Int64], [Int8], [Int32]) = ([], [], [])
        func exchange() {
            swap(&id, &columns.id)
            swap(&time, &columns.time)
            swap(&price, &columns.price)
            swap(&quantity, &columns.quantity)
            swap(&side, &columns.side)
            swap(&fills, &columns.fills)
        }
        exchange()
        id.withUnsafeMutableBufferPointer { id in
            time.withUnsafeMutableBufferPointer { time in
                price.withUnsafeMutableBufferPointer { price in
                    quantity.withUnsafeMutableBufferPointer { quantity in
                        side.withUnsafeMutableBufferPointer { side in
                            fills.withUnsafeMutableBufferPointer { fills in
                                guard let id = id.baseAddress, let time = time.baseAddress, let price = price.baseAddress,
                                    let quantity = quantity.baseAddress, let side = side.baseAddress, let fills = fills.baseAddress
                                else { return }
                                var cursor = ColumnCursor(
                                    id: id, time: time, price: price, quantity: quantity, side: side, fills: fills,
                                    capacity: ColumnBatch.capacity, count: count)
                                body(&cursor)
                                count = cursor.count
                            }
                        }
                    }
                }
            }
        }
        exchange()
    }

    /// Shows the batch's rows to a scan and, if there are any, to `body`, and empties the batch.
    mutating func use(_ scan: inout TapeScan, _ body: (borrowing TradeColumns) throws -> Void) rethrows {
        let spare = ColumnBatch.capacity - count
        if spare > 0 { shrink(by: spare) }
        defer {
            zeros.removeAll(keepingCapacity: true)
            count = 0
            if spare > 0 { stretch() }
        }
        var done = 0
        for zero in zeros {
            scan.add(columns, range: done..<zero.before)
            scan.addZeroRow(id: zero.id, time: zero.time)
            done = zero.before
        }
        scan.add(columns, range: done..<count)
        if count > 0 { try body(columns) }
    }

    /// Forgets the rows.
    mutating func clear() {
        zeros.removeAll(keepingCapacity: true)
        count = 0
    }

    private mutating func shrink(by spare: Int) {
        columns.id.removeLast(spare)
        if wideIDs { columns.idHigh.removeLast(spare) }
        columns.time.removeLast(spare)
        columns.price.removeLast(spare)
        columns.quantity.removeLast(spare)
        columns.side.removeLast(spare)
        columns.fills.removeLast(spare)
    }

    private mutating func stretch() {
        let spare = ColumnBatch.capacity - columns.count
        columns.id.append(contentsOf: repeatElement(0, count: spare))
        if wideIDs { columns.idHigh.append(contentsOf: repeatElement(0, count: spare)) }
        columns.time.append(contentsOf: repeatElement(0, count: spare))
        columns.price.append(contentsOf: repeatElement(0, count: spare))
        columns.quantity.append(contentsOf: repeatElement(0, count: spare))
        columns.side.append(contentsOf: repeatElement(0, count: spare))
        columns.fills.append(contentsOf: repeatElement(0, count: spare))
    }
}
