import Lake
import MarketModel
import OrderFlow

/// The making of one month file.
struct MonthBuild: Sendable {
    let lake: Lake
    let part: MonthTape
    let product: MonthProduct
    let engine: String
    let threads: Int
    /// Asked often; once it is true the making ends with an error.
    let isStopping: @Sendable () -> Bool

    /// Writes the file.
    func write(to descriptor: Int32) throws {
        let metadata = part.metadata(of: product, engine: engine)
        switch product {
        case .bars(let dataset, let interval, _):
            let columns = dataset.vendorColumns
            let file = try DatasetFile(descriptor: descriptor, format: .parquet, columns: columns, metadata: metadata)
            try BarQuery.rows(
                lake, part.tape, from: part.month.times.lowerBound, to: part.month.times.upperBound,
                options: BarOptions(interval: interval, columns: columns), threads: threads
            ) { row in
                if isStopping() { throw MonthFilesError(code: .cancelled) }
                try file.append(row)
            }
            try file.finish()
        case .rawTrades:
            try writeRaw(RawTradeFile(descriptor: descriptor, metadata: metadata))
        }
    }

    private func writeRaw(_ file: RawTradeFile) throws {
        guard part.tape.instrument.tradeIDs != .uuid else { throw MonthFilesError(code: .wideIDs) }
        let sink = RawSink(file)
        var columns: TapeColumnSet = [.id, .time, .price, .quantity, .side]
        if part.days.contains(where: { $0.arrivals.rows > 0 }) { columns.insert(.arrival) }
        let wanted = columns
        // Days with the same contract size are read together: the size is part of how a stretch is valued.
        var rest = part.days[...]
        while let first = rest.first {
            let same = rest.prefix { $0.contractSize.normalized == first.contractSize.normalized }
            rest = rest.dropFirst(same.count)
            guard
                let valuation = Valuation(
                    kind: part.tape.instrument.kind, scales: part.tape.scales, contractSize: first.contractSize.normalized)
            else { throw BarError.valuation }
            let end = rest.first?.date.microseconds ?? .max
            let start = same.startIndex == part.days.startIndex ? .min : first.date.microseconds
            let times = part.month.times.clamped(to: start..<end)
            let isStopping = isStopping
            try lake.read(
                part.tape, from: times.lowerBound, to: times.upperBound, columns: wanted, threads: threads,
                reduction: TapeReduction(
                    begin: { _ in RawTradeRows(valuation: valuation) },
                    add: { rows, trades in
                        if isStopping() { throw MonthFilesError(code: .cancelled) }
                        try rows.add(trades)
                    }),
                fold: { try sink.append($0) })
        }
        try file.finish()
    }
}

/// The file that stretches of a pipeline go to.
///
/// `@unchecked Sendable`: a pipeline folds its results one at a time, each after the one before.
private final class RawSink: @unchecked Sendable {
    private let file: RawTradeFile

    init(_ file: RawTradeFile) { self.file = file }

    func append(_ rows: RawTradeRows) throws { try file.append(rows) }
}
