import Glibc
import MarketModel
import OrderFlow

/// One run of `millrace bars`: reads the tape once and writes all datasets that are asked for.
struct BarsJob {
    private let arguments: Arguments
    private let request: BarsRequest

    init(_ arguments: Arguments) throws {
        self.arguments = arguments
        request = try BarsRequest(arguments)
    }

    /// Computes and writes.
    func run(_ console: Console) throws {
        try RowSource(arguments: arguments, request: request.rows).read(console) { try files(source: $0.kind) }
    }

    /// The files to write, begun.
    private func files(source: String) throws -> RowFiles {
        if request.outputs.count > 1, let directory = arguments.value("output") {
            guard mkdir(directory, 0o755) == 0 || errno == EEXIST else {
                throw CommandError("cannot make \(directory): \(String(cString: strerror(errno)))")
            }
        }
        let rows = request.rows
        let files = RowFiles(threads: rows.threads)
        for output in request.outputs {
            let metadata = [
                ("millrace.dataset", output.dataset.name), ("millrace.venue", rows.instrument.venue.name),
                ("millrace.symbol", rows.instrument.symbol), ("millrace.interval", rows.options.interval.name),
                ("millrace.clock", rows.clock.rawValue), ("millrace.engine", Program.version), ("millrace.source", source),
            ]
            try files.add {
                try RowFile(format: request.format, columns: output.columns, to: output.path, metadata: metadata)
            }
        }
        return files
    }
}
