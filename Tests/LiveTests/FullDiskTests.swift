import ExchangeSimulator
import Foundation
import Lake
import MarketModel
import Recorder
import TestSupport
import Testing

/// A disk that takes nothing for so long that trades are dropped.
struct FullDiskTests {
    @Test(.enabled(if: SmallDisk.canBeMounted))
    func `Trades beyond what may wait for a full disk are dropped, said, and asked for again when there is room`() throws {
        let disk = try SmallDisk(size: "6m")
        defer { _ = disk }
        let wanted: [(venue: Venue, symbol: String)] = [(.binanceSpot, "BTCUSDT"), (.okxPerps, "BTC-USDT-SWAP")]
        let bench = try LiveBench(market: LiveBench.market(seed: 21), lake: disk.path + "/lake")
        try bench.record(wanted, options: { $0.waitingRows = 100 })
        #expect(waitUntil(seconds: 300) { wanted.allSatisfy { bench.capture.look($0.venue, \.rows.count) > 100 } })

        try disk.fill()
        #expect(
            waitUntil(seconds: 300) {
                wanted.allSatisfy { one in bench.said.contains { $0.contains("trades of \(one.symbol) are dropped") } }
            }, "\(bench.said.last)")
        // As many again are lost meanwhile.
        usleep(3_000_000)
        #expect(bench.recorders.allSatisfy { $0.problem != nil })
        try disk.makeRoom()
        #expect(
            waitUntil(seconds: 300) {
                wanted.allSatisfy { one in bench.said.contains { $0.contains("trades of \(one.symbol) were dropped") } }
            }, "\(bench.said.last)")
        let counts = wanted.map { bench.capture.look($0.venue, \.rows.count) }
        #expect(
            waitUntil(seconds: 300) {
                zip(wanted, counts).allSatisfy { one, count in
                    bench.capture.look(one.venue, \.rows.count) > count + 300 && !bench.capture.progress(one.venue).isAsking
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
