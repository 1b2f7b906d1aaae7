import ExchangeSimulator
import Feeds
import Glibc
import Lake
import MarketModel
import Recorder
import Synchronization
import TestSupport
import Testing
import Transport

/// Publishers of option statistics, asked over real sockets: what is in the lake is what they published, corrections included.
@Suite struct OptionReportTests {
    private static let second: Int64 = 1_000_000
    private static let day = 86_400 * second

    /// Waits until something holds.
    private func wait(_ seconds: Double = 60, until holds: () throws -> Bool) throws -> Bool {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(seconds)
        while clock.now < end {
            if try holds() { return true }
            usleep(20_000)
        }
        return try holds()
    }

    @Test func `All days that are out are fetched from all publishers, and what they correct the day after is corrected`() throws {
        let folder = try Folder()
        defer { _ = folder }
        let lake = try Lake(directory: folder.data("lake"), create: true)
        // The morning after a Friday's figures, with a holiday in the week before: Good Friday, 2026-04-03.
        let first = try #require(CivilDate("2026-03-30"))
        let last = try #require(CivilDate("2026-04-10"))
        let start = last.microseconds + Self.day + 10 * 3600 * Self.second
        // A day passes in two seconds.
        let clock = SimulatorClock.running(from: start, speed: 43_200)
        let exchange = SimulatedExchange(market: SimulatedMarket(seed: 5))
        let simulator = try LiveSimulator(exchange, clock: clock)
        defer { simulator.stop() }
        let said = Mutex<[String]>([])
        var options = OptionReportCollector.Options()
        for publisher in OptionPublisher.allCases { options.servers[publisher] = simulator.url(publisher) }
        options.since = first
        options.pauseMilliseconds = 0
        options.lookMilliseconds = 10
        options.clock = clock.now
        let collector = try OptionReportCollector(OptionPublisher.allCases, lake: lake, options: options) { line in
            said.withLock { $0.append("\(line)") }
        }
        defer { collector.stop() }
        let places: [(OptionStatisticMarket, OptionUnderlying.Place, OptionStatisticSource)] = [
            (.usSecurities, .unitedStates, .occ), (.usIndices, .unitedStates, .occ), (.hkSecurities, .hongKong, .hkexSeries),
            (.hkIndices, .hongKong, .hkexSeries),
        ]
        func lacking() throws -> [String] {
            var held: [OptionStatement: Bool] = [:]
            for row in try lake.optionStatements() { held[row.statement] = true }
            var lacking: [String] = []
            for number in first.epochDay...last.epochDay {
                let day = CivilDate(epochDay: number)
                for (market, place, source) in places where TradingDays.isTradingDay(day, of: place) {
                    for measure in OptionMeasure.allCases {
                        let statement = OptionStatement(
                            subject: .market(market), day: day, measure: measure, source: source,
                            count: exchange.publishers.count(market, measure, day))
                        if held[statement] == nil { lacking.append("\(market) \(measure) \(day)") }
                    }
                }
            }
            return lacking
        }
        let isWhole = try wait { try lacking().isEmpty }
        let missing = try lacking()
        #expect(isWhole, "\(missing) \(said.withLock { $0 })")
        #expect(!(try lake.optionStatements().contains { $0.statement.day.description == "2026-04-03" }))
        // Days on which figures are corrected later come by in the two weeks after.
        let isCorrected = try wait { try !lake.optionCorrections().isEmpty }
        #expect(isCorrected)
        for correction in try lake.optionCorrections() {
            let before = correction.before.statement
            guard case .market(let market) = before.subject, before.source == .occ else { continue }
            let after = exchange.publishers.count(market, before.measure, before.day)
            #expect(before.count.calls == after.calls - 100 && before.count.puts == after.puts)
        }
        #expect(said.withLock { $0 }.allSatisfy { $0.contains("others than before") })
        let tencent = OptionSubject.underlying(OptionUnderlying(place: .hongKong, code: "00700"))
        #expect(try lake.optionStatements().contains { $0.statement.subject == tencent })
    }

