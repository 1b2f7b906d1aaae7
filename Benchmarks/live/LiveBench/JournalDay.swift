import ExchangeSimulator
import Glibc
import Lake
import MarketModel
import MarketService
import Pipeline
import Recorder

/// A day of made-up trades of one instrument in the journal: how fast it is written, how soon a recording goes on with it, and its sealing.
struct JournalDay {
    let folder: String
    private let day = CivilDate(epochDay: 20_514)
    private let instrument = Instrument(venue: .binanceSpot, symbol: "BTCUSDT")
    private let scales = Scales(price: 2, quantity: 5)
    /// What comes in a tenth of a second at 200,000 trades a second, and so what a commit holds then.
    private static let commit = 20_000

    init(folder: String) { self.folder = folder }

    /// Writes a day, and forces every commit to the disk before the next begins.
    func write(_ count: Int) throws {
        let listed = SimulatedInstrument.usual.filter { $0.venue == .binanceSpot && $0.symbol == "BTCUSDT" }
        let market = SimulatedMarket(
            seed: 7, instruments: listed, ordersPerSecond: Double(count) / 86_400 * 1.01, intraday: true)
        guard let tape = market.tape(.binanceSpot, "BTCUSDT") else { throw Mismatch("the market has no BTCUSDT") }
        let lake = try Lake(directory: folder, create: true)
        let journal = try Journal(lake: lake, venue: .binanceSpot, commitMilliseconds: 250)
        let symbol = try journal.open(instrument, scales: scales, stream: "aggTrades").symbol
        let first = tape.firstOrder(at: day.microseconds)
        let end = day.microseconds + CivilDate.dayLength
        var rows: [JournalRow] = []
        var (written, seconds, processor, commits, slowest) = (0, 0.0, 0.0, 0, 0.0)
        func commit() throws {
            let watch = Stopwatch()
            // As many at a time as a busy socket brings with a read.
            for start in stride(from: 0, to: rows.count, by: 200) {
                guard journal.append(symbol, Array(rows[start..<min(rows.count, start + 200)])) else { throw Mismatch("rows were refused") }
            }
            try journal.flush()
            let took = watch.seconds
            (seconds, slowest, processor) = (seconds + took, max(slowest, took), processor + watch.processorSeconds)
            written += rows.count
            commits += 1
            rows.removeAll(keepingCapacity: true)
        }
        try tape.trades(first..<first + Int64(count)) { trade in
            guard trade.time < end else { return true }
            let row = Trade(
                id: TradeID(trade.order + 1), time: trade.time, price: trade.price, quantity: trade.quantity,
                side: trade.isBuy ? .buy : .sell, fills: Int32(clamping: trade.fills))
            // Some hundred microseconds on the way, never the same.
            rows.append(JournalRow(row, received: trade.published + 200 + (trade.order &* 7919) % 900))
            if rows.count == JournalDay.commit { try commit() }
            return true
        }
        if !rows.isEmpty { try commit() }
        journal.close()
        tell([
            "trades": Double(written), "seconds": seconds, "processor": processor, "commits": Double(commits), "slowest": slowest,
            "bytes": Double(try size()),
        ])
    }

    /// Opens the day as a recorder does when it starts: all that is to be done until the next trade can be taken.
    func replay() throws {
        let whole = Stopwatch()
        let lake = try Lake(directory: folder, create: false)
        let journal = try Journal(lake: lake, venue: .binanceSpot)
        let read = whole.seconds
        let held = try journal.open(instrument, scales: scales, stream: "aggTrades")
        let market = LiveMarket(lake: lake) { print($0) }
        let tape = try lake.tape(venue: instrument.venue, symbol: instrument.symbol)
        _ = try market.begin(LiveTapeStart(instrument: instrument, scales: held.scales, tape: tape, settle: {}))
        let (seconds, processor) = (whole.seconds, whole.processorSeconds)
        market.stop()
        journal.close()
        tell(["journal": read, "seconds": seconds, "processor": processor, "trades": Double(tape?.rows ?? 0)])
    }

    /// Makes the day a file of the tape.
    func seal() throws {
        let lake = try Lake(directory: folder, create: false)
        let journal = try Journal(lake: lake, venue: .binanceSpot)
        let watch = Stopwatch()
        let sealed = try journal.seal(before: CivilDate(epochDay: day.epochDay + 1))
        let (seconds, processor) = (watch.seconds, watch.processorSeconds)
        journal.close()
        guard sealed == [day] else { throw Mismatch("\(sealed.count) days were sealed") }
        let tape = try lake.tape(venue: instrument.venue, symbol: instrument.symbol)
        tell(["seconds": seconds, "processor": processor, "trades": Double(tape?.rows ?? 0)])
    }

    /// The bytes of the journal's files, its log too.
    private func size() throws -> Int {
        let base = "\(folder)/journal/\(day)/\(instrument.venue.name).sqlite"
        return ["", "-wal"].reduce(0) { sum, suffix in
            var status = stat()
            return stat(base + suffix, &status) == 0 ? sum + Int(status.st_size) : sum
        }
    }
}
