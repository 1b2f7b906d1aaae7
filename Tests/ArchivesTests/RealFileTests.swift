import Archives
import Foundation
import MarketModel
import TapeSequencer
import Testing

/// The venues' own files, where they are at hand.
enum SharedData {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("shared/data")
    static let coinM = root.appendingPathComponent("binance-coinm-aggtrades/BTCUSD_PERP-aggTrades-2026-05-08.zip").path
    static let litecoin = root.appendingPathComponent("binance-spot-ltcusdt").path
    static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
}

struct RealFileTests {
    @Test(.enabled(if: SharedData.exists(SharedData.coinM), "needs ../shared/data"), arguments: [1, 2, 3])
    func `The COIN-M day gives the published totals`(threads: Int) throws {
        let day = try Collected(SharedData.coinM, venue: .binanceCoinFutures, threads: threads)
        #expect(day.format == "Binance aggTrades CSV, header, ms, in zip")
        #expect(day.report.rows == 105_280)
        #expect(day.trades.count == 105_280)
        #expect(day.report.rejected == 0)
        #expect(day.report.scan.holeCount == 0)
        #expect(day.report.scan.isStrictlyAscending)
        #expect(day.trades.reduce(0) { $0 + Int($1.fills) } == 240_198)
        #expect(day.scales == Scales(price: 1, quantity: 0))
        #expect(day.trades.reduce(0) { $0 + $1.quantity } == 4_919_071)
        #expect(day.trades.reduce(0) { $0 + ($1.side == .buy ? $1.quantity : 0) } == 2_589_631)
        #expect(day.trades.map(\.price).min() == 791_409)
        #expect(day.trades.map(\.price).max() == 804_924)
    }

    @Test(.enabled(if: SharedData.exists(SharedData.litecoin), "needs ../shared/data"))
    func `The recorded LTCUSDT files are recognised and hold their known holes`() throws {
        var ids: Set<Int64> = []
        var rows = 0
        for name in try FileManager.default.contentsOfDirectory(atPath: SharedData.litecoin).sorted() where name.hasPrefix("LTC") {
            let part = try Collected(SharedData.litecoin + "/" + name)
            #expect(part.format == "trades CSV, header, ms, in gzip")
            #expect(part.report.rejected == 0)
            #expect(part.trades.allSatisfy { $0.side != .unknown })
            rows += part.trades.count
            ids.formUnion(part.trades.map(\.id.integer))
        }
        #expect(rows == 149_766)
        let sorted = ids.sorted()
        let steps = zip(sorted, sorted.dropFirst()).map { $1 - $0 }
        #expect(steps.count { $0 > 1 } == 23)
        #expect(steps.reduce(0) { $0 + $1 - 1 } == 311)
    }
}
