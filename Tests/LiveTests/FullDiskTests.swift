import ExchangeSimulator
import Foundation
import Lake
import MarketModel
import Recorder
import Testing

/// A disk that takes nothing for so long that trades are dropped.
struct FullDiskTests {
    private func shell(_ words: String...) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = words
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    @Test func `Trades beyond what may wait for a full disk are dropped, said, and asked for again when there is room`() throws {
        guard geteuid() == 0 else {
            print("skipped: only root can mount a small file system")
            return
        }
        let disk = NSTemporaryDirectory() + "millrace-full-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: disk) }
        guard try shell("mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", disk) == 0 else {
            print("skipped: no file system can be mounted here")
            return
        }
        defer { _ = try? shell("umount", "--lazy", disk) }
        let wanted: [(venue: Venue, symbol: String)] = [(.binanceSpot, "BTCUSDT"), (.okxPerps, "BTC-USDT-SWAP")]
        let bench = try LiveBench(market: LiveBench.market(seed: 21), lake: disk + "/lake")
        try bench.record(wanted, options: { $0.waitingRows = 100 })
        #expect(waitUntil(seconds: 300) { wanted.allSatisfy { bench.capture[$0.venue].rows.count > 100 } })

        _ = try shell("dd", "if=/dev/zero", "of=\(disk)/filler", "bs=4096")
        #expect(
            waitUntil(seconds: 300) {
                wanted.allSatisfy { one in bench.said.all.contains { $0.contains("trades of \(one.symbol) are dropped") } }
            }, "\(bench.said.last)")
        // As many again are lost meanwhile.
        usleep(3_000_000)
        #expect(bench.recorders.allSatisfy { $0.problem != nil })
        try FileManager.default.removeItem(atPath: disk + "/filler")
        #expect(
            waitUntil(seconds: 300) {
                wanted.allSatisfy { one in bench.said.all.contains { $0.contains("trades of \(one.symbol) were dropped") } }
            }, "\(bench.said.last)")
        let counts = wanted.map { bench.capture[$0.venue].rows.count }
        #expect(
            waitUntil(seconds: 300) {
                zip(wanted, counts).allSatisfy { one, count in
                    bench.capture[one.venue].rows.count > count + 300 && !bench.capture.progress(one.venue).isAsking
                }
            }, "\(bench.said.last)")
        #expect(bench.recorders.allSatisfy { $0.problem == nil })
        // What a tape lacked when it was taken up again is told of only once it is there.
        #expect(
            waitUntil(seconds: 300) {
                wanted.allSatisfy { (try? bench.lake.tape(venue: $0.venue, symbol: $0.symbol))??.openHoles.isEmpty == true }
            }, "\(bench.said.last)")
        bench.stop()
        for (venue, symbol) in wanted {
            let rows = try TapeRow.recorded(bench, venue, symbol)
            #expect(try rows == TapeRow.dumped(bench, venue, symbol, like: rows))
            #expect(try bench.lake.tape(venue: venue, symbol: symbol)?.openHoles.isEmpty == true)
        }
    }
}
