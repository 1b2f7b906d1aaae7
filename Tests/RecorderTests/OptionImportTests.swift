import Archives
import Foundation
import Lake
import MarketModel
import Recorder
import TestSupport
import Testing

/// Dumps of option chains in the lake, beside what was recorded.
@Suite struct OptionImportTests {
    private let header = "instrument_name,trade_id,side,price,size,created_time"

    private func files(_ lake: String) throws -> [String: Data] {
        var result: [String: Data] = [:]
        let all = FileManager.default.enumerator(atPath: lake + "/options")?.allObjects as? [String] ?? []
        for name in all where name.hasSuffix(".parquet") {
            result[name] = try Data(contentsOf: URL(fileURLWithPath: lake + "/options/" + name))
        }
        return result
    }

    @Test func `Importing again, overlapping or in another order gives the same files`() throws {
        var random = Seeded.fresh()
        let rows = (0..<900).map { number in
            "BTC-USD-230224-\(18000 + number % 3 * 1000)-\(number % 2 == 0 ? "C" : "P"),\(number),\(number % 5 == 0 ? "buy" : "sell"),"
                + "0.0\(1 + number % 9),\(1 + number % 40),\(1_672_286_551_080 + number * 200_000)"
        }
        let folder = try Folder()
        let whole = try folder.file("whole.csv", ([header] + rows).joined(separator: "\n"))
        let parts = try (0..<3).map { part in
            try folder.file(
                "\(part).csv",
                ([header] + rows.shuffled(using: &random).prefix(part == 2 ? 900 : 400)).joined(separator: "\n"))
        }
        let family = try #require(OptionFamily("okx:BTC-USD"))
        let (one, two) = (folder.data("one"), folder.data("two"))
        let reports = try OptionImport(lake: try Lake(directory: one, create: true), family: family).run(files: [whole])
        #expect(reports.map(\.report.trades) == [900])
        for part in parts { _ = try OptionImport(lake: try Lake(directory: two, create: true), family: family).run(files: [part]) }
        let sealed = try files(one)
        #expect(try sealed.count == 3 && sealed == files(two))
        _ = try OptionImport(lake: try Lake(directory: two, create: false), family: family).run(files: parts + [whole])
        #expect(try sealed == files(two))
        let lake = try Lake(directory: two, create: false)
        #expect(try lake.optionTrades(of: family, from: 0, to: .max).count == 900)
    }

    @Test func `A dump beats what was recorded, which keeps what dumps do not say`() throws {
        let folder = try Folder()
        let lake = try Lake(directory: folder.data("lake"), create: true)
        let family = try #require(OptionFamily("okx:BTC-USD"))
        let contract = try #require(OptionContract(venue: .okxOptions, symbol: "BTC-USD-230224-18000-C"))
        let recorded = try #require(
            OptionTrade(
                contract: contract, id: "38", time: 1_672_286_551_080_000, received: 1_672_286_551_100_000, side: .sell,
                price: try FixedPoint(text: "0.046"), contracts: FixedPoint(mantissa: 2), quantity: try FixedPoint(text: "0.02"),
                index: try FixedPoint(text: "16537.2"), source: .webSocket))
        let store = try OptionStore(lake: lake)
        _ = try store.append([recorded])
        let dump = try folder.file("chain.csv", "\(header)\nBTC-USD-230224-18000-C,38,sell,0.045,2,1672286551080\n")
        // One writes at a time.
        #expect(throws: LakeError.self) { try OptionImport(lake: lake, family: family).run(files: [dump]) }
        store.close()
        _ = try OptionImport(lake: lake, family: family).run(files: [dump])
        let held = try lake.optionTrades(of: family, from: 0, to: .max)
        #expect(held.map { "\($0.price) \($0.source)" } == ["0.045 dump"])
        #expect(held[0].index == recorded.index && held[0].received == recorded.received)
    }

    @Test func `A day's dump makes that day whole, unless rows or ids lack`() throws {
        let folder = try Folder()
        let lake = try Lake(directory: folder.data("lake"), create: true)
        let family = try #require(OptionFamily("okx:BTC-USD"))
        // Midnight in Hong Kong on 2022-12-29.
        let start: Int64 = 1_672_243_200_000
        func rows(_ ids: [Int], day: Int64) -> String {
            ([header] + ids.map { "BTC-USD-230224-18000-C,\($0),sell,0.045,2,\(start + day * 86_400_000 + Int64($0) * 1000)" })
                .joined(separator: "\n")
        }
        let whole = try folder.file("BTC-USD-optionchain-trades-2022-12-29.csv", rows([1, 2, 3], day: 0))
        let lacking = try folder.file("BTC-USD-optionchain-trades-2022-12-30.csv", rows([4, 6], day: 1))
        let unclear = try folder.file("BTC-USD-optionchain-trades-2022-12-31.csv", rows([7], day: 2) + "\nnothing,1\n")
        let elsewhere = try folder.file("BTC-USD-optionchain-trades-2022-12-28.csv", rows([1, 2, 3], day: 0))
        let unnamed = try folder.file("trades-2023-01-01.csv", rows([8], day: 3))
        _ = try OptionImport(lake: lake, family: family).run(files: [whole, lacking, unclear, elsewhere, unnamed])
        let times = (start - 86_400_000) * 1000..<(start + 5 * 86_400_000) * 1000
        #expect(
            try lake.optionCoverage(of: family, .book, in: times).stretches
                == [.init((start * 1000)..<((start + 86_400_000) * 1000), isRepaired: false)])
        #expect(try lake.optionCoverage(of: family, .blocks, in: times).stretches.isEmpty)
    }
}
