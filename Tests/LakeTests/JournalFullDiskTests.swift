import Foundation
import Lake
import MarketModel
import Pipeline
import TestSupport
import Testing

/// A journal on a small file system that runs full, and gets room again.
struct JournalFullDiskTests {
    @Test(.enabled(if: SmallDisk.canBeMounted))
    func `On a full disk rows wait and are not called durable; with room again all are there`() throws {
        let disk = try SmallDisk(size: "3m")
        defer { _ = disk }
        let lake = try Lake(directory: disk.path + "/lake", create: true)
        let durable = Condition(Int64.min)
        let journal = try Journal(lake: lake, venue: .binanceSpot, commitMilliseconds: 20, report: { _ in }) { commits in
            for commit in commits { durable.withLock { $0 = max($0, commit.durableID.integer) } }
        }
        let tape = try journal.open(Recording.instrument(), scales: Recording.scales)
        var random = Seeded.fresh()
        let rows = Recording.rows(30_000, using: &random)
        journal.append(tape.symbol, Array(rows[..<100]))
        try journal.flush()

        try disk.fill()
        for start in stride(from: 100, to: rows.count, by: 500) {
            #expect(journal.append(tape.symbol, Array(rows[start..<min(rows.count, start + 500)])))
        }
        var waited = 0
        while journal.problem == nil, waited < 3000 {
            usleep(20_000)
            waited += 1
        }
        #expect(journal.problem != nil, "nobody says that the disk is full")
        #expect(throws: LakeError.self) { try journal.flush() }
        #expect(durable.withLock { $0 } < rows[rows.count - 1].trade.id.integer && journal.waitingRows > 0)

        try disk.makeRoom()
        durable.wait { $0 == rows[rows.count - 1].trade.id.integer ? () : nil }
        try journal.flush()
        #expect(journal.problem == nil && journal.waitingRows == 0)
        let summary = try #require(try lake.tape(venue: .binanceSpot, symbol: "BTCUSDT"))
        #expect(summary.rows == rows.count && summary.holes.isEmpty)
        journal.close()
    }
}
