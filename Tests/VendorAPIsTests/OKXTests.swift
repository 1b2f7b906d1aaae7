import Access
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
        let router = Router([OKX.mount(options: OptionMarket(lake: lake), taker: taker, interest: interest)]) { Issue.record("\($0)") }
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

    /// What is open of some options in a round that ends at a time, in hundredths of a coin.
    private static func round(_ time: Int64, _ open: [(symbol: String, coins: Int64)], venue: Venue = .okxOptions) throws -> InterestSweep {
        InterestSweep(
            venue: venue, time: time,
            samples: try open.map { symbol, coins in
                let option = try #require(OptionContract(venue: venue, symbol: symbol))
                return OpenInterestSample(
                    contract: OpenInterestContract(option),
                    value: OpenInterest(quantity: FixedPoint(mantissa: coins, scale: 2), usd: FixedPoint(mantissa: coins * 600)), time: time
                )
            })
    }

    @Test func `Open interest of options is that of the last round before a window's end, by window, expiry and strike`() throws {
        let (call, put, far) = ("BTC-USD-260327-60000-C", "BTC-USD-260327-60000-P", "BTC-USD-260626-100000-P")
        let end = Self.february + 8 * Self.hour
        let store = try OptionStore(lake: lake)
        try store.append([
            Self.option(call, 1, 1, .buy, contracts: 300), Self.option(put, 2, 2, .sell, contracts: 100),
            Self.option(far, 3, 7, .sell, contracts: 100, isBlock: true), Self.option(call, 4, -1, .buy, contracts: 50),
        ])
        let rounds = try InterestStore(lake: lake)
        try rounds.append([
            Self.round(end - 16 * Self.hour - 1, [(call, 100)]),
            // Too long before its end.
            Self.round(end - 8 * Self.hour - 20 * 60_000_000, [(call, 700)]),
            Self.round(end - 600_000_000, [(call, 1), (put, 1)]),
            Self.round(end - 1, [(call, 500), (put, 250), (far, 150), ("ETH-USD-260327-3000-C", 999)]),
            // After it.
            Self.round(end + 1, [(call, 9)]),
        ])
        let now = end + 60_000_000
        let path = "option/open-interest-volume"
        #expect(try rows(path + "?ccy=BTC", at: now) == [["\(end / 1000)", "9", "5"], ["\((end - 16 * Self.hour) / 1000)", "1", "0"]])
        #expect(
            try rows(path + "-ratio?ccy=BTC", at: now)
                == [["\(end / 1000)", "1.25", "1.5"], ["\((end - 16 * Self.hour) / 1000)", "", ""]])
        #expect(
            try rows(path + "-expiry?ccy=BTC", at: now) == [
                ["\(end / 1000)", "20260327", "5", "2.5", "3", "1"], ["\(end / 1000)", "20260626", "0", "1.5", "0", "1"],
            ])
        #expect(try rows(path + "-strike?ccy=BTC&expTime=20260327", at: now) == [["\(end / 1000)", "60000", "5", "2.5", "3", "1"]])
        #expect(try rows(path + "-strike?ccy=BTC&expTime=20260328", at: now) == [])
        for (target, code, message) in [
            (path + "-strike?ccy=BTC", "50014", "Parameter expTime can not be empty."),
            (path + "-strike?ccy=BTC&expTime=2026-03-27", "51000", "Parameter expTime error"),
            (path + "-strike?ccy=BTC&expTime=20260230", "51000", "Parameter expTime error"),
            (path + "?ccy=DOGE", "51000", "Parameter ccy error"), (path + "-ratio?ccy=BTC&period=5m", "51000", "Parameter period error"),
            (path + "-expiry", "50014", "Parameter ccy can not be empty."),
        ] {
            let json = try ask(target, at: now).json
            #expect(json["code"] as? String == code && json["msg"] as? String == message, "\(target)")
        }
        // The day ends at 16:00 UTC: in the hour in which February begins in Hong Kong nothing was told.
        #expect(try rows(path + "?ccy=BTC&period=1D", at: now) == [])
        // Another exchange is counted where it is wanted, and a window of which it did not tell is not known then.
        try rounds.append([Self.round(end - 2, [("BTC-27MAR26-60000-C", 100)], venue: .deribitOptions)])
        try store.append([Self.deribit("BTC-27MAR26-60000-C", at: Self.february + Self.hour)])
        let both = Router([
            OKX.mount(options: OptionMarket(lake: lake), taker: taker, interest: interest, exchanges: ["OKX", "Deribit"])
        ]) { Issue.record("\($0)") }
        let response = both.respondFully(to: try Request("/api/v5/rubik/stat/" + path + "?ccy=BTC", time: now))
        #expect(response.bodyText == #"{"code":"0","data":[["\#(end / 1000)","10","7"]],"msg":""}"#)
        store.close()
        rounds.close()
    }

    private static func deribit(_ symbol: String, at time: Int64) throws -> OptionTrade {
        let contract = try #require(OptionContract(venue: .deribitOptions, symbol: symbol))
        let coins = FixedPoint(mantissa: 2)
        return try #require(
            OptionTrade(
                contract: contract, id: "1", time: time, side: .buy, price: FixedPoint(mantissa: 45, scale: 3), contracts: coins,
                quantity: coins, source: .rest))
    }

    @Test func `The native API says of every window whether trades may lack, and when`() throws {
        let symbol = "BTC-USD-260327-60000-C"
        let family = try #require(OptionFamily("okx:BTC-USD"))
        let store = try OptionStore(lake: lake)
        try store.append([
            Self.option(symbol, 1, -10, .buy, contracts: 100), Self.option(symbol, 3, -1, .sell, contracts: 200),
            Self.option(symbol, 4, 7, .buy, contracts: 300),
        ])
        let (start, end) = (Self.february - 16 * Self.hour, Self.february + 8 * Self.hour)
        let hole = (Self.february - 3 * Self.hour)..<(Self.february - 2 * Self.hour)
        try store.take([
            .whole(family, .book, start..<end, isRepaired: false), .whole(family, .blocks, start..<end, isRepaired: false),
            .lacking(family, .book, (Self.february - 10 * Self.hour)..<(Self.february - 9 * Self.hour)),
            .whole(family, .book, (Self.february - 10 * Self.hour)..<(Self.february - 9 * Self.hour), isRepaired: true),
            .lacking(family, .book, hole),
        ])
        let market = LiveMarket(lake: lake) { Issue.record("\($0)") }
        let live = NativeLive(market: market)
        defer {
            live.stop()
            market.stop()
        }
        let gate = KeyGate(
            vendor: "millrace", header: "authorization", scheme: "Bearer",
            access: try AccessControl(store: KeyStore(path: lake.directory + "/keys.sqlite")),
            isOpenWithoutKeys: true)
        let router = Router([
            Native.mount(
                lake: lake, live: live, options: OptionMarket(lake: lake), interest: try InterestMarket(lake: lake, venues: [:]),
                statistics: OptionStatisticTable([]), gate: gate)
        ]) { Issue.record("\($0)") }
        func flow(_ query: String) throws -> [String: Any] {
            let response = router.respondFully(to: try Request("/v1/options/flow?" + query, time: end + 1))
            return try #require(JSONSerialization.jsonObject(with: Data(response.bodyText.utf8)) as? [String: Any])
        }
        let answer = try flow("coin=btc&limit=4")
        let rows = try #require(answer["rows"] as? [[String: Any]])
        #expect(rows.map { $0["end"] as? Int64 } == [-16, -8, 0, 8].map { Self.february + $0 * Self.hour })
        #expect(rows.map { $0["quality"] as? String } == ["gap", "repaired", "gap", "complete"])
        #expect(rows.map { ($0["gaps"] as? [Any])?.count } == [2, 0, 1, 0])
        let gap = try #require((rows[2]["gaps"] as? [[String: Any]])?.first)
        #expect(gap["from"] as? Int64 == hole.lowerBound && gap["to"] as? Int64 == hole.upperBound && gap["trades"] as? String == "book")
        #expect(gap["venue"] as? String == "okx-options" && gap["family"] as? String == "BTC-USD")
        #expect(rows[3]["call_buy"] as? Double == 3 && rows[3]["trades"] as? Int == 1 && rows[3]["call_open_interest"] is NSNull)
        #expect((try flow("coin=DOGE")["error"] as? [String: Any])?["status"] as? Int == 404)
        #expect((try flow("")["error"] as? [String: Any])?["status"] as? Int == 400)
        store.close()
    }
}
