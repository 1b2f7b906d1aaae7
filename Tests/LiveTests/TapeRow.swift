import ExchangeSimulator
import Foundation
import Lake
import MarketModel
import Recorder
import Testing

/// A row of a tape whose ids rise by one, whatever its scales.
struct TapeRow: Equatable {
    var id: Int64
    var time: Int64
    var price: FixedPoint
    var quantity: FixedPoint
    var side: TakerSide

    /// The rows that a bench has recorded of an instrument.
    static func recorded(_ bench: LiveBench, _ venue: Venue, _ symbol: String) throws -> [TapeRow] {
        try rows(bench.lake, venue, symbol)
    }

    /// The rows of the venue's own dumps from the first to the last id of some recorded ones.
    static func dumped(_ bench: LiveBench, _ venue: Venue, _ symbol: String, like recorded: [TapeRow]) throws -> [TapeRow] {
        let (first, last) = (try #require(recorded.first), try #require(recorded.last))
        let archive = try bench.archive(venue, symbol, from: first.time, to: last.time)
        return try rows(archive, venue, symbol).filter { $0.id >= first.id && $0.id <= last.id }
    }

    private static func rows(_ lake: Lake, _ venue: Venue, _ symbol: String) throws -> [TapeRow] {
        let tape = try #require(try lake.tape(venue: venue, symbol: symbol))
        let rows = try lake.newest(tape, count: .max)
        return (0..<rows.count).map { place in
            let trade = rows[place]
            return TapeRow(
                id: trade.id.integer, time: trade.time, price: FixedPoint(mantissa: trade.price, scale: tape.scales.price).normalized,
                quantity: FixedPoint(mantissa: trade.quantity, scale: tape.scales.quantity).normalized, side: trade.side)
        }
    }
}

extension LiveBench {
    /// A lake with the venue's own dumps of the days of some times, up to the last of them.
    func archive(_ venue: Venue, _ symbol: String, from: Int64, to: Int64) throws -> Lake {
        let tape = try #require(simulator.exchange.market.tape(venue, symbol))
        let archive = try Lake(directory: directory + "/archive-\(venue.name)-\(symbol)", create: true)
        // OKX's days begin at 16:00 UTC.
        let shift: Int64 = venue == .okxPerps ? 8 * 3_600_000_000 : 0
        for day in Set([from, to].map { CivilDate(microseconds: $0 + shift) }) {
            let file = try LiveDump(tape: tape, day: day, end: to + 1).write(to: directory, threads: 1)
            var options = ImportOptions(venue: venue, symbol: symbol, threads: 1)
            options.contractSize = tape.instrument.contractSize
            _ = try TapeImport(lake: archive, options: options).run(files: [file.path])
        }
        return archive
    }
}
