import Foundation
import Lake
import MarketModel
import SQLite
import Synchronization
import TestSupport
import Testing

/// Histories of open interest beside what was recorded, and what becomes of damage.
@Suite struct ImportedInterestTests {
    private static let day = CivilDate(epochDay: 20_000)
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static func contract(_ coin: String) -> OpenInterestContract {
        OpenInterestContract(venue: .okxPerps, symbol: "\(coin)-USDT-SWAP", coin: coin, quote: "USDT", margin: .stable)
    }

    /// Every five minutes or so for two days, some without USD.
    private static func readings(using random: inout Seeded) -> [OpenInterestReading] {
        ["BTC", "ETH", "SOL"].flatMap { coin in
            (0..<500).map { step in
                OpenInterestReading(
                    contract: contract(coin), quantity: FixedPoint(mantissa: Int64.random(in: 1...1 << 50, using: &random), scale: 4),
                    usd: step % 7 == 0 ? nil : FixedPoint(mantissa: Int64.random(in: 1...1 << 55, using: &random), scale: 2),
                    time: day.microseconds + Int64(step) * 300_000_000)
            }
        }
    }

    private static func files(_ folder: Folder) throws -> [String: Data] {
        let root = folder.path + "/interest"
        var files: [String: Data] = [:]
        for case let name as String in FileManager.default.enumerator(atPath: root) ?? .init() where name.hasSuffix(".parquet") {
            files[name] = FileManager.default.contents(atPath: root + "/" + name)
        }
        return files
    }

    @Test func `Readings in any order, in parts and again give the same files, and are read back`() throws {
        var random = Seeded.fresh()
        let readings = Self.readings(using: &random)
        let folders = [try Folder(), try Folder()]
        defer { _ = folders }
        let lakes = try folders.map { try Lake(directory: $0.path, create: true) }
        let whole = try lakes[0].importInterest(readings)
        #expect(whole.new == readings.count && whole.known == 0 && whole.days.count == 2)
        var left = readings.shuffled(using: &random)
        while !left.isEmpty {
            let part = left.prefix(Int.random(in: 1...400, using: &random))
            left.removeFirst(part.count)
            _ = try lakes[1].importInterest(Array(part) + part.prefix(3))
        }
        let (one, other) = (try Self.files(folders[0]), try Self.files(folders[1]))
        #expect(one.keys.sorted() == other.keys.sorted() && one.count == 2)
        for (name, data) in one { #expect(data == other[name], "\(name)") }
        #expect(try lakes[1].importInterest(readings).new == 0)
        for coin in ["BTC", "ETH", "SOL", "XRP"] {
            let expected = readings.filter { $0.contract.coin == coin }
            let from = Self.day.microseconds + 300_000_000
            let found = try lakes[1].importedInterest(of: .okxPerps, coin: coin, from: from, to: .max)
            #expect(found.map(\.contract) == (expected.isEmpty ? [] : [Self.contract(coin)]))
            guard let series = found.first else { continue }
            #expect(series.times == expected.dropFirst().map(\.time))
            #expect(series.quantities.map(\.normalized) == expected.dropFirst().compactMap { $0.quantity?.normalized })
            #expect(series.usd.map { $0?.normalized } == expected.dropFirst().map { $0.usd?.normalized })
        }
        // The newest with USD of each within ten minutes.
        let moment = Self.day.microseconds + 14 * 300_000_000 + 1
        let found = try lakes[0].importedInterest(of: .okxPerps, at: moment, tolerance: 600_000_000)
        #expect(found.map(\.time) == Array(repeating: Self.day.microseconds + 13 * 300_000_000, count: 3))
        #expect(
            try lakes[0].interestVenues() == [.okxPerps] && lakes[0].interestSweep(of: .okxPerps, at: moment, tolerance: 1 << 40) == nil)
        try lakes[0].verify(threads: 1) { Issue.record("\($0)") }
    }

    @Test func `A correction replaces, one without USD does not take them away, and what has no coins is counted as lacking`() throws {
        let folder = try Folder()
        defer { _ = folder }
        let lake = try Lake(directory: folder.path, create: true)
        let time = Self.day.microseconds
        func reading(_ quantity: Int64?, _ usd: Int64?) -> OpenInterestReading {
            OpenInterestReading(
                contract: Self.contract("BTC"), quantity: quantity.map { FixedPoint(mantissa: $0) },
                usd: usd.map { FixedPoint(mantissa: $0) },
                time: time)
        }
        func held() throws -> [FixedPoint?] {
            let series = try #require(try lake.importedInterest(of: .okxPerps, coin: "BTC", from: time, to: time + 1).first)
            return [series.quantities[0], series.usd[0]]
        }
        _ = try lake.importInterest([reading(5, nil)])
        #expect(try held() == [FixedPoint(mantissa: 5), nil])
        _ = try lake.importInterest([reading(6, 600)])
        _ = try lake.importInterest([reading(7, nil)])
        #expect(try held() == [FixedPoint(mantissa: 6), FixedPoint(mantissa: 600)])
        let report = try lake.importInterest([reading(8, 800), reading(nil, 900), reading(-1, 1)])
        #expect(report.lacking == 2 && report.known == 1 && report.new == 0)
        #expect(try held() == [FixedPoint(mantissa: 8), FixedPoint(mantissa: 800)])
    }

    private static func sweep(_ second: Int64) -> InterestSweep {
        let time = day.microseconds + second * 1_000_000
        let value = OpenInterest(
            quantity: FixedPoint(mantissa: second + 1, scale: 3), usd: FixedPoint(mantissa: (second + 1) * 60, scale: 1))
        return InterestSweep(
            venue: .okxPerps, time: time, samples: [OpenInterestSample(contract: contract("BTC"), value: value, time: time)])
    }

