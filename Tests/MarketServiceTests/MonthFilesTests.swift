import Foundation
import Glibc
import Lake
import MarketModel
import MarketService
import OrderFlow
import Recorder
import Synchronization
import TestSupport
import Testing

/// A lake of a test's own, removed with it: trades of Binance's bitcoin perpetual.
final class TestLake {
    let directory = NSTemporaryDirectory() + "millrace-months-\(UUID().uuidString)"
    deinit {
        // A builder's thread may be closing the catalogue at this moment, which takes files away under the removal.
        for _ in 0..<100 where FileManager.default.fileExists(atPath: directory) {
            do { try FileManager.default.removeItem(atPath: directory) } catch { usleep(10_000) }
        }
    }

    /// Imports one trade a minute, whose ids are given, from an instant on.
    func add(_ ids: ClosedRange<Int>, from day: String) throws {
        let start = try #require(Timestamp.parse(day)) / 1000
        let rows = ids.enumerated().map { index, id in
            "\(start + Int64(index) * 60_000),\(100 + id % 7).5,0.\(id % 9 + 1),\(id % 2 == 0 ? "buy" : "sell"),\(id)\n"
        }
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let file = directory + "/\(ids.lowerBound).csv"
        try ("time,price,quantity,side,id\n" + rows.joined()).write(toFile: file, atomically: false, encoding: .utf8)
        let options = ImportOptions(venue: .binanceFutures, symbol: "BTCUSDT", threads: 2)
        _ = try TapeImport(lake: Lake(directory: directory, create: true), options: options).run(files: [file])
    }

    /// Records one trade a second, each of which arrives within two minutes, and seals its day.
    func record(_ ids: ClosedRange<Int>, from day: String, using random: inout Seeded) throws -> [JournalRow] {
        let start = try #require(Timestamp.parse(day))
        let rows = ids.enumerated().map { index, id in
            let trade = Trade(
                id: TradeID(Int64(id)), time: start + Int64(index) * 1_000_000, price: 1000 + Int64.random(in: -9...9, using: &random),
                quantity: Int64.random(in: 1...90, using: &random), side: Bool.random(using: &random) ? .buy : .sell)
            return JournalRow(trade, received: trade.time + Int64.random(in: 1...120_000_000, using: &random))
        }
        let journal = try Journal(lake: Lake(directory: directory, create: true), venue: .binanceFutures)
        let instrument = Instrument(venue: .binanceFutures, symbol: "BTCUSDT")
        let symbol = try journal.open(instrument, scales: Scales(price: 1, quantity: 2)).symbol
        journal.append(symbol, rows)
        try journal.seal(before: CivilDate(epochDay: 40_000))
        journal.close()
        return rows
    }

    func months() throws -> MonthFiles { MonthFiles(lake: try Lake(directory: directory, create: false), engine: "1", threads: 2) }

    static func request(_ month: String, _ product: MonthProduct = .bars(.flow, .h1)) throws -> MonthRequest {
        MonthRequest(venue: .binanceFutures, symbol: "BTCUSDT", product: product, month: try #require(CivilMonth(month)))
    }

    /// The files below `bars/`, relative to it.
    func files() -> [String] {
        guard let all = FileManager.default.enumerator(atPath: directory + "/bars") else { return [] }
        return all.compactMap { $0 as? String }.filter { path in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: directory + "/bars/" + path, isDirectory: &isFolder) && !isFolder.boolValue
        }.sorted()
    }
}

func contents(_ path: String) throws -> Data { try Data(contentsOf: URL(filePath: path)) }

@Suite struct MonthFilesTests {
    @Test func `Askers at the same time get one file, and later ones the same`() throws {
        let lake = TestLake()
        try lake.add(1...3000, from: "2025-05-03")
        let months = try lake.months()
        let request = try TestLake.request("2025-05")
        #expect(try months.ready(request) == nil)
        let paths = Mutex<Set<String>>([])
        DispatchQueue.concurrentPerform(iterations: 8) { _ in
            let path = (try? months.file(request))?.path ?? "none"
            paths.withLock { _ = $0.insert(path) }
        }
        let file = try #require(try months.ready(request))
        #expect(paths.withLock { $0 } == [file.path])
        #expect(file.size == (try contents(file.path)).count)
        #expect(lake.files().count == 1)
        // Another process finds it, once it has looked at its bytes.
        let other = try lake.months()
        #expect(try other.ready(request) == nil)
        #expect(try other.file(request) == file)
        #expect(try other.ready(request) == file)
    }

