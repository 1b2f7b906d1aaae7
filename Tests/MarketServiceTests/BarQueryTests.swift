import Archives
import Foundation
import Lake
import MarketModel
import MarketService
import OrderFlow
import Recorder
import TestSupport
import Testing

/// Bars out of a lake, read by any number of threads, against those of one segment that never closes a bar.
@Suite struct BarQueryTests {
    private static let columns = Dataset<BarRow>.all.flatMap(\.columns)
    private static let start: Int64 = 1_746_057_600_000

    /// Trades by id: a walk of prices, and times that step back by `late` milliseconds now and then.
    private static func tape(days: Int, aDay: Int, late: Int64 = 0, seed: UInt64) -> [Trade] {
        var random = Seeded(seed)
        var price: Int64 = 1000
        return (0..<(days * aDay)).map { index in
            price = max(1, price + Int64.random(in: -3...3, using: &random))
            let regular = start + Int64(index) * 86_400_000 / Int64(aDay)
            let isLate = late > 0 && index % 10 == 7
            // Late trades stay on their day: the lake keeps a file a day.
            let time = isLate ? max(regular - late, regular - regular % 86_400_000) : regular
            return Trade(
                id: TradeID(Int64(index + 1)), time: time * 1000, price: price, quantity: Int64.random(in: 1...90, using: &random),
                side: Bool.random(using: &random) ? .buy : .sell)
        }
    }

    private static func write(_ trades: [Trade], to path: String) throws {
        let rows = trades.map {
            "\($0.time / 1000),\($0.price / 10).\($0.price % 10),0.\($0.quantity / 10)\($0.quantity % 10),\($0.side.name),\($0.id.integer)\n"
        }
        try ("time,price,quantity,side,id\n" + rows.joined()).write(toFile: path, atomically: false, encoding: .utf8)
    }

    private static func cells(_ row: BarRow) -> [Cell] { [.integer(row.time)] + columns.map { $0.value(row) } }

    /// What one segment makes of the trades that keeps all bars open.
    private static func expected(_ trades: [Trade], _ options: BarOptions, _ scales: Scales) throws -> [[Cell]] {
        var options = options
        options.lateness = BarOptions.unbounded
        var batch = TradeColumns()
        for trade in trades {
            var trade = trade
            for _ in 1..<scales.price where scales.price > 1 { trade.price *= 10 }
            if scales.quantity == 1 { trade.quantity /= 10 }
            batch.append(trade)
        }
        let valuation = try #require(Valuation(kind: .linear, scales: scales))
        var segment = try BarSegment(options: options, valuation: valuation)
        try segment.add(batch)
        var found: [[Cell]] = []
        BarTape(segment: segment, wholeness: TapeWholeness(holes: [])).forEachRow { found.append(cells($0)) }
        return found
    }

    private func lake(_ trades: [Trade], _ directory: TestLake) throws -> (lake: Lake, tape: TapeSummary, file: String) {
        try FileManager.default.createDirectory(atPath: directory.directory, withIntermediateDirectories: true)
        let file = directory.directory + "/trades.csv"
        try Self.write(trades, to: file)
        let lake = try Lake(directory: directory.directory, create: true)
        _ = try TapeImport(lake: lake, options: ImportOptions(venue: .binanceFutures, symbol: "BTCUSDT", threads: 2)).run(files: [file])
        return (lake, try #require(try lake.tape(venue: .binanceFutures, symbol: "BTCUSDT")), file)
    }

    @Test(arguments: [Interval.m1, .h1, .h8, .d1, .w1])
    func `However many threads read, rows are those of one segment`(interval: Interval) throws {
        let directory = TestLake()
        let trades = Self.tape(days: 11, aDay: 400, seed: 5)
        let (lake, tape, _) = try lake(trades, directory)
        let options = BarOptions(interval: interval, columns: Self.columns)
        let expected = try Self.expected(trades, options, tape.scales)
        // One thread and two read day by day, eight segment by segment.
        for threads in [1, 2, 3, 8] {
            var rows: [[Cell]] = []
            try BarQuery.rows(lake, tape, from: nil, to: nil, options: options, threads: threads) { rows.append(Self.cells($0)) }
            #expect(rows == expected, "\(interval.name) on \(threads) threads")
        }
    }

    @Test(arguments: [Interval.s1, .m1, .h1])
    func `A tape whose times step back by ten minutes gives the same bars, from the lake and from the dump`(interval: Interval) throws {
        let directory = TestLake()
        let trades = Self.tape(days: 3, aDay: 2000, late: 600_000, seed: 6)
        let (lake, tape, file) = try lake(trades, directory)
        let options = BarOptions(interval: interval, columns: Self.columns)
        let expected = try Self.expected(trades, options, tape.scales)
        for threads in [1, 8] {
            var rows: [[Cell]] = []
            try BarQuery.rows(lake, tape, from: nil, to: nil, options: options, threads: threads) { rows.append(Self.cells($0)) }
            #expect(rows == expected, "\(interval.name) on \(threads) threads")
        }
        let archive = try ArchiveFile(path: file, venue: .binanceFutures, options: ArchiveOptions(symbol: "BTCUSDT"))
        let bars = try ArchiveBars(
            archive, instrument: tape.instrument, contractSize: nil, options: options, threads: 2)
        var rows: [[Cell]] = []
        try #require(bars.bars).forEachRow { rows.append(Self.cells($0)) }
        #expect(rows == expected, "\(interval.name) from the dump")
        // The first attempt really gave up: the tape steps back further than bars are kept open.
        var segment = try BarSegment(options: options, valuation: #require(Valuation(kind: .linear, scales: tape.scales)))
        var batch = TradeColumns()
        for trade in trades { batch.append(trade) }
        if interval < .h1 { #expect(throws: BarError.reordered) { try segment.add(batch) } }
    }

    @Test func `What a caller throws ends the reading, while the next stretch is being read too`() throws {
        struct Enough: Error {}
        let directory = TestLake()
        let (lake, tape, _) = try lake(Self.tape(days: 11, aDay: 3000, seed: 7), directory)
        for threads in [1, 2] {
            var count = 0
            #expect(throws: Enough.self) {
                try BarQuery.rows(
                    lake, tape, from: nil, to: nil, options: BarOptions(interval: .m1, columns: Self.columns), threads: threads
                ) { _ in
                    count += 1
                    if count == 3 { throw Enough() }
                }
            }
            #expect(count == 3)
        }
    }
}
