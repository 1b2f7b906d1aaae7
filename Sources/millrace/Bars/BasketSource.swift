import Lake
import MarketModel
import MarketService
import OrderFlow
import Pipeline

/// Reads the rows of a basket that are asked for, once, from the lake.
struct BasketSource {
    let request: BasketRequest
    let range: RowRange

    /// Hands all rows to what `open` makes once the tapes are there, and ends it.
    func read(_ console: Console, into open: (BasketReader) throws -> some RowSink<BasketRow>) throws {
        ProcessMemory.keepFreed()
        let lake = try Lake(directory: request.data, create: false)
        // Nothing is recorded by this process: a tape ends with its last trade.
        guard let tapes = try BasketTapes.open(lake, request.basket, isRecorded: { _, _ in false }) else {
            throw CommandError(
                "\(request.data) holds no tape of any member of basket '\(request.basket.name)'; import one with: millrace import FILE --data \(request.data) …"
            )
        }
        let bar = console.progress("reading", total: tapes.rows, unit: .rows)
        defer { bar.finish() }
        var reader = try BasketReader(
            lake, tapes, from: range.from ?? .min, to: range.to ?? .max, options: range.options, threads: range.threads,
            limits: .none, progress: { bar.advance(by: $0) })
        let sink = try open(reader)
        while let rows = try reader.next() {
            for row in rows { try sink.append(row) }
        }
        bar.finish()
        try sink.finish()
    }
}