    @Test func `Another month leaves a file as it is, and the same month replaces it under nobody's hands`() throws {
        let lake = TestLake()
        try lake.add(1001...4000, from: "2025-05-03")
        let months = try lake.months()
        let (may, june) = (try TestLake.request("2025-05"), try TestLake.request("2025-06"))
        #expect(throws: MonthFilesError.self) { try months.ready(june) }
        let first = try months.file(may)
        let raw = try months.file(TestLake.request("2025-05", .rawTrades))
        try lake.add(4001...4100, from: "2025-06-02")
        #expect(try months.ready(may) == first)
        _ = try months.file(june)
        #expect(
            try months.months(
                venue: .binanceFutures, symbol: "BTCUSDT", from: #require(CivilDate("2025-05-05")), to: #require(CivilDate("2025-06-30"))
            ).map(\.description) == ["2025-05", "2025-06"])
        #expect(
            try months.months(
                venue: .binanceFutures, symbol: "BTCUSDT", from: #require(CivilDate("2025-05-06")), to: #require(CivilDate("2025-06-01"))
            ).isEmpty)
        let before = try contents(first.path)
        let reader = try #require(FileHandle(forReadingAtPath: first.path))
        // Ids from before the first: the month has more trades, and no hole.
        try lake.add(801...1000, from: "2025-05-01")
        #expect(try months.ready(may) == nil)
        #expect(try months.ready(june) != nil)
        let second = try months.file(may)
        #expect(second.path != first.path)
        #expect(!FileManager.default.fileExists(atPath: first.path))
        #expect(try reader.readToEnd() == before)
        #expect(try months.file(TestLake.request("2025-05", .rawTrades)).path != raw.path)
        #expect(lake.files().count == 3)
    }

    @Test func `A hole, and its repair, touch the months that it touches`() throws {
        let lake = TestLake()
        try lake.add(1...100, from: "2025-04-03")
        try lake.add(101...200, from: "2025-05-03")
        try lake.add(211...300, from: "2025-06-03")
        let months = try lake.months()
        let before = try ["2025-04", "2025-05", "2025-06"].map { try months.file(TestLake.request($0)) }
        try lake.add(201...210, from: "2025-05-09")
        #expect(try months.ready(TestLake.request("2025-04")) == before[0])
        #expect(try months.ready(TestLake.request("2025-05")) == nil)
        #expect(try months.ready(TestLake.request("2025-06")) == nil)
        #expect(try months.file(TestLake.request("2025-06")).path != before[2].path)
    }

    @Test func `Damage, half files and files of others are replaced or left alone, and never given out`() throws {
        let lake = TestLake()
        try lake.add(1...3000, from: "2025-05-03")
        let request = try TestLake.request("2025-05")
        let months = try lake.months()
        let file = try months.file(request)
        let whole = try contents(file.path)
        let folder = URL(filePath: file.path).deletingLastPathComponent().path
        let foreign = ["2025-05.parquet", "notes.txt", "2025-05.\(String(repeating: "a", count: 64)).b.parquet"]
        for name in foreign { try Data("junk".utf8).write(to: URL(filePath: folder + "/" + name)) }
        for damage in 0..<3 {
            var bytes = whole
            switch damage {
            case 0: bytes[bytes.count / 2] ^= 1
            case 1: bytes = bytes.prefix(bytes.count / 2)
            default: bytes = Data()
            }
            try bytes.write(to: URL(filePath: file.path))
            // The same process notices by the file's status, another by its bytes.
            #expect(try months.ready(request) == nil)
            let again = try (damage == 0 ? months : lake.months()).file(request)
            #expect(try contents(again.path) == whole)
        }
        // A link to nowhere in the file's place.
        try FileManager.default.removeItem(atPath: file.path)
        try FileManager.default.createSymbolicLink(atPath: file.path, withDestinationPath: "/nowhere")
        #expect(try contents(lake.months().file(request).path) == whole)
        #expect(lake.files().count == 1 + foreign.count)
        // What a killed builder left goes when the next one begins.
        try Data("half".utf8).write(to: URL(filePath: lake.directory + "/bars/incoming/1-1"))
        _ = try lake.months()
        #expect(lake.files().count == 1 + foreign.count)
    }

    @Test func `What others write at this moment is left to them`() throws {
        let lake = TestLake()
        try lake.add(1...10, from: "2025-05-03")
        _ = try lake.months().file(TestLake.request("2025-05"))
        let path = lake.directory + "/bars/incoming/9-9"
        let descriptor = open(path, O_RDWR | O_CREAT, 0o644)
        flock(descriptor, LOCK_EX)
        _ = try lake.months()
        #expect(FileManager.default.fileExists(atPath: path))
        close(descriptor)
        _ = try lake.months()
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func `A build that fails leaves nothing, and the next asker tries again`() throws {
        let lake = TestLake()
        try lake.add(1...100, from: "2025-05-03")
        let months = try lake.months()
        let request = try TestLake.request("2025-05")
        let day = lake.directory + "/tape/exchange=binance-futures/symbol=BTCUSDT/year=2025/month=05/day=03/trades.parquet"
        let tape = try contents(day)
        try Data("junk".utf8).write(to: URL(filePath: day))
        #expect(throws: LakeError.self) { try months.file(request) }
        #expect(lake.files().isEmpty)
        try tape.write(to: URL(filePath: day))
        #expect(try months.file(request).size > 0)
    }
}

