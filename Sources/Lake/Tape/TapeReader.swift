public import MarketModel

/// Reads the trades of a range of time in the order of time, a stretch at a time.
///
///     var reader = try lake.reader(tape, from: start, to: end, columns: .all)
///     while let trades = try reader.next() { … }
///
/// A tape is in the order of its ids, and times may step back a little from one to the next. So rows wait until no later row can come
/// before them: trades of one time come together, and in tape order.
public struct TapeReader: Sendable {
    private let tape: TapeSummary
    private let columns: TapeColumnSet
    private var segments: TapeSegments
    /// Rows whose turn has not come.
    private var held = TradeColumns()

    init(_ lake: Lake, _ tape: TapeSummary, from: Int64, to: Int64, columns: TapeColumnSet) {
        self.tape = tape
        self.columns = columns
        segments = TapeSegments(lake: lake, tape: tape, from: from, to: to)
    }

    /// The next trades, ascending by time and about 260,000 at most; nil at the end.
    ///
    /// - Throws: ``LakeError``, as ``Lake/read(_:from:to:columns:threads:progress:reduction:fold:)``.
    /// - Complexity: O(trades of one row group), and those of more where times step back further.
    public mutating func next() throws -> TradeColumns? {
        while let segment = try segments.next() {
            var rows = held
            held = TradeColumns()
            rows.reserve(rows.count + segment.rows)
            try segment.batches(columns, of: tape) { batch in
                if segment.isWhole {
                    rows.append(batch, 0..<batch.count)
                } else {
                    let kept = batch.rows(from: segments.from, to: segments.to)
                    rows.append(kept, 0..<kept.count)
                }
            }
            rows.sortByTime()
            let ready = rows.count(before: try segments.leastTimeAhead())
            if ready < rows.count {
                held.append(rows, ready..<rows.count)
                rows.keep(first: ready)
            }
            if rows.count > 0 { return rows }
        }
        guard held.count > 0 else { return nil }
        defer { held = TradeColumns() }
        return held
    }
}

extension Lake {
    /// A reader of the trades with from <= time < to.
    ///
    /// - Parameter columns: what is wanted; the other columns of what it gives are empty. Times are always there.
    /// - Throws: ``LakeError`` if a journal that touches the range cannot be read.
    public func reader(_ tape: TapeSummary, from: Int64, to: Int64, columns: TapeColumnSet) throws -> TapeReader {
        try tape.checkReadable(from: from, to: to)
        return TapeReader(self, tape, from: from, to: to, columns: columns)
    }
}

extension TradeColumns {
    /// How many rows, which ascend by time, come before a time.
    func count(before limit: Int64) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if time[middle] < limit { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Puts the rows in the order of time, those of one time as they were.
    mutating func sortByTime() {
        guard !time.isAscending else { return }
        self = picked(time.indices.sorted { (time[$0], $0) < (time[$1], $1) })
    }

    /// Some rows, in the order in which their places are given.
    public func picked(_ places: [Int]) -> TradeColumns {
        func pick<Value>(_ column: [Value]) -> [Value] { column.isEmpty ? [] : places.map { column[$0] } }
        var rows = TradeColumns()
        rows.time = pick(time)
        rows.price = pick(price)
        rows.quantity = pick(quantity)
        rows.side = pick(side)
        rows.id = pick(id)
        rows.idHigh = pick(idHigh)
        rows.fills = pick(fills)
        rows.arrival = pick(arrival)
        rows.source = pick(source)
        return rows
    }

    /// Forgets all rows but the first ones.
    mutating func keep(first count: Int) {
        func cut<Value>(_ column: inout [Value]) {
            if column.count > count { column.removeLast(column.count - count) }
        }
        cut(&time)
        cut(&price)
        cut(&quantity)
        cut(&side)
        cut(&id)
        cut(&idHigh)
        cut(&fills)
        cut(&arrival)
        cut(&source)
    }
}

extension [Int64] {
    /// Whether no value is less than the one before.
    fileprivate var isAscending: Bool {
        withUnsafeBufferPointer { values in
            guard var last = values.first else { return true }
            // A whole stretch at a time, so that the processor compares many at once.
            for start in stride(from: 0, to: values.count, by: 4096) {
                var steps = 0
                for value in values[start..<Swift.min(start + 4096, values.count)] {
                    steps += value < last ? 1 : 0
                    last = value
                }
                if steps > 0 { return false }
            }
            return true
        }
    }
}
