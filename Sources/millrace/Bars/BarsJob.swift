import Glibc
import MarketModel
import MarketService
import OrderFlow

/// One run of `millrace bars`: reads the tape once, or those of a basket's members, and writes all datasets that are asked for.
struct BarsJob {
    private let arguments: Arguments

    init(_ arguments: Arguments) { self.arguments = arguments }

    /// Computes and writes bars of an instrument.
    func run(_ console: Console) throws {
        let bars = try BarsRequest(
            arguments, all: Dataset<BarRow>.all, named: { try Dataset<BarRow>.asked($0) },
            columns: { "`millrace datasets \($0.name)` lists them" })
        let request = try RowRequest(arguments, columns: bars.columns)
        try RowSource(arguments: arguments, request: request).read(console) { tape in
            try files(
                bars, request.range,
                [("millrace.venue", request.instrument.venue.name), ("millrace.symbol", request.instrument.symbol)],
                clock: request.clock, source: tape.kind)
        }
    }

    /// Computes and writes bars of a basket.
    func run(_ basket: BasketRequest, _ console: Console) throws {
        let bars = try BarsRequest(
            arguments, all: basket.basket.datasets, named: { try basket.dataset($0) },
            columns: { "a basket's has \($0.columns.map(\.name).joined(separator: ", "))" })
        let range = try RowRange(arguments, columns: bars.columns)
        try BasketSource(request: basket, range: range).read(console) { reader in
            try files(bars, range, basket.basket.metadata(missing: reader.missing), clock: .exchange, source: "tape")
        }
    }

    /// The files to write, begun.
    ///
    /// - Parameter subject: what they say of whose bars they are.
    private func files<Row>(
        _ bars: BarsRequest<Row>, _ range: RowRange, _ subject: [(String, String)], clock: TapeClock, source: String
    ) throws -> RowFiles<Row> {
        if bars.outputs.count > 1, let directory = arguments.value("output") {
            guard mkdir(directory, 0o755) == 0 || errno == EEXIST else {
                throw CommandError("cannot make \(directory): \(String(cString: strerror(errno)))")
            }
        }
        let files = RowFiles<Row>(threads: range.threads)
        for output in bars.outputs {
            let metadata =
                [("millrace.dataset", output.dataset.name)] + subject + [
                    ("millrace.interval", range.options.interval.name), ("millrace.clock", clock.rawValue),
                    ("millrace.engine", Program.version), ("millrace.source", source),
                ]
            try files.add {
                try RowFile(format: bars.format, columns: output.columns, to: output.path, metadata: metadata)
            }
        }
        return files
    }
}
