import Archives
import Foundation
import MarketModel
import Testing

/// Reads a file whole.
private func collected(_ path: String) throws -> (readings: [OpenInterestReading], report: OpenInterestFileReport) {
    var readings: [OpenInterestReading] = []
    let report = try OpenInterestFile(path: path).read { readings.append($0) }
    return (readings, report)
}

private func decimal(_ text: String) -> FixedPoint { (try? FixedPoint(text: text)) ?? FixedPoint(mantissa: .min) }

struct OpenInterestFileTests {
    private static let recordings = SharedData.root.appendingPathComponent("okx-open-interest").path

    @Test(.enabled(if: SharedData.exists(recordings), "needs ../shared/data"))
    func `Four days of OKX's recordings are read whole, in coins`() throws {
        var rows = 0
        var symbols: Set<String> = []
        for day in 1...4 {
            let file = try OpenInterestFile(path: Self.recordings + "/2025-09-0\(day)_okx_oi.csv.gz")
            #expect(file.format == .okxRecording)
            let (readings, report) = try collected(file.path)
            #expect(report.rejected == [:])
            #expect(report.readings == readings.count)
            rows += readings.count
            symbols.formUnion(readings.map(\.contract.symbol))
            #expect(readings.allSatisfy { $0.usd == nil && $0.contract.margin == .stable && $0.contract.quote == "USDT" })
        }
        #expect(rows == 228_044)
        #expect(symbols.count == 242)
        let first = try collected(Self.recordings + "/2025-09-01_okx_oi.csv.gz").readings.filter { $0.contract.symbol == "BTC-USDT-SWAP" }
        #expect(first.count == 237)
        #expect(first[0].time == 1_756_684_812_019_000)
        // The column's sum, each value to eight decimals.
        #expect(first.reduce(Int128(0)) { $0 + Int128($1.quantity?.rescaled(to: 8) ?? 0) } == 613_553_481_930_000)
        // 25651.6777 BTC at 108000 are 2770381191.6 USD.
        #expect(first[0].sample(price: decimal("108000"))?.value.usd == decimal("2770381191.6"))
    }

    static let header =
        "create_time,symbol,sum_open_interest,sum_open_interest_value,count_toptrader_long_short_ratio,sum_toptrader_long_short_ratio,"
        + "count_long_short_ratio,sum_taker_long_short_vol_ratio\n"

    @Test func `Binance's metrics have coins and USD, in thousands where the contract counts them`() throws {
        let folder = try TemporaryDirectory()
        let rows =
            Self.header + """
                2025-09-01 00:05:00,BTCUSDT,80000.123,8640013284.00000000,1.1,1.2,1.3,0.9\r
                2025-09-01 00:10:00,1000PEPEUSDT,5000,50.5,1,1,1,1

                2025-09-01 00:10:00,ETHUSDT_250926,7,31500,,,,
                """
        for path in [try folder.file("m.csv", rows), try folder.file("m.csv.gz", Packing.gzip(rows))] {
            #expect(try OpenInterestFile(path: path).format == .binanceMetrics)
            let (readings, report) = try collected(path)
            #expect(report == OpenInterestFileReport(readings: 3))
            #expect(
                readings[0].contract
                    == OpenInterestContract(venue: .binanceFutures, symbol: "BTCUSDT", coin: "BTC", quote: "USDT", margin: .stable))
            #expect(readings[0].quantity == decimal("80000.123"))
            #expect(readings[0].usd == decimal("8640013284"))
            // 2025-09-01T00:05:00Z
            #expect(readings[0].time == 1_756_685_100_000_000)
            #expect(readings[1].contract.coin == "PEPE")
            #expect(readings[1].quantity == decimal("5000000"))
            #expect(readings[2].contract.coin == "ETH")
        }
    }

    @Test func `Metrics of COIN-M have contracts and coins`() throws {
        let folder = try TemporaryDirectory()
        let path = try folder.file(
            "m.csv", Self.header + "2025-09-01 00:05:00,BTCUSD_PERP,12000,11.1,,,,\n2025-09-01 00:05:00,ETHUSD_250926,500,1.25,,,,\n")
        let readings = try collected(path).readings
        // 12000 contracts of 100 USD, 500 of 10
        #expect(readings.map(\.usd) == [decimal("1200000"), decimal("5000")])
        #expect(readings.map(\.quantity) == [decimal("11.1"), decimal("1.25")])
        #expect(readings.map(\.contract.margin) == [.coin, .coin])
        #expect(readings.allSatisfy { $0.contract.venue == .binanceCoinFutures })
    }

    @Test func `A dropped file of CME has contracts of 5 and of 0.1 bitcoin, and a settlement or none`() throws {
        let folder = try TemporaryDirectory()
        let path = try folder.file(
            "cme.csv",
            "\u{feff}Date,Product,Open_Interest,Settle\n2025-09-02,BTC,27000,110000\n2025-09-02, mbt ,30000,\n2025-09-02,ES,1,1\n2025-13-02,BTC,1,1\n"
        )
        let (readings, report) = try collected(path)
        // 27000 × 5 = 135000 BTC × 110000
        #expect(readings.map(\.quantity) == [decimal("135000"), decimal("3000")])
        #expect(readings.map(\.usd) == [decimal("14850000000"), nil])
        #expect(readings[1].sample(price: decimal("110000"))?.value.usd == decimal("330000000"))
        #expect(readings[1].sample() == nil)
        #expect(readings.allSatisfy { $0.time == 1_756_850_400_000_000 })
        #expect(report.rejected == ["no contract that is known": 1, "a time that makes no sense": 1])
        #expect(report.firstRejected == 4)
        let bare = try folder.file("bare.csv", "date,product,open_interest\n2025-09-02,BTC,1\n")
        #expect(try collected(bare).readings.first?.usd == nil)
    }

    @Test(arguments: [
        ("NaN", "a figure that is no number of up to 18 digits"), ("-1", "a figure below zero"),
        ("1e308", "a figure that is no number of up to 18 digits"),
        ("", "no figure"), ("inf", "a figure that is no number of up to 18 digits"),
        ("1 000", "a figure that is no number of up to 18 digits"),
    ])
    func `Figures that make no sense are counted by their reason`(figure: String, reason: String) throws {
        let folder = try TemporaryDirectory()
        let path = try folder.file(
            "o.csv",
            "datetime_utc,symbol,oi_value,timestamp_ms\nx,BTC-USDT-SWAP,\(figure),1756684812019\nx,ETH-USDT-SWAP,2.0,1756684812019\n")
        let (readings, report) = try collected(path)
        #expect(readings.map(\.contract.coin) == ["ETH"])
        #expect(report.rejected == [reason: 1])
        #expect(report.firstRejected == 2)
    }

    @Test func `What is no file of open interest is refused in a line`() throws {
        let folder = try TemporaryDirectory()
        for text in ["a,b,c\n1,2,3\n", "symbol,oi_value\nx,1\n", String(repeating: "x", count: 100_000)] {
            let path = try folder.file("x.csv", text)
            #expect(throws: ArchiveError.self) { try OpenInterestFile(path: path) }
        }
        #expect(throws: ArchiveError.self) { try OpenInterestFile(path: folder.path + "/none.csv") }
        // A row that never ends is no row.
        let long = try folder.file("long.csv", "date,product,open_interest\n" + String(repeating: "9", count: 9000))
        #expect(throws: ArchiveError.self) { try collected(long) }
    }
}
