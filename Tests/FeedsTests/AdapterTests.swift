import Feeds
import MarketModel
import Testing

/// What an adapter makes of frames written by hand.
final class Read {
    var parser: FrameParser

    init(_ adapter: any FeedAdapter) { parser = FrameParser(adapter: adapter) }

    func frame(_ text: String) -> Frame {
        let bytes = Array(text.utf8)
        return bytes.withUnsafeBytes { parser.parse($0) }
    }
}

struct BinanceAdapterTests {
    let read = Read(BinanceFeed(.spot))

    @Test func `The documented aggregate is read raw and wrapped, in milliseconds and microseconds`() {
        let row =
            #"{"e":"aggTrade","E":1672515782136,"s":"BNBBTC","a":12345,"p":"0.001","q":"100","f":100,"l":105,"T":1672515782136,"m":true,"M":true}"#
        let expected = FeedTrade(
            symbol: "BNBBTC", id: TradeID(12345), time: 1_672_515_782_136_000, price: FixedPoint(mantissa: 1, scale: 3),
            quantity: FixedPoint(mantissa: 100), side: .sell, fills: 6)
        #expect(read.frame(row) == .trades)
        #expect(read.parser.trades == [expected])
        #expect(read.frame(#"{"stream":"bnbbtc@aggTrade","data":\#(row)}"#) == .trades)
        #expect(read.parser.trades == [expected])
        #expect(read.frame(row.replacing("1672515782136", with: "1672515782136000")) == .trades)
        #expect(read.parser.trades == [expected])
        #expect(read.parser.counts.trades == 3)
    }

