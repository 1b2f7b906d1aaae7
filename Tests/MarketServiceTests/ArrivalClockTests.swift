import Foundation
import Lake
import MarketModel
import MarketService
import OrderFlow
import TestSupport
import Testing

/// Bars that follow the times at which trades arrived.
@Suite struct ArrivalClockTests {
    private static let columns = Dataset<BarRow>.all.flatMap(\.columns)

    private static func cells(_ row: BarRow) -> [Cell] { [.integer(row.time)] + columns.map { $0.value(row) } }

    @Test(arguments: [Interval.s1, .m1, .h1, .d1])
    func `Each trade is in the bar in which it arrived, in the order of the tape`(interval: Interval) throws {
        var random = Seeded.fresh()
        let directory = TestLake()
        // The last minutes of a month, so that some arrive in the next.
        let rows = try directory.record(1...4000, from: "2025-05-31T23:00:00Z", using: &random)
        let lake = try Lake(directory: directory.directory, create: false)
        let tape = try #require(try lake.tape(venue: .binanceFutures, symbol: "BTCUSDT"))
        #expect(tape.days.allSatisfy { !$0.isOpen && $0.arrivals.rows == $0.rows })
        let arrived = try #require(tape.onArrival(from: .min, to: .max))

        var batch = TradeColumns()
        for row in rows {
            var trade = row.trade
            trade.time = row.received
            batch.append(trade)
        }
        let options = BarOptions(interval: interval, columns: Self.columns)
        var patient = options
        patient.lateness = BarOptions.unbounded
        let valuation = try #require(Valuation(kind: .linear, scales: tape.scales))
        var segment = try BarSegment(options: patient, valuation: valuation)
        try segment.add(batch)
        var expected: [[Cell]] = []
        BarTape(segment: segment, wholeness: TapeWholeness(holes: [])).forEachRow { expected.append(Self.cells($0)) }
        for threads in [1, 3] {
            var found: [[Cell]] = []
            try BarQuery.rows(lake, arrived, from: nil, to: nil, options: options, threads: threads) { found.append(Self.cells($0)) }
            #expect(found == expected)
            let (from, to) = (rows[1000].received, rows[2500].received)
            var part: [[Cell]] = []
            try BarQuery.rows(lake, arrived, from: from, to: to, options: options, threads: threads) { part.append(Self.cells($0)) }
            let within = expected.filter { cells in
                if case .integer(let time) = cells[0] { time >= from && time < to } else { false }
            }
            #expect(part.map { $0[0] } == within.map { $0[0] })
        }
    }

    @Test func `Month files follow arrivals where all trades have them, and say so where not`() throws {
        var random = Seeded.fresh()
        let directory = TestLake()
        _ = try directory.record(1...4000, from: "2025-05-31T23:00:00Z", using: &random)
        let months = try directory.months()
        let may = try #require(CivilDate("2025-05-31"))
        let june = try #require(CivilDate("2025-06-02"))
        let both = try months.months(venue: .binanceFutures, symbol: "BTCUSDT", from: may, to: june, clock: .arrival)
        #expect(both.map(\.description) == ["2025-05", "2025-06"])
        let byArrival = try months.file(TestLake.request("2025-05", .bars(.flow, .m1, .arrival)))
        let byEvent = try months.file(TestLake.request("2025-05", .bars(.flow, .m1)))
        #expect(byArrival.path.contains("clock=arrival") && byEvent.path.contains("clock=exchange"))
        #expect(try contents(byArrival.path) != contents(byEvent.path))
        _ = try months.file(TestLake.request("2025-05", .rawTrades))

        // An import brings a day of June without arrivals; May stays as it is.
        try directory.add(5000...5100, from: "2025-06-10")
        #expect(throws: MonthFilesError.self) { try months.file(TestLake.request("2025-06", .bars(.flow, .m1, .arrival))) }
        #expect(throws: MonthFilesError.self) {
            try months.months(venue: .binanceFutures, symbol: "BTCUSDT", from: may, to: june, clock: .arrival)
        }
        #expect(try months.file(TestLake.request("2025-05", .bars(.flow, .m1, .arrival))) == byArrival)
        _ = try months.file(TestLake.request("2025-06", .bars(.flow, .m1)))
    }
}
