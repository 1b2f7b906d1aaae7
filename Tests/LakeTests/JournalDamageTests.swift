import Foundation
import Lake
import MarketModel
import Synchronization
import TapeSequencer
import TestSupport
import Testing

/// Damages the files of a journal in every way that a disk or a person may, and looks whether it shows and what is left.
@Suite struct JournalDamageTests {
    /// A journal as a killed process leaves it: rows in the file and in the log.
    static func killed(_ folder: String, _ rows: [JournalRow]) throws {
        let lake = try Lake(directory: folder + "/live", create: true)
        let journal = try Journal(lake: lake, venue: .binanceSpot)
        let name = try journal.open(Recording.instrument(), scales: Recording.scales).symbol
        for start in stride(from: 0, to: rows.count, by: 50) {
            journal.append(name, Array(rows[start..<min(rows.count, start + 50)]))
            try journal.flush()
        }
        try FileManager.default.copyItem(atPath: folder + "/live", toPath: folder + "/killed")
        journal.close()
    }

    static let journal = "/journal/\(Recording.day)/binance-spot"

    /// What is found of the rows after some damage, and what is said of it.
    static func recovered(_ data: String) throws -> (rows: [TapeRow], said: [String]) {
        let said = Mutex<[String]>([])
        let lake = try Lake(directory: data, create: false)
        let journal = try Journal(lake: lake, venue: .binanceSpot, report: { line in said.withLock { $0.append("\(line)") } })
        journal.close()
        let tape = try lake.tape(venue: .binanceSpot, symbol: "BTCUSDT")
        let rows = try tape.map { try JournalTests.read(lake, $0) } ?? []
        return (rows, said.withLock { $0 })
    }

    @Test func `Flipped bits are found, named and put aside, and every other batch is kept as it was`() throws {
        var random = Seeded.fresh()
        let folder = try Folder()
        let rows = Recording.rows(12_000, using: &random)
        try Self.killed(folder.path, rows)
        let known = Set(rows.map { TapeRow($0.trade, source: $0.source, arrival: $0.received) })
        for round in 0..<60 {
            let data = folder.path + "/damaged"
            try? FileManager.default.removeItem(atPath: data)
            try FileManager.default.copyItem(atPath: folder.path + "/killed", toPath: data)
            let path = data + Self.journal + (round % 2 == 0 ? ".sqlite" : ".sqlite-wal")
            var bytes = try Data(contentsOf: URL(filePath: path))
            for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0...7, using: &random)
            }
            try bytes.write(to: URL(filePath: path))
            let (found, said) = try Self.recovered(data)
            #expect(found.allSatisfy { known.contains($0) })
            #expect(found.count == rows.count || !said.isEmpty, "round \(round): \(found.count) rows and nothing said")
            if !said.isEmpty {
                #expect(said.first?.contains("binance-spot.sqlite") == true)
                let kept = try FileManager.default.contentsOfDirectory(atPath: data + "/quarantine")
                #expect(!kept.isEmpty)
                #expect(try Self.recovered(data).said.isEmpty)
            }
        }
    }

    @Test(arguments: ["cut log", "no log", "cut file", "no file", "empty file", "junk", "old copy"])
    func `Lost stretches are found and named`(damage: String) throws {
        var random = Seeded.fresh()
        let folder = try Folder()
        let rows = Recording.rows(9000, using: &random)
        try Self.killed(folder.path, rows)
        let path = folder.path + "/killed" + Self.journal + ".sqlite"
        let files = FileManager.default
        switch damage {
        case "cut log":
            let bytes = try Data(contentsOf: URL(filePath: path + "-wal"))
            try bytes.prefix(bytes.count / 2).write(to: URL(filePath: path + "-wal"))
        case "no log": try files.removeItem(atPath: path + "-wal")
        case "cut file":
            try files.removeItem(atPath: path + "-wal")
            let bytes = try Data(contentsOf: URL(filePath: path))
            try bytes.prefix(bytes.count / 2).write(to: URL(filePath: path))
        case "no file": try files.removeItem(atPath: path)
        case "empty file":
            try files.removeItem(atPath: path + "-wal")
            try Data().write(to: URL(filePath: path))
        case "junk":
            // With its log the file would be whole again: that holds every page.
            try files.removeItem(atPath: path + "-wal")
            try Data((0..<50_000).map { _ in UInt8.random(in: 0...255, using: &random) }).write(to: URL(filePath: path))
        default:
            // The rows of a morning in the place of those of the day.
            try files.removeItem(atPath: path + "-wal")
            let other = try Folder()
            try Self.killed(other.path, Array(rows[..<3000]))
            try files.removeItem(atPath: path)
            try files.copyItem(atPath: other.path + "/live" + Self.journal + ".sqlite", toPath: path)
        }
        let checked = Mutex<[String]>([])
        try Lake(directory: folder.path + "/killed", create: false).verify(threads: 1) { finding in
            checked.withLock { $0.append(finding.subject) }
        }
        #expect(checked.withLock { $0 }.contains("journal/\(Recording.day)/binance-spot.sqlite"))
        let (found, said) = try Self.recovered(folder.path + "/killed")
        let known = Set(rows.map { TapeRow($0.trade, source: $0.source, arrival: $0.received) })
        #expect(found.count < rows.count && found.allSatisfy { known.contains($0) } && said.count == 1)
        #expect(try Self.recovered(folder.path + "/killed").said.isEmpty)
    }

    @Test func `Batches that nobody wrote are refused and never trap`() {
        var random = Seeded.fresh()
        let rows = Recording.rows(40, .uuid, using: &random)
        let bytes = JournalBatch.encode(rows, instrument: 1, number: 1, wideIDs: true)
        var columns = JournalColumns()
        for _ in 0..<20_000 {
            var hostile = bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                hostile[Int.random(in: 8..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if Bool.random(using: &random) { hostile = Array(hostile.prefix(Int.random(in: 8...hostile.count, using: &random))) }
            JournalBatch.reseal(&hostile, instrument: 1, number: 1)
            _ = JournalBatch.decode(hostile, instrument: 1, number: 1, into: &columns)
        }
    }
}
