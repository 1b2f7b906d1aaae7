import Foundation
import Lake
import MarketModel
import MarketService
import Recorder
import TestSupport
import Testing
import Transport
import VendorAPIs

/// OKX' statistics on a tape and open interest that a test gives, by the clock of a test.
@Suite struct OKXTests {
    private static let hour: Int64 = 3_600_000_000
    /// 2026-01-31 16:00 UTC: midnight in Hong Kong, where February begins.
    private static let february = CivilDate(epochDay: 20_484).microseconds + 16 * hour

    private let folder: Folder
    private let lake: Lake
    private let taker: TakerMarket
    private let interest: InterestMarket

    /// A trade of 7 contracts of 0.01 BTC each hour for 80 days up to ten days into February, bought and sold in turn, and the open interest of
    /// each hour.
    init() throws {
        folder = try Folder()
        lake = try Lake(directory: folder.path, create: true)
        var lines = "time,price,quantity,side,id\n"
        var readings: [OpenInterestReading] = []
        let contract = try #require(OpenInterestContract(venue: .okxPerps, symbol: "BTC-USDT-SWAP"))
        for step in Int64(0)..<1920 {
            let time = Self.february + (step - 1680) * Self.hour
            lines += "\((time + 1_800_000_000) / 1000),\(50_000 + step),7,\(step % 2 == 0 ? "buy" : "sell"),\(step + 1)\n"
            readings.append(
                OpenInterestReading(
                    contract: contract, quantity: FixedPoint(mantissa: 1000 + step, scale: 2), usd: FixedPoint(mantissa: 500_000 + step),
                    time: time))
        }
        var options = ImportOptions(venue: .okxPerps, symbol: "BTC-USDT-SWAP", contractSize: FixedPoint(mantissa: 1, scale: 2), threads: 1)
        options.force = true
        _ = try TapeImport(lake: lake, options: options).run(files: [folder.file("trades.csv", lines)])
        _ = try lake.importInterest(readings)
        let market = try MarketService(source: LakeSource(lake))
        taker = TakerMarket(lake: lake, market: market, threads: 1)
        interest = try InterestMarket(lake: lake, venues: [:])
    }

    /// What is asked for at a time.
    private func ask(_ target: String, at now: Int64) throws -> (response: Response, json: [String: Any]) {
        // A mount of its own, since its limits go by the clock of the machine.
        let router = Router([OKX.mount(lake: lake, taker: taker, interest: interest)]) { Issue.record("\($0)") }
        let response = router.respondFully(to: try Request("/api/v5/rubik/stat/" + target, time: now))
        let json = try JSONSerialization.jsonObject(with: Data(response.bodyText.utf8)) as? [String: Any]
        return (response, try #require(json, "\(response.bodyText)"))
    }

    /// The rows of an answer at a time.
    private func rows(_ target: String, at now: Int64) throws -> [[String]] {
        let (response, json) = try ask(target, at: now)
        return try #require(json["data"] as? [[String]], "\(response.bodyText)")
    }

    private static func milliseconds(_ date: String, hour: Int64 = 0) throws -> String {
        "\(try #require(CivilDate(date)).microseconds / 1000 + hour * 3_600_000)"
    }

    @Test func `Days and months begin by Hong Kong's clock or by UTC, and rows that are not over are left out`() throws {
        let now = Self.february + 10 * 24 * Self.hour + 5 * Self.hour
        let path = "taker-volume-contract?instId=BTC-USDT-SWAP&period="
        let days = try rows(path + "1D", at: now)
        #expect(days.first?[0] == (try Self.milliseconds("2026-02-09", hour: 16)))
        #expect(days.count == 80 && days.allSatisfy { $0[1] == "84" && $0[2] == "84" }, "12 trades of 7 contracts a side and day")
        #expect(try rows(path + "1Dutc", at: now).first?[0] == (try Self.milliseconds("2026-02-09")))
        #expect(try rows(path + "1D&unit=0&limit=1", at: now) == [[days[0][0], "0.84", "0.84"]])
        // December and January in Hong Kong; the first month of the tape is not whole and is told as it is.
        let months = try rows(path + "1M", at: now)
        #expect(
            try months.map { $0[0] } == [
                Self.milliseconds("2025-12-31", hour: 16), Self.milliseconds("2025-11-30", hour: 16),
                Self.milliseconds("2025-10-31", hour: 16),
            ])
        #expect(months[0][1] == "\(31 * 84)" && months[1][1] == "\(31 * 84)")
        #expect(try rows(path + "1Mutc", at: now).first?[0] == (try Self.milliseconds("2026-01-01")))
        #expect(try rows(path + "3M", at: now).map { $0[0] } == [try Self.milliseconds("2025-09-30", hour: 16)])
        // 2026-02-02 is a Monday.
        #expect(try rows(path + "1W", at: now).first?[0] == (try Self.milliseconds("2026-02-01", hour: 16)))
        #expect(try rows(path + "1Wutc", at: now).first?[0] == (try Self.milliseconds("2026-02-02")))
        #expect(try rows(path + "6H", at: now).first?[0] == (try Self.milliseconds("2026-02-10", hour: 10)))
    }