    @Test(
        arguments: [
            // The status, and for how many seconds at least it is left alone: as it says, for a page that is not there, and after a failure.
            (Status(429), 1800), (Status(503), 1800), (Status(404), 3600), (Status(403), 3600), (Status(500), 60),
        ] as [(Status, Int64)])
    func `A publisher is asked again when its answer says it may be`(status: Status, seconds: Int64) throws {
        let folder = try Folder()
        defer { _ = folder }
        let lake = try Lake(directory: folder.data("lake"), create: true)
        // A Friday evening in New York, at which one page alone is wanted; a minute passes in ten milliseconds.
        let friday = try #require(CivilDate("2026-04-10"))
        let clock = SimulatorClock.running(
            from: ExchangeClock.newYork.midnight(friday) * Self.second + 21 * 3600 * Self.second, speed: 6000)
        let asked = Mutex<[Int64]>([])
        let server = try Server(
            router: Router([
                Mount(
                    "/data/us/options/market_statistics/daily",
                    routes: [
                        Route("/{name}", summary: "a status") { _ in
                            asked.withLock { $0.append(clock.now()) }
                            return Response(status, text: "no\n", headers: [Header("Retry-After", "1800")])
                        }
                    ])
            ]))
        defer { server.stop(grace: 0) }
        var options = OptionReportCollector.Options()
        options.servers[.cboe] = "http://127.0.0.1:\(server.port)"
        options.since = friday
        options.pauseMilliseconds = 0
        options.lookMilliseconds = 2
        options.clock = clock.now
        let said = Mutex<[String]>([])
        let collector = try OptionReportCollector([.cboe], lake: lake, options: options) { line in said.withLock { $0.append("\(line)") } }
        defer { collector.stop() }
        let isAskedAgain = try wait { asked.withLock { $0.count } >= 2 }
        #expect(isAskedAgain)
        collector.stop()
        let times = asked.withLock { $0 }
        try #require(times.count >= 2)
        #expect(times[1] - times[0] >= seconds * Self.second)
        // What is usual is not worth a line; a failure is.
        #expect(said.withLock { $0 }.isEmpty == (status != Status(500)))
        #expect(try lake.optionStatements().isEmpty)
    }

    @Test func `A server that answers nonsense is told of once, and asked again later`() throws {
        let folder = try Folder()
        defer { _ = folder }
        let lake = try Lake(directory: folder.data("lake"), create: true)
        let asked = Mutex(0)
        let server = try Server(
            router: Router([
                Mount(
                    "/mdapi",
                    routes: ["/daily-volume-totals", "/open-interest"].map { path in
                        Route(path, summary: "nonsense") { _ in
                            asked.withLock { $0 += 1 }
                            return Response(.ok, text: "<html>maintenance</html>")
                        }
                    })
            ]))
        defer { server.stop(grace: 0) }
        let said = Mutex<[String]>([])
        var options = OptionReportCollector.Options()
        options.servers[.occ] = "http://127.0.0.1:\(server.port)"
        options.pauseMilliseconds = 0
        options.lookMilliseconds = 5
        // Ten minutes a second.
        options.clock = SimulatorClock.running(from: 1_780_000_000 * Self.second, speed: 600).now
        let collector = try OptionReportCollector([.occ], lake: lake, options: options) { line in said.withLock { $0.append("\(line)") } }
        defer { collector.stop() }
        let isAskedAgain = try wait { asked.withLock { $0 } >= 3 }
        #expect(isAskedAgain)
        collector.stop()
        let lines = said.withLock { $0 }
        #expect(
            !lines.isEmpty && lines.count <= asked.withLock { $0 } && lines.allSatisfy { $0.hasPrefix("occ: ") && $0.contains("http://") })
        #expect(try lake.optionStatements().isEmpty)
    }
}
