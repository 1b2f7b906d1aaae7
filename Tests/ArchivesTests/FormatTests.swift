import Archives
import MarketModel
import TapeSequencer
import Testing

/// Each format in a few rows, as the venue writes it.
struct FormatTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    func read(_ text: String, _ venue: Venue = .binanceFutures, _ options: ArchiveOptions = ArchiveOptions()) throws -> Collected {
        try Collected(directory.file("any-name", text), venue: venue, options: options)
    }

    static let futures = """
        agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker
        5933014,27100.5,0.010,9100,9102,1672531200123,true
        5933015,27100.6,1.5,9103,9103,1672531200123,false

        """

    @Test func `Binance futures aggTrades with a header`() throws {
        let file = try read(FormatTests.futures)
        #expect(file.format == "Binance aggTrades CSV, header, ms")
        #expect(file.scales == Scales(price: 1, quantity: 2))
        #expect(
            file.trades == [
                Trade(id: TradeID(5_933_014), time: 1_672_531_200_123_000, price: 271_005, quantity: 1, side: .sell, fills: 3),
                Trade(id: TradeID(5_933_015), time: 1_672_531_200_123_000, price: 271_006, quantity: 150, side: .buy, fills: 1),
            ])
    }

    @Test func `Binance spot aggTrades without a header, in microseconds, with capital booleans`() throws {
        let file = try read(
            """
            3358392210,93548.81000000,0.00012000,4326834223,4326834225,1735689600123456,True,True
            3358392211,93548.80000000,1.00000000,4326834226,4326834226,1735689600123999,False,True
            3358392212,93548.80000000,12.50000000,4326834227,4326834227,1735689600124000,False,False

            """, .binanceSpot)
        #expect(file.format == "Binance aggTrades CSV, no header, µs")
        #expect(file.scales == Scales(price: 2, quantity: 5))
        #expect(file.trades.map(\.time) == [1_735_689_600_123_456, 1_735_689_600_123_999, 1_735_689_600_124_000])
        #expect(file.trades.map(\.price) == [9_354_881, 9_354_880, 9_354_880])
        #expect(file.trades.map(\.quantity) == [12, 100_000, 1_250_000])
        #expect(file.trades.map(\.side) == [.sell, .buy, .buy])
        #expect(file.trades.map(\.fills) == [3, 1, 1])
        #expect(file.report.scan.holeCount == 0)
    }

    @Test func `Line ends of any kind, no last line end, a byte order mark, and headers in the middle`() throws {
        let rows = FormatTests.futures.split(separator: "\n").map { String($0) }
        let expected = try read(FormatTests.futures).trades
        let texts: [String] = [
            rows.joined(separator: "\r\n") + "\r\n", rows.joined(separator: "\n"), rows.joined(separator: "\r\n"),
            "\u{feff}" + rows.joined(separator: "\n"), [rows[0], rows[1], rows[0], rows[2]].joined(separator: "\n"),
            [rows[0], "", rows[1], "", rows[2], ""].joined(separator: "\n"),
            rows.dropFirst().joined(separator: "\n"), "\u{feff}" + rows.dropFirst().joined(separator: "\n"),
            [rows[1], rows[0], rows[2]].joined(separator: "\n"),
        ]
        for text in texts {
            let file = try read(text)
            #expect(file.trades == expected)
            #expect(file.report.rejected == 0)
        }
    }

    @Test func `A file may change from milliseconds to microseconds`() throws {
        let file = try read(
            "1,10,1,1,1,1735689599999,true,true\n2,10,1,2,2,1735689600000001,true,true\n3,10,1,3,3,1735689600001,true,true\n",
            .binanceSpot)
        #expect(file.trades.map(\.time) == [1_735_689_599_999_000, 1_735_689_600_000_001, 1_735_689_600_001_000])
    }

    @Test func `Binance trades of all three markets`() throws {
        let spot = try read("77,10.50,2.00,21.00,1735689600123456,False,True\n78,10.5,3,31.5,1735689600123457,True,True\n", .binanceSpot)
        #expect(spot.format == "Binance trades CSV, no header, µs")
        #expect(spot.trades.map(\.side) == [.buy, .sell])
        #expect(spot.trades.map(\.quantity) == [2, 3])
        let linear = try read("id,price,qty,quote_qty,time,is_buyer_maker\n9,27000.1,0.5,13500.05,1672531200000,true\n")
        #expect(linear.format == "Binance trades CSV, header, ms")
        #expect(linear.trades.map(\.side) == [.sell])
        let coin = try read(
            "id,price,qty,base_qty,time,is_buyer_maker\n9,27000.1,5,0.0185,1672531200000,false\n", .binanceCoinFutures)
        #expect(coin.format == "Binance COIN-M trades CSV, header, ms")
        #expect(coin.trades.map(\.quantity) == [5])
    }

    @Test func `Bybit derivatives with fractional and scientific seconds`() throws {
        let file = try read(
            """
            timestamp,symbol,side,size,price,tickDirection,trdMatchID,grossValue,homeNotional,foreignNotional
            1585180700.0647,BTCUSD,Buy,2,6698.5,ZeroPlusTick,0c4dc7a4-6bb5-5e0c-bfaa-0a8d1b8a7d5f,29857.0,2,0.00029857
            1.5851807e+09,BTCUSD,Sell,10,6698,MinusTick,ffffffff-6bb5-5e0c-bfaa-0a8d1b8a7d5f,1,10,1
            1585180700.123456,BTCUSD,Sell,10,6698,MinusTick,00000000-0000-0000-0000-000000000001,1,10,1

            """, .bybitInverse)
        #expect(file.format == "Bybit trades CSV, header, s")
        #expect(file.trades.map(\.time) == [1_585_180_700_064_700, 1_585_180_700_000_000, 1_585_180_700_123_456])
        #expect(file.trades.map(\.side) == [.buy, .sell, .sell])
        #expect(file.trades[0].id == TradeID(high: 0x0c4d_c7a4_6bb5_5e0c, low: 0xbfaa_0a8d_1b8a_7d5f))
        #expect(file.trades[2].id == TradeID(high: 0, low: 1))
        #expect(file.report.scan.outOfOrder == 1)
    }

    @Test func `Bybit spot, whose ids begin again each day`() throws {
        let file = try read(
            "id,timestamp,price,volume,side,rpi\n1,1672531200123,16541.77,0.5,buy,0\n2,1672531200124,16541.7,1,sell,1\n", .bybitSpot)
        #expect(file.format == "Bybit spot trades CSV, header, ms")
        #expect(file.trades.map(\.id) == [TradeID(0), TradeID(0)])
        #expect(file.trades.map(\.side) == [.buy, .sell])
    }

    @Test func `OKX trades, new and bilingual`() throws {
        let new = try read(
            "instrument_name,trade_id,side,price,size,created_time,source\nBTC-USDT-SWAP,7,buy,60000.1,12,1704038400001,0\n", .okxPerps)
        #expect(new.format == "OKX trades CSV, header, ms")
        #expect(new.trades == [Trade(id: TradeID(7), time: 1_704_038_400_001_000, price: 600_001, quantity: 12, side: .buy)])
        let old = try read("trade_id/撮合id,side/交易方向,size/数量,price/价格,created_time/成交时间\n7,SELL,12,60000.1,1634227200001\n", .okxPerps)
        #expect(old.trades == [Trade(id: TradeID(7), time: 1_634_227_200_001_000, price: 600_001, quantity: 12, side: .sell)])
    }

    @Test func `A file of several instruments gives the one asked for`() throws {
        let text = """
            instrument_name,trade_id,side,price,size,created_time
            BTC-USD-230224-18000-C,1,buy,0.045,2,1672286551080
            BTC-USD-230224-19000-C,1,sell,0.03,1,1672286551081
            BTC-USD-230224-18000-C,2,sell,0.044,3,1672286551082

            """
        var options = ArchiveOptions(symbol: "btc-usd-230224-18000-c")
        let file = try read(text, .okxOptions, options)
        #expect(file.trades.map(\.quantity) == [2, 3])
        #expect(file.report.otherSymbols == 1)
        #expect(throws: ArchiveError.self) { _ = try read(text, .okxOptions) }
        options.symbol = "ETH-USD-230224-1800-C"
        #expect(throws: ArchiveError.self) { _ = try read(text, .okxOptions, options) }
    }

    @Test func `tardis trades`() throws {
        let text = """
            exchange,symbol,timestamp,local_timestamp,id,side,price,amount
            binance-futures,BTCUSDT,1585699200102000,1585699200110481,30402421,sell,6395.21,0.116
            binance-futures,BTCUSDT,1585699200206000,1585699200214981,30402422,unknown,6395.22,1.5

            """
        let file = try read(text)
        #expect(file.format == "tardis trades CSV, header, µs")
        #expect(file.trades.map(\.side) == [.sell, .unknown])
        #expect(file.trades.map(\.id.integer) == [30_402_421, 30_402_422])
        let uuids = try read(
            "exchange,symbol,timestamp,local_timestamp,id,side,price,amount\n"
                + "bitmex,XBTUSD,1585699200102000,1585699200110481,0c4dc7a4-6bb5-5e0c-bfaa-0a8d1b8a7d5f,buy,6395.5,100\n",
            try #require(Venue("bitmex")))
        #expect(uuids.trades[0].id.high == 0x0c4d_c7a4_6bb5_5e0c)
    }

    @Test func `Any CSV by the user's columns, by name or by number`() throws {
        var options = ArchiveOptions()
        options.columns = try ColumnMapping("timestamp=When, price=3,quantity=vol,side=maker_flag,id=5")
        let named = try read("x;when;p;vol;n;maker_flag\na;2024-01-01T00:00:00.5Z;1.25;3;9;true\n", .binanceSpot, options)
        #expect(named.format == "trades (--columns) CSV, header, ISO 8601")
        #expect(named.trades == [Trade(id: TradeID(9), time: 1_704_067_200_500_000, price: 125, quantity: 3, side: .sell)])
        options.columns = try ColumnMapping("timestamp=1,price=2,quantity=3")
        let bare = try read("1704067200.25,100,2\n1704067201,101,3\n", .binanceSpot, options)
        #expect(bare.trades.map(\.time) == [1_704_067_200_250_000, 1_704_067_201_000_000])
        #expect(bare.trades.map(\.side) == [.unknown, .unknown])
    }

    @Test(arguments: [
        "price=1,quantity=2", "timestamp=1,price=2,quantity=3,colour=4", "timestamp=1,timestamp=2,price=2,quantity=3", "timestamp", "",
        "timestamp=,price=2,quantity=3",
    ])
    func `A mapping that makes no sense says how to write it`(text: String) {
        let error = #expect(throws: ArchiveError.self) { _ = try ColumnMapping(text) }
        #expect(error?.description.contains("timestamp=…") == true)
    }

    @Test func `What is ambiguous or unknown points to --columns`() throws {
        for text in [
            "time,timestamp,price,qty\n1704067200000,1704067200000,1,1\n", "when,what,how\n1704067200000,1,1\n", "1704067200000,1,1\n",
            "price,qty\n1,1\n", "timestamp,price,qty,id\n1704067200000,1,1,abc\n",
        ] {
            let error = #expect(throws: ArchiveError.self) { _ = try read(text) }
            #expect(error?.description.contains("--columns") == true, "\(text)")
        }
        var options = ArchiveOptions()
        options.columns = try ColumnMapping("timestamp=nowhere,price=2,quantity=9")
        #expect(throws: ArchiveError.self) { _ = try read("timestamp,price,qty\n1704067200000,1,1\n", .binanceSpot, options) }
    }

    @Test func `The taker's side is read by its words and by what its column says`() throws {
        for (word, side) in [
            ("buy", TakerSide.buy), ("BUY", .buy), ("b", .buy), ("Bid", .buy), ("s", .sell), ("Ask", .sell), ("", .unknown),
            ("unknown", .unknown),
            ("1", .buy), ("0", .sell), ("true", .buy),
        ] {
            #expect(try read("timestamp,price,qty,side\n1704067200000,1,1,\(word)\n").trades.map(\.side) == [side], "\(word)")
        }
        for (word, side) in [("true", TakerSide.sell), ("FALSE", .buy), ("1", .sell), ("0", .buy), ("t", .sell)] {
            #expect(try read("timestamp,price,qty,is_buyer_maker\n1704067200000,1,1,\(word)\n").trades.map(\.side) == [side], "\(word)")
        }
    }
}
