import Glibc
import MarketModel
import TapeSequencer

/// What a segment came to.
struct SegmentResult<Partial: Sendable>: Sendable {
    var partial: Partial
    var scan: TapeScan
    var lines = 0
    var rejected = 0
    var rejectedRows: [RejectedRow] = []
    var otherSymbols = 0
    var consumed = 0
    /// The scales that the segment's rows need, where those of the pass do not do: then ``partial`` is not the whole.
    var needed: Scales?
    /// A row that has no place in 18 digits at the scales of the pass.
    var overflow: RejectedRow?
}

/// Parses segments into batches of columns; reused from segment to segment.
///
/// `@unchecked Sendable`: owned by one thread at a time, which takes it from a pool and gives it back.
final class SegmentParser: @unchecked Sendable {
    private var rows: RowParser
    private var aggTrades: AggTradesParser?
    private var batch: ColumnBatch
    private let tradeIDs: TradeIDKind
    private let scales: Scales

    init(_ layout: RowLayout, symbol: String?, scales: Scales) {
        rows = RowParser(layout, symbol: symbol)
        aggTrades = layout.aggTrades.map { AggTradesParser($0, scales: scales) }
        tradeIDs = layout.tradeIDs
        self.scales = scales
        batch = ColumnBatch(wideIDs: layout.tradeIDs == .uuid)
    }

    func parse<Partial: Sendable>(_ text: UnsafeRawBufferPointer, _ reduction: TapeReduction<Partial>) throws -> SegmentResult<Partial> {
        var result = SegmentResult(partial: try reduction.begin(scales), scan: TapeScan(tradeIDs: tradeIDs))
        var at = 0
        while at < text.count, let base = text.baseAddress {
            at = readFast(text, from: at, &result)
            if at < text.count, !batch.isFull {
                let end = memchr(base + at, 10, text.count - at).map { UnsafeRawPointer($0) - base } ?? text.count
                take(rows.parse(UnsafeRawBufferPointer(rebasing: text[at..<end])), &result)
                if result.overflow != nil { break }
                at = end + 1
            }
            if batch.isFull { try flush(&result, reduction) }
        }
        try flush(&result, reduction)
        return result
    }

    /// Reads as many rows as the hot parser takes, and returns where it stopped.
    private func readFast<Partial>(_ text: UnsafeRawBufferPointer, from start: Int, _ result: inout SegmentResult<Partial>) -> Int {
        guard result.needed == nil, aggTrades != nil else { return start }
        var end = start
        let before = batch.count
        batch.fill { cursor in end = aggTrades?.read(text, from: start, into: &cursor) ?? start }
        result.lines += batch.count - before
        return end
    }

    private func take<Partial>(_ row: Row, _ result: inout SegmentResult<Partial>) {
        result.lines += 1
        switch row {
        case .trade(let trade): take(trade, &result)
        case .zero(let id, let time): batch.noteZero(id: id, time: time)
        case .otherSymbol: result.otherSymbols += 1
        case .nothing: break
        case .rejected(let reason):
            result.rejected += 1
            if result.rejectedRows.count < RejectedRow.limit {
                result.rejectedRows.append(RejectedRow(line: result.lines, reason: reason))
            }
        }
    }

    private func take<Partial>(_ trade: ParsedTrade, _ result: inout SegmentResult<Partial>) {
        let union = scales.union(trade.scales)
        guard union == scales, result.needed == nil else {
            result.needed = (result.needed ?? scales).union(union)
            return
        }
        guard let price = trade.price.rescaled(to: scales.price) else {
            result.overflow = overflow("price", trade.price, scales.price, line: result.lines)
            return
        }
        guard let quantity = trade.quantity.rescaled(to: scales.quantity) else {
            result.overflow = overflow("quantity", trade.quantity, scales.quantity, line: result.lines)
            return
        }
        batch.append(
            Trade(id: trade.id, time: trade.time, price: price, quantity: quantity, side: trade.side, fills: trade.fills))
    }

    private func overflow(_ name: String, _ value: FixedPoint, _ scale: Int, line: Int) -> RejectedRow {
        RejectedRow(
            line: line,
            reason: "\(name) \(value) needs more than 18 digits beside rows with \(scale) decimals; correct or remove the odd row")
    }

    private func flush<Partial>(_ result: inout SegmentResult<Partial>, _ reduction: TapeReduction<Partial>) throws {
        guard result.needed == nil else { return batch.clear() }
        try batch.use(&result.scan, &result.partial, reduction)
    }
}
