import ExchangeSimulator
import Foundation
import MarketModel
import Testing

struct ArchiveSimulationTests {
    static let day = CivilDate(year: 2025, month: 3, day: 14)!

    /// Writes a simulated dump into a directory of its own and hands it to `body`.
    static func with<Result>(
        _ simulation: ArchiveSimulation, as container: ArchiveContainer = .csv, threads: Int = 2,
        _ body: (SimulatedArchive) throws -> Result
    ) throws -> Result {
        let directory = FileManager.default.temporaryDirectory.appending(path: "millrace-simulation-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        return try body(simulation.write(to: directory.path, as: container, threads: threads))
    }

    static func simulation(_ venue: Venue, rows: Int = 50_000, seed: UInt64 = 1) -> ArchiveSimulation {
        ArchiveSimulation(venue: venue, symbol: "BTCUSDT", day: day, rows: rows, seed: seed)
    }

    static func lines(_ archive: SimulatedArchive) throws -> [[Substring]] {
        try String(contentsOfFile: archive.path, encoding: .utf8).split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
    }

    @Test(arguments: [
        (Venue.binanceSpot, "cc78a65eb04c7ea024485c9e9bff99ea632db8c8cdd84ef611cdb9e03a17454f"),
        (Venue.binanceFutures, "6a628bd3a5c205292151d24f776cab98f44f68940f87143b6ffa2bf476454383"),
        (Venue.binanceCoinFutures, "2890c029ad32d862cb5b35f34cbb56839cc670063cf4fa4d8e24232a4d17fc73"),
    ])
    func `A seed stands for the same text on every machine`(venue: Venue, sha256: String) throws {
        #expect(try Self.with(Self.simulation(venue)) { $0.sha256 } == sha256)
    }

    @Test func `The demo's market is the same text on every machine`() throws {
        let sums = try DemoMarket.archives(day: Self.day, seed: 7, rows: 30_000).map { try Self.with($0) { $0.sha256 } }
        #expect(
            sums == [
                "453415317f9c015c5540982909d6ad5f58091bd6c2ec19e1d561bb28601d06aa",
                "aeb262312c06dd66d90b366b16cbadabfe00d933a90025c593595cd00fd5d40f",
                "471b52c7e51782de6f2f7f164a8ac733d834aad937f2240e53f48ff4c1a8e910",
            ])
    }

    @Test func `The number of threads changes nothing, another seed everything`() throws {
        let simulation = Self.simulation(.binanceFutures, rows: 100_001)
        let one = try Self.with(simulation, threads: 1) { $0.sha256 }
        #expect(try Self.with(simulation, threads: 5) { $0.sha256 } == one)
        #expect(try Self.with(Self.simulation(.binanceFutures, rows: 100_001, seed: 2)) { $0.sha256 } != one)
    }

    @Test(arguments: [1, 16_384, 16_385])
    func `A tape of one row or of whole blocks is as long as was asked for`(rows: Int) throws {
        #expect(try Self.with(Self.simulation(.binanceSpot, rows: rows)) { try Self.lines($0).count } == rows)
    }

    @Test func `Ids, fills and times run on through the day`() throws {
        try Self.with(Self.simulation(.binanceFutures)) { archive in
            let rows = try Self.lines(archive)
            #expect(
                rows[0].joined(separator: ",") == "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker")
            var lastFill: Int64 = 1_000_000
            var lastTime = Self.day.microseconds / 1000
            for (index, row) in rows.dropFirst().enumerated() {
                #expect(Int64(row[0]) == 5_000_000 + Int64(index))
                #expect(Int64(row[3]) == lastFill + 1)
                lastFill = Int64(row[4])!
                #expect(lastFill >= Int64(row[3])!)
                let time = Int64(row[5])!
                #expect(time >= lastTime)
                lastTime = time
            }
            #expect(lastTime < Self.day.microseconds / 1000 + 86_400_000)
            #expect(lastTime > Self.day.microseconds / 1000 + 86_000_000)
        }
    }

    @Test func `Each venue writes its own columns`() throws {
        try Self.with(Self.simulation(.binanceSpot, rows: 10)) { archive in
            let row = try Self.lines(archive)[0]
            #expect(row.count == 8)
            #expect(row[1].split(separator: ".")[1].count == 8)
            #expect(row[5].count == 16)
            #expect(["True", "False"].contains(row[6]))
        }
        try Self.with(Self.simulation(.binanceCoinFutures, rows: 10)) { archive in
            let row = try Self.lines(archive)[1]
            #expect(row.count == 7)
            #expect(row[2].hasSuffix(".0"))
            #expect(["true", "false"].contains(row[6]))
        }
    }

    @Test func `Sizes, fills, sides and prices have the distribution that the benchmarks ask for`() throws {
        try Self.with(Self.simulation(.binanceFutures, rows: 200_000)) { archive in
            let rows = try Self.lines(archive).dropFirst()
            let lots = rows.map { Int($0[2].filter { $0 != "." })! }.sorted()
            // log-normal(2, 2): the median is e^2 = 7.4, the ninetieth percentile e^(2 + 2 · 1.2816) = 95.9.
            #expect((7...8).contains(lots[lots.count / 2]))
            #expect((90...101).contains(lots[lots.count * 9 / 10]))
            // Geometric with p = 0.6: the mean is 1.667.
            let fills = rows.reduce(0) { $0 + Int($1[4])! - Int($1[3])! + 1 }
            #expect(abs(Double(fills) / Double(rows.count) - 1 / 0.6) < 0.01)
            let buys = Double(rows.count { $0[6] == "false" }) / Double(rows.count)
            #expect((0.2...0.8).contains(buys))
            // A step's variance is 2/3 + 0.02 · 24.
            let prices = rows.map { Double($0[1])! * 10 }
            let squares = zip(prices, prices.dropFirst()).reduce(0) { $0 + ($1.1 - $1.0) * ($1.1 - $1.0) }
            #expect(abs(squares / Double(prices.count) - (2.0 / 3 + 0.02 * 24)) < 0.1)
        }
    }

    @Test func `The demo's day has quiet and busy hours`() throws {
        let spot = DemoMarket.archives(day: Self.day, seed: 7, rows: 60_000)[0]
        let hours = try Self.with(spot) { archive in
            try Self.lines(archive).reduce(into: [Int: Int]()) { hours, row in
                hours[Int((Int64(row[5])! - Self.day.microseconds) / 3_600_000_000), default: 0] += 1
            }
        }
        #expect(hours.count == 24)
        #expect(hours.values.max()! > 2 * hours.values.min()!)
    }
}
