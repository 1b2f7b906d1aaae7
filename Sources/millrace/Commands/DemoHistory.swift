import ExchangeSimulator
import Glibc
import Lake
import MarketModel
import Pipeline
import Recorder

/// The past of the demo's instruments, brought as the venues' own dumps are.
struct DemoHistory {
    let lake: Lake
    let market: SimulatedMarket
    let seed: UInt64
    let rate: Int
    let hours: Int
    let threads: Int
    /// The venues whose open interest is brought as well, as their histories would tell it.
    let interest: [Venue]
    /// The families of options whose trades and open interest are brought as well.
    let options: [OptionFamily]

    /// Imports what the tapes lack of the last hours.
    ///
    /// - Throws: ``CommandError`` where the directory holds another market's tapes, or what importing throws.
    func bring(_ console: Console) throws {
        try claim()
        let now = WallClock.microseconds()
        let start = now - Int64(hours) * 3_600_000_000
        guard hours > 0 else { return }
        let dumps = "\(lake.directory)/dumps"
        guard mkdir(dumps, 0o755) == 0 || errno == EEXIST else {
            throw CommandError("cannot make \(dumps): \(String(cString: strerror(errno)))")
        }
        defer { rmdir(dumps) }
        let wanted = DemoMarket.instruments.compactMap { market.tape($0.venue, $0.symbol) }
        let bar = console.progress("simulating the last \(hours) hours", total: wanted.count + interest.count + options.count, unit: .rows)
        defer { bar.finish() }
        for tape in wanted {
            let last = try lake.tape(venue: tape.instrument.venue, symbol: tape.instrument.symbol)?.lastTime ?? .min
            for dump in days(tape, from: max(start, last), to: now) { try bring(dump, in: dumps) }
            bar.advance(by: 1)
        }
        try bringInterest(from: start, to: now, bar)
        // A window of a day that is over began up to two days ago.
        try bringOptions(from: min(start, now - 2 * CivilDate.dayLength), to: now, bar)
    }

    /// Trades of options, and what was open every hour.
    private func bringOptions(from: Int64, to: Int64, _ bar: ProgressBar) throws {
        let exchange = SimulatedExchange(market: market)
        let store = try OptionStore(lake: lake)
        defer { store.close() }
        for family in options {
            bar.advance(by: 1)
            let begin = max(from, try lake.optionCoverageEnd(of: family, .book) ?? .min)
            guard begin < to else { continue }
            try store.append(exchange.optionMarket.trades(of: family, in: begin..<to))
            try store.take(OptionPart.allCases.map { .whole(family, $0, begin..<to, isRepaired: false) })
        }
        try store.seal(before: CivilDate(microseconds: to - 3_600_000_000))
        try bringOptionInterest(exchange, from: from, to: to)
    }

    /// What was open of options every hour.
    private func bringOptionInterest(_ exchange: SimulatedExchange, from: Int64, to: Int64) throws {
        let store = try InterestStore(lake: lake)
        defer { store.close() }
        let hour: Int64 = 3_600_000_000
        for (venue, families) in Dictionary(grouping: options, by: \.venue).sorted(by: { $0.key < $1.key }) {
            let times = stride(from: from / hour * hour + hour, to: to, by: Int.Stride(hour))
            // A round that ended just before the hour is the last one of a window that ends with it.
            try store.append(
                try times.filter { try lake.interestSweep(of: venue, at: $0, tolerance: hour / 2) == nil }.map { time in
                    let open = families.flatMap { exchange.optionMarket.openInterest(of: $0, at: time - 1) }
                    return InterestSweep(venue: venue, time: time - 1, samples: open.map(DemoHistory.sample))
                })
        }
    }

    private static func sample(_ open: SimulatedOptionInterest) -> OpenInterestSample {
        OpenInterestSample(
            contract: OpenInterestContract(open.contract), value: OpenInterest(quantity: open.coins, usd: open.usd), time: open.time)
    }

    /// Open interest every five minutes.
    private func bringInterest(from: Int64, to: Int64, _ bar: ProgressBar) throws {
        let exchange = SimulatedExchange(market: market)
        let step: Int64 = 300_000_000
        for venue in interest {
            bar.advance(by: 1)
            let times = stride(from: from / step * step, through: to, by: Int.Stride(step))
            _ = try lake.importInterest(times.flatMap { time in exchange.openInterest(venue, at: time).compactMap(\.reading) })
        }
    }

    /// The venue's days that hold some of a stretch of time; none where recording will fill it soon.
    private func days(_ tape: InstrumentTape, from: Int64, to: Int64) -> [LiveDump] {
        guard to - from > 60_000_000 else { return [] }
        var day = CivilDate(microseconds: from - CivilDate.dayLength)
        var dumps: [LiveDump] = []
        while day.microseconds < to + CivilDate.dayLength {
            let dump = LiveDump(tape: tape, day: day, end: to)
            if dump.times.overlaps(from..<to) { dumps.append(dump) }
            day = CivilDate(epochDay: day.epochDay + 1)
        }
        return dumps
    }

    private func bring(_ dump: LiveDump, in directory: String) throws {
        let file = try dump.write(to: directory, threads: threads)
        defer {
            unlink(file.path)
            if let checksum = file.checksumPath { unlink(checksum) }
        }
        let instrument = dump.tape.instrument
        var options = ImportOptions(venue: instrument.venue, symbol: instrument.symbol, threads: threads)
        options.contractSize = instrument.contractSize
        _ = try TapeImport(lake: lake, options: options).run(files: [file.path])
    }

    /// Notes which market's tapes the directory holds, or finds that it holds another's.
    private func claim() throws {
        let path = "\(lake.directory)/demo.txt"
        let wanted = "seed \(seed) rate \(rate)\n"
        if let file = fopen(path, "r") {
            defer { fclose(file) }
            var line = [CChar](repeating: 0, count: 256)
            let found = fgets(&line, Int32(line.count), file).map { String(cString: $0) } ?? ""
            guard found == wanted else {
                throw CommandError(
                    "\(lake.directory) holds the demo of another market (\(found.dropLast())): take its --seed and --rate, or another --data"
                )
            }
            return
        }
        guard try lake.tapes().isEmpty else {
            throw CommandError("\(lake.directory) holds tapes that are not the demo's: take another --data")
        }
        guard let file = fopen(path, "w"), fputs(wanted, file) >= 0, fclose(file) == 0 else {
            throw CommandError("cannot write \(path): \(String(cString: strerror(errno)))")
        }
    }
}
