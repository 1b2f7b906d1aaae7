import Foundation
import Lake
import MarketModel
import Recorder
import TestSupport
import Testing

@Suite struct RealFileTests {
    static let data = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../shared/data").standardized.path

    static func files(_ folder: String) -> [String]? {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: data + "/" + folder) else {
            print("skipped: \(data)/\(folder) is not there")
            return nil
        }
        return names.sorted().map { "\(data)/\(folder)/\($0)" }
    }

    @Test func `The real COIN-M day has 105,280 rows and no hole`() throws {
        guard let files = Self.files("binance-coinm-aggtrades") else { return }
        let folder = try Folder()
        let report = try importFiles(files, into: folder.data("d"), venue: .binanceCoinFutures, symbol: "BTCUSD_PERP")
        #expect(report.rows == 105_280 && report.added == 105_280 && report.holes.isEmpty && report.missingIDs == 0)
        #expect(report.duplicates == 0 && report.rejected == 0 && report.zero == 0 && report.outOfOrder == 0)
        let lake = try Lake(directory: folder.data("d"), create: false)
        let tape = try #require(try lake.tape(venue: .binanceCoinFutures, symbol: "BTCUSD_PERP"))
        #expect(tape.rows == 105_280 && tape.days.count == 1)
        #expect(tape.days[0].contractSize == FixedPoint(mantissa: 100))
        let newest = try lake.newest(tape, count: 200_000)
        #expect(newest.count == 105_280)
        let buys = (0..<newest.count).filter { newest.side[$0] == 1 }.reduce(0) { $0 + newest.quantity[$1] }
        #expect(tape.scales.quantity == 0 && buys == 2_589_631 && newest.quantity.reduce(0, +) == 4_919_071)
        #expect(try lake.newest(tape, count: 7).id == Array(newest.id.suffix(7)))
        #expect(try findings(folder.data("d")).isEmpty)
    }

    @Test func `The real LTCUSDT files have 23 holes and 311 missing ids in any order, and second versions add what is new`() throws {
        guard let files = Self.files("binance-spot-ltcusdt") else { return }
        var random = Seeded.fresh()
        let folder = try Folder()
        let base = files.filter { URL(filePath: $0).lastPathComponent.hasPrefix("LTC") }
        let second = files.filter { !base.contains($0) }
        let first = try importFiles(base, into: folder.data("a"), symbol: "LTCUSDT")
        #expect(base.count == 12 && first.rows == 149_766 && first.holes.count == 23 && first.missingIDs == 311)
        for (index, file) in base.shuffled(using: &random).enumerated() {
            let report = try importFiles([file], into: folder.data("b"), symbol: "LTCUSDT")
            if index == base.count - 1 { #expect(report.holes.count == 23 && report.missingIDs == 311) }
        }
        #expect(try tapeFiles(folder.data("a")) == tapeFiles(folder.data("b")))
        let again = try importFiles(second, into: folder.data("a"), symbol: "LTCUSDT")
        #expect(again.rows == 18_707 && again.added == 2997)
        #expect(again.holes.count == 26 && again.missingIDs == 25_595)
        try importFiles(files.shuffled(using: &random), into: folder.data("c"), symbol: "LTCUSDT")
        #expect(try tapeFiles(folder.data("a")) == tapeFiles(folder.data("c")))
        #expect(try findings(folder.data("a")).isEmpty && findings(folder.data("b")).isEmpty)
        // All fourteen hold 152,763 different ids in 168,473 rows.
        let all = try importFiles(files, into: folder.data("e"), symbol: "LTCUSDT")
        #expect(all.rows == 168_473 && all.added == 152_763 && all.duplicates == 168_473 - 152_763)
    }
}
