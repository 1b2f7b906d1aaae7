import MarketModel
import Pipeline
import Synchronization

/// A day's dump of aggregate trades in a venue's official format, made up: the same seed gives the same text on every machine.
///
///     let day = ArchiveSimulation(venue: .binanceFutures, symbol: "BTCUSDT", day: date, rows: 1_000_000, seed: 1)
///     let file = try day.write(to: "dumps", as: .zip)        // dumps/BTCUSDT-aggTrades-2024-01-01.zip and its .CHECKSUM
///
/// Memory is bounded whatever the number of rows: the tape is generated twice, once for its sums and once for its text.
public struct ArchiveSimulation: Sendable {
    /// binance-spot, binance-futures or binance-coin-futures.
    public var venue: Venue
    /// The symbol, for the file's name.
    public var symbol: String
    /// The day that the trades fill.
    public var day: CivilDate
    /// 1 … 10^10.
    public var rows: Int
    /// Decides everything that is drawn.
    public var seed: UInt64
    /// What the tape looks like.
    public var shape: TapeShape

    /// Creates a simulation; the shape is that of the benchmarks, in whole contracts for COIN-M.
    public init(venue: Venue, symbol: String, day: CivilDate, rows: Int, seed: UInt64, shape: TapeShape? = nil) {
        self.venue = venue
        self.symbol = symbol
        self.day = day
        self.rows = rows
        self.seed = seed
        var usual = TapeShape.benchmark
        if venue == .binanceCoinFutures { usual.quantityDecimals = 0 }
        self.shape = shape ?? usual
    }

    /// Writes the dump, and beside a zip the `.CHECKSUM` that the venue would publish.
    ///
    /// - Parameters:
    ///   - directory: must exist.
    ///   - threads: 1…64.
    ///   - progress: told how many more rows are done.
    /// - Throws: ``SimulationError``; no file is left then.
    public func write(
        to directory: String, as container: ArchiveContainer, threads: Int = 2, progress: (@Sendable (Int) -> Void)? = nil
    ) throws -> SimulatedArchive {
        guard let layout = AggTradeLayout(venue: venue, day: day) else {
            throw SimulationError("archives of \(venue) cannot be simulated: take binance-spot, binance-futures or binance-coin-futures")
        }
        guard (1...10_000_000_000).contains(rows) else { throw SimulationError("a tape has 1 to 10000000000 rows, not \(rows)") }
        let generator = TapeGenerator(shape: shape, seed: seed, rows: rows)
        let starts = try blockStarts(generator, threads: threads)
        let clock = TapeClock(
            start: day.microseconds, unit: layout.timeUnit, total: starts[starts.count - 1].gap + 1, intraday: shape.intraday, seed: seed)
        let text = AggTradeWriter(generator: generator, clock: clock, layout: layout)
        let stem = "\(symbol)-aggTrades-\(day)"
        let path = "\(directory)/\(container.fileName(for: stem))"
        let writer = try ArchiveWriter(path: path, container: container, member: "\(stem).csv", mayPass4GiB: rows > 24_000_000)
        try Self.forEachBlock(of: rows, threads: threads) { block in
            let bytes = text.text(of: block, from: starts[block.index])
            let last = block.firstRow + block.rows == rows
            return (bytes, container == .csv ? nil : Deflate.block(bytes, last: last), block.rows)
        } consume: { bytes, compressed, rows in
            try writer.append(text: bytes, compressed: compressed)
            progress?(rows)
        }
        return try writer.finish(rows: rows)
    }

    /// What the tape adds up to before each block, and at its end.
    private func blockStarts(_ generator: TapeGenerator, threads: Int) throws -> [TapeSums] {
        let starts = Mutex([TapeSums()])
        try Self.forEachBlock(of: rows, threads: threads) {
            generator.sums(of: $0)
        } consume: { sums in
            starts.withLock { $0.append($0[$0.count - 1] + sums) }
        }
        return starts.withLock { $0 }
    }

    private static func forEachBlock<Result: Sendable>(
        of rows: Int, threads: Int, work: @escaping @Sendable (TapeBlock) throws -> Result,
        consume: @escaping @Sendable (Result) throws -> Void
    ) throws {
        let next = Mutex(0)
        try OrderedPipeline.run(
            threads: threads,
            produce: {
                let index = next.withLock { next in
                    defer { next += 1 }
                    return next
                }
                return index < TapeBlock.count(of: rows) ? TapeBlock(index: index, of: rows) : nil
            }, work: work, consume: consume)
    }
}

/// A dump that was written.
public struct SimulatedArchive: Sendable {
    /// Where it is.
    public let path: String
    /// Where the checksum of a zip is; nil for other containers.
    public let checksumPath: String?
    /// The SHA-256 of the file, in hexadecimal digits.
    public let sha256: String
    /// Its rows.
    public let rows: Int
    /// The length of the text in it, in bytes.
    public let textSize: Int
}