    @Test func `Damaged rounds are reported, the sound ones sealed, and the journal is kept in quarantine`() throws {
        let folder = try Folder()
        defer { _ = folder }
        let lake = try Lake(directory: folder.path, create: true)
        let said = Mutex<[String]>([])
        let store = try InterestStore(lake: lake) { line in said.withLock { $0.append("\(line)") } }
        try store.append((0..<50).map { Self.sweep($0) })
        let journal = "\(folder.path)/interest/\(Self.day).sqlite"
        let database = try Database(path: journal, create: false)
        try database.transaction { connection in
            _ = try connection.run(
                "UPDATE sweeps SET body = substr(body, 1, 7) WHERE time IN (SELECT time FROM sweeps ORDER BY time LIMIT 3)")
        }
        let findings = Mutex<[String]>([])
        try lake.verify(threads: 1) { finding in findings.withLock { $0.append("\(finding)") } }
        #expect(findings.withLock { $0 } == ["damaged file: interest/\(Self.day).sqlite: 3 rounds of okx-perps cannot be read"])
        #expect(try store.seal(before: CivilDate(epochDay: Self.day.epochDay + 1)) == [Self.day])
        #expect(said.withLock { $0.count } == 1 && said.withLock { $0[0].contains("3 rounds are damaged") })
        #expect(!FileManager.default.fileExists(atPath: journal))
        let kept = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/quarantine")
        #expect(kept.contains("interest_\(Self.day).sqlite"))
        let series = try #require(try lake.interest(of: .okxPerps, coin: "BTC", from: 0, to: .max).first)
        #expect(series.times.count == 47 && series.times[0] == Self.sweep(3).time)
        #expect(try store.seal(before: CivilDate(epochDay: Self.day.epochDay + 1)).isEmpty)
        store.close()
    }

    @Test func `A journal that is no database and a file that is no Parquet do not keep a day from being sealed`() throws {
        let folder = try Folder()
        defer { _ = folder }
        let lake = try Lake(directory: folder.path, create: true)
        let said = Mutex<[String]>([])
        let store = try InterestStore(lake: lake) { line in said.withLock { $0.append("\(line)") } }
        let next = CivilDate(epochDay: Self.day.epochDay + 1)
        try Data(repeating: 7, count: 9000).write(to: URL(filePath: "\(folder.path)/interest/\(next).sqlite"))
        try store.append([Self.sweep(5)])
        let place = "\(folder.path)/interest/exchange=okx-perps/year=2024/month=10/day=04"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        try Data("PAR1 nonsense".utf8).write(to: URL(filePath: place + "/open_interest.parquet"))
        #expect(try store.seal(before: CivilDate(epochDay: Self.day.epochDay + 2)) == [Self.day, next])
        #expect(said.withLock { $0.count } == 2, "\(said.withLock { $0 })")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/quarantine").count >= 2)
        #expect(try lake.interest(of: .okxPerps, coin: "BTC", from: 0, to: .max).first?.times == [Self.sweep(5).time])
        store.close()
    }

    @Test func `A day that cannot be written any more is set aside, and what comes goes on`() throws {
        let folder = try Folder()
        defer { _ = folder }
        let lake = try Lake(directory: folder.path, create: true)
        let said = Mutex<[String]>([])
        let store = try InterestStore(lake: lake) { line in said.withLock { $0.append("\(line)") } }
        try Data(repeating: 7, count: 9000).write(to: URL(filePath: "\(folder.path)/interest/\(Self.day).sqlite"))
        let findings = Mutex(0)
        try lake.verify(threads: 1) { _ in findings.withLock { $0 += 1 } }
        #expect(findings.withLock { $0 } == 1)
        try store.append([Self.sweep(5)])
        #expect(said.withLock { $0.count } == 1)
        #expect(try lake.interest(of: .okxPerps, coin: "BTC", from: 0, to: .max).first?.times == [Self.sweep(5).time])
        store.close()
    }

    @Test func `The recipe of the documentation reads sealed and imported days as they stand`() throws {
        var random = Seeded.fresh()
        let folder = try Folder()
        defer { _ = folder }
        let lake = try Lake(directory: folder.path, create: true)
        let store = try InterestStore(lake: lake)
        try store.append((0..<50).map { Self.sweep($0) })
        try store.seal(before: CivilDate(epochDay: Self.day.epochDay + 1))
        store.close()
        _ = try lake.importInterest(Self.readings(using: &random))
        let text = try String(contentsOf: Self.root.appending(path: "docs/open-interest.md"), encoding: .utf8)
        let block = try #require(text.split(separator: "```sql\n").dropFirst().first?.split(separator: "```").first)
        let sql = String(block).replacing("data/interest", with: folder.path + "/interest")
        // The times stay in DuckDB: as objects of Python they want a package of time zones.
        let script = """
            import sys, duckdb
            print(*duckdb.sql('SELECT count(*), sum("sum(usd)") FROM (' + sys.argv[1].strip().rstrip(";") + ")").fetchall()[0])
            """
        let python = Process()
        python.executableURL = Self.root.appending(path: ".venv/bin/python")
        python.arguments = ["-c", script, sql]
        let pipe = Pipe()
        python.standardOutput = pipe
        try python.run()
        let said = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        python.waitUntilExit()
        // 6.0 + 12.0 + … + 300.0 USD.
        #expect(said == "50 7650.00000000\n")
    }
}