    @Test func `Open interest is what was open when a row began, in contracts, coins and USD`() throws {
        let now = Self.february + 3 * 24 * Self.hour
        let history = try rows("contracts/open-interest-history?instId=BTC-USDT-SWAP&period=1D&limit=2", at: now)
        // The reading of two days into February is the 1,728th, of 27.28 BTC.
        #expect(history.first == [try Self.milliseconds("2026-02-02", hour: 16), "2728", "27.28", "501728"])
        #expect(history.count == 2)
        let volume = try rows("contracts/open-interest-volume?ccy=BTC&period=1H", at: now)
        #expect(volume.count == 720 && volume[0][1] == "501751")
        // 0.07 BTC at 51,751.
        #expect(volume[0][2] == "3622.57")
    }

    private static func option(
        _ symbol: String, _ id: Int, _ hours: Double, _ side: TakerSide, contracts: Int64, isBlock: Bool = false
    ) throws -> OptionTrade {
        let contract = try #require(OptionContract(venue: .okxOptions, symbol: symbol))
        let count = FixedPoint(mantissa: contracts)
        let coins = try #require(count.times(FixedPoint(mantissa: 1, scale: 2), decimals: 8))
        return try #require(
            OptionTrade(
                contract: contract, space: isBlock ? .block : .book, id: "\(id)", time: february + Int64(hours * 3_600_000_000), side: side,
                price: FixedPoint(mantissa: 45, scale: 3), contracts: count, quantity: coins, isBlock: isBlock, source: .webSocket))
    }

    @Test func `Option flow is one flat array of the last window that is over, blocks apart and where they were executed`() throws {
        let (call, put) = ("BTC-USD-260327-60000-C", "BTC-USD-260327-60000-P")
        let store = try OptionStore(lake: lake)
        // The window of eight hours that ends at 00:00 UTC is from midnight to eight in Hong Kong.
        try store.append([
            Self.option(call, 1, 0, .buy, contracts: 855), Self.option(call, 2, 7.999, .sell, contracts: 6730),
            Self.option(put, 3, 1, .buy, contracts: 1605), Self.option(put, 4, 2, .sell, contracts: 1630),
            Self.option(put, 5, 3, .buy, contracts: 4070, isBlock: true),
            // Before and after it.
            Self.option(call, 6, -0.001, .buy, contracts: 99), Self.option(call, 7, 8, .buy, contracts: 99),
        ])
        let end = Self.february + 8 * Self.hour
        let path = "option/taker-block-volume?ccy=BTC"
        #expect(try ask(path, at: end + 1).json["data"] as? [String] == ["\(end / 1000)", "8.55", "67.3", "16.05", "16.3", "0", "40.7"])
        // A block that is told of a quarter of an hour later belongs to the window in which it was made.
        try store.append([Self.option(call, 8, 7.9, .sell, contracts: 12_640, isBlock: true)])
        let later = try ask(path, at: end + 15 * 60_000_000)
        #expect(later.json["data"] as? [String] == ["\(end / 1000)", "8.55", "67.3", "16.05", "16.3", "126.4", "40.7"])
        #expect(
            later.response.bodyText
                == #"{"code":"0","data":["\#(end / 1000)","8.55","67.3","16.05","16.3","126.4","40.7"],"msg":""}"#)
        let day = try ask(path + "&period=1D", at: end)
        #expect(day.json["data"] as? [String] == ["\(Self.february / 1000)", "0.99", "0", "0", "0", "0", "0"])
        #expect(try ask(path, at: end + 100 * Self.hour).json["data"] as? [String] == [])
        #expect(try ask("option/taker-block-volume?ccy=DOGE", at: end).json["code"] as? String == "51000")
        #expect(try ask("option/taker-block-volume?ccy=BTC&period=4H", at: end).json["msg"] as? String == "Parameter period error")
        #expect(try (ask("trading-data/support-coin", at: end).json["data"] as? [String: [String]])?["option"] == ["BTC"])
        store.close()
    }
}
