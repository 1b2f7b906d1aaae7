import MarketModel
import TapeSequencer

/// The rows of an open day in tape order, each once, at the scales of the tape.
final class OpenRows: Sendable {
    let rows: TradeColumns
    /// The places among rows of the same time, on tapes that times order; else empty.
    let ordinals: [Int32]

    init(rows: TradeColumns, ordinals: [Int32]) {
        self.rows = rows
        self.ordinals = ordinals
    }

    /// Reads a day's journals, and its sealed file if it has one.
    convenience init(_ lake: Lake, _ tape: TapeSummary, _ day: TapeDay) throws {
        let order = TapeOrder(tradeIDs: tape.instrument.tradeIDs)
        var held = JournalColumns()
        for part in day.parts {
            var columns = try lake.journals.columns(part)
            if part.held.present.count > 0 { columns = columns.trades }
            try columns.rows.rescale(from: part.held.scales, to: tape.scales, part.path)
            if held.count == 0 { held = columns } else { held.append(columns) }
        }
        var sorted = OpenRows.sorted(held, order)
        if let file = day.sealedFile.first { sorted = try OpenRows.merged(lake, tape, file, sorted, order) }
        self.init(rows: sorted.rows, ordinals: sorted.ordinals)
    }

    /// Rows as they were appended, in tape order and without repetitions.
    static func sorted(_ columns: consuming JournalColumns, _ order: TapeOrder) -> OpenRows {
        if order.tradeIDs == .contiguous {
            let ids = columns.rows.id
            if zip(ids, ids.dropFirst()).allSatisfy({ $0 < $1 }) { return OpenRows(rows: columns.rows, ordinals: []) }
        }
        let keys = order.tradeIDs == .contiguous ? columns.rows.id : columns.rows.time
        let places = keys.indices.sorted { (keys[$0], columns.ordinals[$0], $0) < (keys[$1], columns.ordinals[$1], $1) }
        var builder = Builder(order)
        var start = 0
        while start < places.count {
            var end = start + 1
            while end < places.count, keys[places[end]] == keys[places[start]] { end += 1 }
            for row in order.group(rows: places[start..<end].map { columns.row($0) }) { builder.append(row) }
            start = end
        }
        return builder.rows
    }

    /// The rows of a sealed file and of journals together.
    private static func merged(_ lake: Lake, _ tape: TapeSummary, _ day: TapeDay, _ open: OpenRows, _ order: TapeOrder) throws -> OpenRows {
        var builder = Builder(order)
        var next = 0
        var held: [TapeRow] = []
        func key(_ index: Int) -> Int64 { order.tradeIDs == .contiguous ? open.rows.id[index] : open.rows.time[index] }
        // Gives out the group that was gathered from the file, with the journal's rows before it and of it.
        func settle() {
            guard let last = held.first.map({ order.key(of: $0.trade) }) else { return }
            while next < open.rows.count, key(next) < last { open.take(&next, &builder) }
            var new: [TapeRow] = []
            while next < open.rows.count, key(next) == last {
                new.append(open.row(next))
                next += 1
            }
            for row in order.merge(held, new) { builder.append(row) }
            held.removeAll(keepingCapacity: true)
        }
        let file = try lake.open(tape, day)
        for group in 0..<file.groups {
            let cursor = try TapeCursor(file, group: group, columns: .everything)
            while try cursor.advance() {
                var batch = cursor.batch
                try batch.rescale(from: tape.sealedScales, to: tape.scales, file.path)
                if batch.id.isEmpty { batch.id = [Int64](repeating: 0, count: batch.count) }
                for index in 0..<batch.count {
                    let row = batch.row(index, ordinal: cursor.ordinals.isEmpty ? 0 : cursor.ordinals[index])
                    if let first = held.first, order.key(of: first.trade) != order.key(of: row.trade) { settle() }
                    held.append(row)
                }
            }
        }
        settle()
        while next < open.rows.count { open.take(&next, &builder) }
        return builder.rows
    }

    private func take(_ next: inout Int, _ builder: inout Builder) {
        builder.append(row(next))
        next += 1
    }

    func row(_ index: Int) -> TapeRow { rows.row(index, ordinal: ordinals.isEmpty ? 0 : ordinals[index]) }

    /// Collects rows in tape order.
    private struct Builder {
        private var columns = TradeColumns()
        private var ordinals: [Int32] = []
        private let kind: TradeIDKind

        init(_ order: TapeOrder) { kind = order.tradeIDs }

        mutating func append(_ row: TapeRow) {
            columns.append(row, wideID: kind == .uuid)
            if kind != .contiguous { ordinals.append(row.ordinal) }
        }

        var rows: OpenRows { OpenRows(rows: columns, ordinals: ordinals) }
    }
}

extension TradeColumns {
    /// Brings prices and quantities from one pair of scales to a finer one.
    ///
    /// - Throws: ``LakeError`` naming `path` where that needs more than 18 digits.
    mutating func rescale(from: Scales, to: Scales, _ path: String) throws(LakeError) {
        guard from != to else { return }
        try TradeColumns.multiply(&price, by: FixedPoint.powersOfTen[max(0, to.price - from.price)], path)
        try TradeColumns.multiply(&quantity, by: FixedPoint.powersOfTen[max(0, to.quantity - from.quantity)], path)
    }

    private static func multiply(_ column: inout [Int64], by factor: Int64, _ path: String) throws(LakeError) {
        guard factor != 1 else { return }
        for row in column.indices {
            let (product, overflow) = column[row].multipliedReportingOverflow(by: factor)
            guard !overflow, product <= FixedPoint.limit else {
                throw LakeError(.refused, path, "a price or quantity does not fit 18 digits at the scale that the tape needs")
            }
            column[row] = product
        }
    }
}