    @Test func `An aggregate that was taken back counts as present and is no trade`() {
        _ = read.frame(#"{"e":"aggTrade","s":"BTCUSDT","a":7,"p":"0","q":"0","f":-1,"l":-1,"T":1672515782136,"m":false}"#)
        #expect(read.parser.trades.map(\.isTrade) == [false])
        #expect(read.parser.trades.map(\.fills) == [1])
        #expect(read.parser.counts.faultyRows == 0)
    }

    @Test(arguments: [("MARKET", true), ("RPI", true), ("INSURANCE_FUND", false), ("ADL", false), ("NA", false)])
    func `Only prints of the book are trades`(sort: String, isTrade: Bool) {
        _ = read.frame(#"{"e":"trade","s":"BTCUSDT","t":7,"p":"1","q":"2","X":"\#(sort)","T":1672515782136,"m":false}"#)
        #expect(read.parser.trades.map(\.isTrade) == [isTrade])
    }

    @Test(arguments: [
        #"{"e":"aggTrade"}"#,
        #"{"e":"aggTrade","s":"BTCUSDT","a":7,"p":"x","q":"1","f":1,"l":1,"T":1672515782136,"m":false}"#,
        #"{"e":"aggTrade","s":"BTCUSDT","a":7,"p":"-1","q":"1","f":1,"l":1,"T":1672515782136,"m":false}"#,
        #"{"e":"aggTrade","s":"BTCUSDT","a":7,"p":"1","q":"1","f":1,"l":1,"T":16725,"m":false}"#,
        #"{"e":"aggTrade","s":"BTCUSDT","a":7,"p":"1","q":"1","f":1,"l":1,"T":1672515782136,"m":"false"}"#,
        #"{"e":"aggTrade","s":"BTCUSDT","a":"7x","p":"1","q":"1","f":1,"l":1,"T":1672515782136,"m":false}"#,
        #"{"e":"aggTrade","s":7,"a":7,"p":"1","q":"1","f":1,"l":1,"T":1672515782136,"m":false}"#,
        #"{"e":"aggTrade","s":"BTCUSDT","a":7,"p":{"p":"1"},"q":["1"],"f":1,"l":1,"T":1672515782136,"m":false}"#,
    ])
    func `A row that cannot be understood is counted and shown`(text: String) {
        #expect(read.frame(text) == .trades)
        #expect(read.parser.trades.isEmpty)
        #expect(read.parser.counts.faultyRows == 1)
        #expect(read.parser.counts.lastFault == text)
    }

    @Test func `Numbers at the ends of their ranges do not trap`() {
        let row = { (f: String, l: String) in
            #"{"e":"aggTrade","s":"A","a":9223372036854775807,"p":"1","q":"1","f":\#(f),"l":\#(l),"T":1672515782136,"m":false}"#
        }
        for (f, l) in [("-9223372036854775807", "9223372036854775807"), ("9223372036854775807", "-9223372036854775807"), ("1e9", "null")] {
            #expect(read.frame(row(f, l)) == .trades)
            #expect(read.parser.trades.allSatisfy { $0.fills >= 1 })
        }
    }

    @Test func `Answers, notices and strangers are told apart`() {
        #expect(read.frame(#"{"result":null,"id":1}"#) == .acknowledged(.request(1)))
        #expect(read.frame(#"{"error":{"code":2,"msg":"Invalid request"},"id":3}"#) == .rejected(.request(3), reason: "2: Invalid request"))
        #expect(read.frame(#"{"code":3,"msg":"Invalid JSON"}"#) == .rejected(.unnamed, reason: "3: Invalid JSON"))
        #expect(
            read.frame(#"{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1}}"#)
                == .notice("serverShutdown: the venue is about to end this connection", leaving: true))
        #expect(read.frame(#"{"e":"kline","s":"BTCUSDT"}"#) == .other("kline"))
        #expect(read.frame(#"{"hello":1}"#) == .unknown(#"{"hello":1}"#))
        #expect(read.frame("[]") == .unknown("[]"))
        #expect(read.frame("<html>\u{1b}[31m") == .unknown("not JSON: <html>\u{fffd}[31m"))
        #expect(read.parser.counts.unknown == 3)
        #expect(read.parser.counts.control == 4)
    }

    @Test func `Subscriptions keep to the limits of a frame and spell streams in lower case`() throws {
        let symbols = (1...250).map { "SYM\($0)USDT" } + ["币安人生USDT"]
        let requests = BinanceFeed(.usdMargined).subscribe(symbols, firstRequest: 10)
        #expect(requests.map(\.id) == [10, 11, 12])
        #expect(requests.flatMap(\.symbols) == symbols)
        #expect(requests.allSatisfy { $0.text.utf8.count <= 4096 })
        #expect(
            BinanceFeed(.spot, channel: .trade).subscribe(["BTCUSDT", "币安人生USDT"], firstRequest: 1).map(\.text)
                == [#"{"method":"SUBSCRIBE","params":["btcusdt@trade","币安人生usdt@trade"],"id":1}"#])
        #expect(
            BinanceFeed(.spot).unsubscribe(["A\"B"], firstRequest: 1).map(\.text)
                == [#"{"method":"UNSUBSCRIBE","params":["a\"b@aggTrade"],"id":1}"#])
    }
}

struct OKXAdapterTests {
    let read = Read(OKXFeed(.swaps))

    /// Written from the documented payload.
    @Test func `A merged row stands for all its ids`() {
        let text = #"""
            {"arg":{"channel":"trades","instId":"BTC-USDT-SWAP"},"data":[{"instId":"BTC-USDT-SWAP","tradeId":"130639474",
            "px":"42219.9","sz":"0.12060306","side":"buy","ts":"1630048897897","count":"3","source":"1","seqId":1234}]}
            """#
        #expect(read.frame(text) == .trades)
        #expect(
            read.parser.trades == [
                FeedTrade(
                    symbol: "BTC-USDT-SWAP", id: TradeID(130_639_474), time: 1_630_048_897_897_000,
                    price: FixedPoint(mantissa: 422_199, scale: 1), quantity: FixedPoint(mantissa: 12_060_306, scale: 8), side: .buy,
                    fills: 3, ids: 3)
            ])
        _ = read.frame(text.replacing(#""count":"3""#, with: #""count":"many""#))
        #expect(read.parser.trades.isEmpty)
        #expect(read.parser.counts.faultyRows == 1)
    }

    @Test func `Answers, pongs and notices are told apart`() {
        #expect(read.frame("pong") == .pong)
        #expect(
            read.frame(#"{"event":"subscribe","arg":{"channel":"trades","instId":"BTC-USDT"},"connId":"a"}"#)
                == .acknowledged(.symbol("BTC-USDT")))
        #expect(
            read.frame(#"{"event":"error","code":"60018","msg":"no such","id":"4","connId":"a"}"#)
                == .rejected(.request(4), reason: "60018: no such"))
        #expect(read.frame(#"{"event":"notice","code":"64008","msg":"upgrade soon"}"#) == .notice("64008: upgrade soon", leaving: true))
        #expect(read.frame(#"{"event":"unsubscribe","arg":{"channel":"trades","instId":"BTC-USDT"}}"#) == .other("unsubscribe"))
        #expect(read.frame("pongs") == .unknown("not JSON: pongs"))
    }

    @Test func `A good row is delivered beside a faulty one`() {
        let good = #"{"instId":"A","tradeId":"2","px":"1","sz":"1","side":"sell","ts":"1630048897897"}"#
        #expect(read.frame(#"{"arg":{"channel":"trades","instId":"A"},"data":[{"instId":"A"},\#(good),7]}"#) == .trades)
        #expect(read.parser.trades.map(\.id) == [TradeID(2)])
        #expect(read.parser.counts.faultyRows == 2)
    }

    @Test func `Every fill has a server of its own, and frames name channel and instrument`() {
        #expect(OKXFeed(.spot, channel: .tradesAll).urls == ["wss://ws.okx.com:8443/ws/v5/business"])
        #expect(
            OKXFeed(.spot, channel: .tradesAll).subscribe(["BTC-USDT"], firstRequest: 7).map(\.text)
                == [#"{"id":"7","op":"subscribe","args":[{"channel":"trades-all","instId":"BTC-USDT"}]}"#])
    }
}

/// No recording of Bybit's v5 is at hand: these frames are written from its documented payloads.
struct BybitAdapterTests {
    let read = Read(BybitFeed(.linear))

    private func frame(id: String, block: Bool = false) -> String {
        #"{"topic":"publicTrade.BTCUSDT","type":"snapshot","ts":1672304486868,"data":[{"T":1672304486865,"s":"BTCUSDT","S":"Buy","#
            + #""v":"0.001","p":"16578.50","L":"PlusTick","i":"\#(id)","BT":\#(block),"RPI":false,"seq":1783284617}]}"#
    }

    @Test func `A trade has a UUID for an id, and a block is no trade`() {
        #expect(read.frame(frame(id: "20f43950-d8dd-5b31-9112-a178eb6023af")) == .trades)
        #expect(
            read.parser.trades == [
                FeedTrade(
                    symbol: "BTCUSDT", id: TradeID(high: 0x20f4_3950_d8dd_5b31, low: 0x9112_a178_eb60_23af), time: 1_672_304_486_865_000,
                    price: FixedPoint(mantissa: 165_785, scale: 1), quantity: FixedPoint(mantissa: 1, scale: 3), side: .buy)
            ])
        _ = read.frame(frame(id: "20F43950-D8DD-5B31-9112-A178EB6023AF", block: true))
        #expect(read.parser.trades.map(\.isTrade) == [false])
        #expect(read.parser.trades.map(\.id.low) == [0x9112_a178_eb60_23af])
        _ = read.frame(frame(id: "2290000000061666327"))
        #expect(read.parser.trades.map(\.id) == [TradeID(2_290_000_000_061_666_327)])
        for broken in [
            "20f43950-d8dd-5b31-9112-a178eb6023ag", "20f43950xd8dd-5b31-9112-a178eb6023af", "", "x",
            "20f43950-d8dd-5b31-9112-a178eb6023\u{10}0",
        ] {
            _ = read.frame(frame(id: broken))
            #expect(read.parser.trades.isEmpty, "\(broken)")
        }
    }

    @Test func `Answers and pongs are told apart`() {
        #expect(read.frame(#"{"success":true,"ret_msg":"","conn_id":"a","req_id":"5","op":"subscribe"}"#) == .acknowledged(.request(5)))
        #expect(
            read.frame(#"{"success":false,"ret_msg":"error:handler not found","conn_id":"a","req_id":"5","op":"subscribe"}"#)
                == .rejected(.request(5), reason: "error:handler not found"))
        #expect(read.frame(#"{"success":true,"ret_msg":"pong","conn_id":"a","req_id":"","op":"ping"}"#) == .pong)
        #expect(read.frame(#"{"topic":"tickers.BTCUSDT","data":{}}"#) == .other("tickers"))
    }

    @Test func `Spot takes ten topics a frame`() {
        let requests = BybitFeed(.spot).subscribe((0..<25).map { "S\($0)USDT" }, firstRequest: 1)
        #expect(requests.map(\.symbols.count) == [10, 10, 5])
        #expect(
            BybitFeed(.linear).subscribe(["BTCUSDT"], firstRequest: 1).map(\.text) == [
                #"{"req_id":"1","op":"subscribe","args":["publicTrade.BTCUSDT"]}"#
            ])
    }
}

/// No recording of Hyperliquid's trades is at hand: these frames are written from its documented payloads.
struct HyperliquidAdapterTests {
    let read = Read(HyperliquidFeed())

    @Test func `Trades, answers and pongs are told apart`() {
        let text = #"""
            {"channel":"trades","data":[{"coin":"kPEPE","side":"A","px":"0.0123","sz":"5.0","hash":"0x0","time":1769916002000,"tid":300003,
            "users":["0xa","0xb"]},{"coin":"kPEPE","side":"B","px":"0.0124","sz":"1","hash":"0x0","time":1769916001000,"tid":300002}]}
            """#
        #expect(read.frame(text) == .trades)
        #expect(read.parser.trades.map(\.side) == [.sell, .buy])
        #expect(read.parser.trades.map(\.id) == [TradeID(300_003), TradeID(300_002)])
        #expect(read.parser.trades.map(\.price) == [FixedPoint(mantissa: 123, scale: 4), FixedPoint(mantissa: 124, scale: 4)])
        #expect(read.parser.trades.map(\.symbol) == ["kPEPE", "kPEPE"])
        #expect(
            read.frame(#"{"channel":"subscriptionResponse","data":{"method":"subscribe","subscription":{"type":"trades","coin":"BTC"}}}"#)
                == .acknowledged(.symbol("BTC")))
        #expect(read.frame(#"{"channel":"pong"}"#) == .pong)
        #expect(read.frame(#"{"channel":"error","data":"Invalid subscription"}"#) == .rejected(.unnamed, reason: "Invalid subscription"))
        #expect(read.frame(#"{"channel":"l2Book","data":{}}"#) == .other("l2Book"))
        #expect(
            HyperliquidFeed().subscribe(["BTC", "kPEPE"], firstRequest: 1).map(\.text) == [
                #"{"method":"subscribe","subscription":{"type":"trades","coin":"BTC"}}"#,
                #"{"method":"subscribe","subscription":{"type":"trades","coin":"kPEPE"}}"#,
            ])
    }
}

struct SymbolTests {
    @Test func `Thousands of symbols, long ones too, come back as they are`() {
        let read = Read(HyperliquidFeed())
        for round in 0..<2 {
            for index in 0..<20_000 {
                let symbol = "A-LONG-NAME-OF-A-SYMBOL-\(index)"
                _ = read.frame(
                    #"{"channel":"trades","data":[{"coin":"\#(symbol)","side":"A","px":"1","sz":"1","time":1769916002000,"tid":1}]}"#)
                guard read.parser.trades.map(\.symbol) == [symbol] else {
                    Issue.record("\(symbol) came back as \(read.parser.trades) in round \(round)")
                    return
                }
            }
        }
    }
}