@Suite struct MonthWorksTests {
    struct Broken: Error {}

    @Test func `All who wait get the one outcome, and a failure is tried again`() throws {
        let works = MonthWorks(builders: 2)
        let runs = Atomic(0)
        let gate = DispatchSemaphore(value: 0)
        let tickets = (0..<5).map { _ in
            works.enqueue("a") {
                runs.add(1, ordering: .relaxed)
                gate.wait()
                throw Broken()
            }
        }
        #expect(Set(tickets).count == 1)
        #expect(works.wait(tickets[0], atMostMilliseconds: 20) == nil)
        gate.signal()
        for ticket in tickets {
            #expect(throws: Broken.self) { try works.wait(ticket, atMostMilliseconds: 10_000)?.get() }
            works.leave(ticket)
        }
        #expect(runs.load(ordering: .relaxed) == 1)
        let next = works.enqueue("a") { nil }
        #expect(next != tickets[0])
        #expect(try works.wait(next, atMostMilliseconds: 10_000)?.get() == nil)
        works.leave(next)
        works.stop()
        #expect(throws: MonthFilesError.self) { try works.wait(works.enqueue("b") { nil }, atMostMilliseconds: 10_000)?.get() }
    }

    @Test func `No more works run at once than there are builders, and what nobody waits for goes on`() throws {
        let works = MonthWorks(builders: 2)
        let running = Mutex((now: 0, most: 0, done: 0))
        let tickets = (0..<12).map { number in
            works.enqueue("\(number)") {
                running.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1), $0.done) }
                usleep(2000)
                running.withLock { $0 = ($0.now - 1, $0.most, $0.done + 1) }
                return nil
            }
        }
        for ticket in tickets.dropLast() { works.leave(ticket) }
        let last = try #require(tickets.last)
        #expect(works.wait(last, atMostMilliseconds: 10_000) != nil)
        works.leave(last)
        while running.withLock({ $0.done }) < 12 { usleep(1000) }
        #expect(running.withLock { $0.most } <= 2)
        works.stop()
    }

    @Test func `Long works leave a thread to short ones`() throws {
        let works = MonthWorks(builders: 3)
        let gate = DispatchSemaphore(value: 0)
        let long = (0..<4).map { number in
            works.enqueue("long \(number)", isLong: true) {
                gate.wait()
                return nil
            }
        }
        let short = works.enqueue("short") { nil }
        #expect(works.wait(short, atMostMilliseconds: 10_000) != nil)
        for _ in long { gate.signal() }
        for ticket in long { #expect(works.wait(ticket, atMostMilliseconds: 10_000) != nil) }
        works.stop()
    }
}
