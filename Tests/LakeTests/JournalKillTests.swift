import Foundation
import Lake
import MarketModel
import TapeSequencer
import TestSupport
import Testing

/// Kills a process that records, at random moments, and looks whether all that it acknowledged is there.
@Suite struct JournalKillTests {
    private static let writer = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: ".build/release/JournalWriter")

    /// How often: `make soak` asks for more.
    private static let kills = ProcessInfo.processInfo.environment["MILLRACE_KILLS"].flatMap { Int($0) } ?? 100

    private static func trade(_ id: Int64) -> Trade {
        Trade(
            id: TradeID(id), time: 1_728_000_000_000_000 + id * 300_000, price: 100 + id % 977, quantity: 1 + id % 1009,
            side: id % 2 == 0 ? .buy : .sell)
    }

    @Test func `A process killed at any moment loses nothing that it acknowledged`() throws {
        var random = Seeded.fresh()
        let folder = try Folder()
        var next: Int64 = 1
        for round in 0..<Self.kills {
            let rate = [1000, 20_000, 200_000].randomElement(using: &random) ?? 1000
            let acknowledged = try Self.killed([folder.path + "/data", "\(next)", "\(rate)"], using: &random).max()
            guard FileManager.default.fileExists(atPath: folder.path + "/data/catalogue.sqlite") else { continue }
            // A process that was killed before it had made its tables leaves no lake yet.
            guard let lake = try? Lake(directory: folder.path + "/data", create: true) else { continue }
            let journal = try Journal(lake: lake, venue: .binanceSpot, report: { Issue.record("round \(round): \($0)") })
            var instrument = Instrument(venue: .binanceSpot, symbol: "BTCUSDT")
            instrument.tradeIDs = .contiguous
            let tape = try journal.open(instrument, scales: Scales(price: 2, quantity: 5))
            if let acknowledged { #expect(tape.lastID ?? 0 >= acknowledged, "round \(round)") }
            #expect(tape.holes.isEmpty)
            if Int.random(in: 0...9, using: &random) == 0 {
                try journal.seal(before: CivilDate(microseconds: tape.lastTime ?? 0))
            }
            journal.close()
            next = (tape.lastID ?? 0) + 1
        }
        let lake = try Lake(directory: folder.path + "/data", create: false)
        let tape = try #require(try lake.tape(venue: .binanceSpot, symbol: "BTCUSDT"))
        let rows = try lake.newest(tape, count: .max)
        #expect(rows.count == Int(next) - 1 && tape.rows == rows.count)
        #expect((0..<rows.count).allSatisfy { rows[$0] == Self.trade(Int64($0) + 1) })
        try lake.verify(threads: 1) { Issue.record("\($0)") }
    }

    @Test func `A process killed at any moment loses no open interest that it acknowledged, sealed or not`() throws {
        var random = Seeded.fresh()
        let folder = try Folder()
        defer { _ = folder }
        var (next, acknowledged): (Int64, Int64) = (1, 0)
        for round in 0..<Self.kills {
            let said = try Self.killed([folder.path + "/data", "\(next)", "interest"], using: &random)
            acknowledged = max(acknowledged, said.max() ?? 0)
            guard let lake = try? Lake(directory: folder.path + "/data", create: true) else { continue }
            let store = try InterestStore(lake: lake) { Issue.record("round \(round): \($0)") }
            store.close()
            let series = try lake.interest(of: .okxPerps, coin: "BTC", from: 0, to: .max).first
            let held = series?.values.compactMap { $0.quantity.rescaled(to: 0) } ?? []
            #expect(held == held.indices.map { Int64($0) + 1 } && Int64(held.count) >= acknowledged, "round \(round)")
            next = Int64(held.count) + 1
        }
        #expect(acknowledged > Int64(Self.kills))
        try Lake(directory: folder.path + "/data", create: false).verify(threads: 1) { Issue.record("\($0)") }
    }

    /// What the writer has said until it was killed at some moment.
    private static func killed(_ arguments: [String], using random: inout Seeded) throws -> [Int64] {
        let process = Process()
        process.executableURL = writer
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        usleep(UInt32.random(in: 2000...60_000, using: &random))
        kill(process.processIdentifier, SIGKILL)
        let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        // A last line may be cut.
        return said.split(separator: "\n", omittingEmptySubsequences: false).dropLast().compactMap { Int64($0) }
    }
}
