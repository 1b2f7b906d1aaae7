import Feeds
import MarketModel
import Testing

/// Fixtures are written from the venues' documented payloads; there is no recording.
@Suite struct OptionFeedTests {
    /// 2030-03-17, after all times in fixtures.
    private static let received: Int64 = 1_900_000_000_000_000

    private func parse(_ adapter: any OptionFeedAdapter, _ text: String, sizes: OptionSizes = .known) -> (Frame, OptionBatch) {
        var parser = OptionParser(adapter: adapter, sizes: sizes)
        var text = text
        let frame = text.withUTF8 { parser.parse(UnsafeRawBufferPointer($0), received: Self.received) }
        return (frame, parser.batch)
    }

    private func line(_ trade: OptionTrade) -> String {
        "\(trade.contract.symbol) \(trade.space.name) \(trade.side.name) \(trade.contracts) = \(trade.quantity) at \(trade.price) "
            + "index \(trade.index?.description ?? "-") iv \(trade.volatility?.description ?? "-") \(trade.time) "
            + (trade.isBlock ? "block \(trade.block)" : "\(trade.id)")
    }

    @Test func `OKX's option trades: the volatility is called fillVol, contracts become coins, the taker's side is the taker's`() {
        let text = """
            {"arg":{"channel":"option-trades","instType":"OPTION","instFamily":"BTC-USD"},"data":[{"fillVol":"0.5066","fwdPx":"16469.7",
            "idxPx":"16537.2","instFamily":"BTC-USD","instId":"BTC-USD-230224-18000-C","markPx":"0.0469","optType":"C","px":"0.045",
            "side":"sell","sz":"2","tradeId":"38","ts":"1672286551080"},
            {"fillVol":"0.61","idxPx":"30000","instId":"BTC-USD-220624-20000-P","optType":"P","px":"0.0105","side":"buy","sz":"3",
            "tradeId":"7","ts":"1652400000000"}]}
            """
        let (frame, batch) = parse(OKXOptionFeed(.trades), text)
        #expect(frame == .trades && batch.faults.isEmpty)
        #expect(
            batch.trades.map(line) == [
                "BTC-USD-230224-18000-C book sell 2 = 0.02 at 0.045 index 16537.2 iv 0.5066 1672286551080000 38",
                // Ten times as much before 2022-05-26.
                "BTC-USD-220624-20000-P book buy 3 = 0.3 at 0.0105 index 30000 iv 0.61 1652400000000000 7",
            ])
        #expect(batch.trades.allSatisfy { $0.source == .webSocket && $0.received == Self.received })
    }

    @Test func `OKX's blocks: legs of options with or without ids, and other legs passed over`() {
        let named = """
            {"arg":{"channel":"public-struc-block-trades"},"data":[{"cTime":"1608267227834","blockTdId":"1802896","groupId":"","legs":[
            {"px":"0.323","sz":"25.0","instId":"BTC-USD-20220114-13250-C","side":"sell","tradeId":"15102"},
            {"px":"0.666","sz":"25","instId":"BTC-USD-20220114-21125-C","side":"buy","tradeId":"15103"},
            {"px":"22000","sz":"100","instId":"BTC-USDT-SWAP","side":"buy","tradeId":"99"},
            {"px":"22000","sz":"1","instId":"BTC-USDT","side":"buy","tradeId":"98"}]}]}
            """
        let (frame, batch) = parse(OKXOptionFeed(.blocks), named)
        #expect(frame == .trades && batch.passedOver == 2 && batch.faults.isEmpty)
        #expect(
            batch.trades.map(line) == [
                "BTC-USD-20220114-13250-C block sell 25 = 2.5 at 0.323 index - iv - 1608267227834000 block 1802896",
                "BTC-USD-20220114-21125-C block buy 25 = 2.5 at 0.666 index - iv - 1608267227834000 block 1802896",
            ])
        #expect(batch.trades.map(\.id) == ["15102", "15103"])

        func group(_ legs: String) -> String {
            "{\"arg\":{\"channel\":\"public-struc-block-trades\"},\"data\":[{\"cTime\":\"1708267227834\",\"blockTdId\":\"\",\"groupId\":\"85\",\"legs\":[\(legs)]}]}"
        }
        let (a, b, swap) = (
            "{\"px\":\"0.01\",\"sz\":\"10\",\"instId\":\"BTC-USD-240329-60000-C\",\"side\":\"buy\",\"tradeId\":\"\"}",
            "{\"px\":\"0.02\",\"sz\":\"10.0\",\"instId\":\"BTC-USD-240329-50000-P\",\"side\":\"sell\",\"tradeId\":\"\"}",
            "{\"px\":\"51000\",\"sz\":\"7\",\"instId\":\"BTC-USD-SWAP\",\"side\":\"sell\",\"tradeId\":\"\"}"
        )
        let (_, first) = parse(OKXOptionFeed(.blocks), group([a, b, swap].joined(separator: ",")))
        let (_, second) = parse(OKXOptionFeed(.blocks), group([swap, b, a].joined(separator: ",")))
        #expect(first.trades.count == 2 && first.trades.allSatisfy { $0.isBlock && $0.block == "85" })
        #expect(Set(first.trades.map(\.key)) == Set(second.trades.map(\.key)))
        let (_, without) = parse(OKXOptionFeed(.blocks), group([a, b].joined(separator: ",")))
        #expect(Set(first.trades.map(\.key)).isDisjoint(with: without.trades.map(\.key)))

        let leg = """
            {"arg":{"channel":"public-block-trades","instId":"BTC-USD-231020-5000-P"},"data":[{"fillVol":"5","fwdPx":"26808.16","groupId":"",
            "idxPx":"27222.5","instId":"BTC-USD-231020-5000-P","markPx":"0.00224","px":"0.0048","side":"buy","sz":"1",
            "tradeId":"633971452580106242","ts":"1697422572972"}]}
            """
        let (_, single) = parse(OKXOptionFeed(.legs), leg)
        #expect(
            single.trades.map(line) == ["BTC-USD-231020-5000-P block buy 1 = 0.01 at 0.0048 index 27222.5 iv 5 1697422572972000 block "])
        #expect(single.trades.map(\.id) == ["633971452580106242"])
        let (_, unnamed) = parse(OKXOptionFeed(.legs), leg.replacing("633971452580106242", with: ""))
        #expect(unnamed.trades.first?.id.hasPrefix("made-") == true)
    }

    @Test func `Deribit's trades: amounts in coins, volatility in percent, blocks by their id, combos passed over`() {
        let text = """
            {"jsonrpc":"2.0","method":"subscription","params":{"channel":"trades.option.BTC.100ms","data":[
            {"trade_seq":30289,"trade_id":"48079573","timestamp":1774250000123,"tick_direction":1,"price":0.0185,"mark_price":0.01846,
            "iv":60.5,"instrument_name":"BTC-27MAR26-100000-C","index_price":68950.69,"direction":"sell","amount":2.5,"contracts":2.5},
            {"trade_seq":4,"trade_id":"48079574","timestamp":1774250000124,"price":5e-4,"iv":71.0,"instrument_name":"BTC-27MAR26-50000-P",
            "index_price":68950.69,"direction":"buy","amount":25.0,"block_trade_id":"61","block_trade_leg_count":2},
            {"trade_seq":5,"trade_id":"48079575","timestamp":1774250000124,"price":0.001,"instrument_name":"BTC-27MAR26-51000-P",
            "index_price":68950.69,"direction":"sell","amount":1.0,"combo_id":"BTC-PS-27MAR26-51000_50000","combo_trade_id":"48079576"},
            {"trade_seq":1,"trade_id":"48079576","timestamp":1774250000124,"price":0.0005,"instrument_name":"BTC-PS-27MAR26-51000_50000",
            "index_price":68950.69,"direction":"sell","amount":1.0}]}}
            """
        let (frame, batch) = parse(DeribitOptionFeed(), text)
        #expect(frame == .trades && batch.faults.isEmpty && batch.passedOver == 1)
        #expect(
            batch.trades.map(line) == [
                "BTC-27MAR26-100000-C book sell 2.5 = 2.5 at 0.0185 index 68950.69 iv 0.605 1774250000123000 48079573",
                "BTC-27MAR26-50000-P book buy 25 = 25 at 0.0005 index 68950.69 iv 0.71 1774250000124000 block 61",
                "BTC-27MAR26-51000-P book sell 1 = 1 at 0.001 index 68950.69 iv - 1774250000124000 48079575",
            ])
    }

    @Test func `What is no trade is told apart`() {
        let okx = OKXOptionFeed(.trades)
        let granted =
            "{\"event\":\"subscribe\",\"arg\":{\"channel\":\"option-trades\",\"instType\":\"OPTION\",\"instFamily\":\"BTC-USD\"},\"connId\":\"a\"}"
        #expect(parse(okx, granted).0 == .acknowledged(.symbol("BTC-USD")))
        let blocks = "{\"event\":\"subscribe\",\"arg\":{\"channel\":\"public-struc-block-trades\"},\"connId\":\"a\"}"
        #expect(parse(OKXOptionFeed(.blocks), blocks).0 == .acknowledged(.symbol(OKXOptionFeed.allBlocks)))
        #expect(parse(okx, blocks).0 == .other("subscribe"))
        #expect(
            parse(okx, "{\"event\":\"error\",\"code\":\"60018\",\"msg\":\"no\",\"id\":\"3\"}").0
                == .rejected(.request(3), reason: "60018: no"))
        #expect(parse(okx, "{\"event\":\"notice\",\"code\":\"64008\",\"msg\":\"soon\"}").0 == .notice("64008: soon", leaving: true))
        #expect(parse(okx, "pong").0 == .pong)
        #expect(parse(okx, "{\"arg\":{\"channel\":\"tickers\"},\"data\":[]}").0 == .other("tickers"))
        let deribit = DeribitOptionFeed()
        #expect(parse(deribit, "{\"jsonrpc\":\"2.0\",\"id\":4,\"result\":[\"trades.option.BTC.100ms\"]}").0 == .acknowledged(.request(4)))
        #expect(parse(deribit, "{\"jsonrpc\":\"2.0\",\"id\":4,\"result\":[]}").0 == .rejected(.request(4), reason: "no such channel"))
        #expect(parse(deribit, "{\"id\":0,\"result\":{\"version\":\"1.2.26\"}}").0 == .pong)
        #expect(
            parse(deribit, "{\"id\":5,\"error\":{\"code\":-32602,\"message\":\"Invalid params\"}}").0
                == .rejected(.request(5), reason: "-32602: Invalid params"))
        for frame in ["{}", "[]", "nonsense", "{\"data\":[]}"] {
            for adapter in [okx, deribit] as [any OptionFeedAdapter] {
                guard case .unknown = parse(adapter, frame).0 else {
                    Issue.record("\(frame) is understood")
                    continue
                }
            }
        }
    }

    @Test func `A faulty row is counted with its reason, and the row beside it is delivered`() {
        func rows(_ rows: String...) -> OptionBatch {
            let good =
                "{\"instId\":\"BTC-USD-260327-60000-C\",\"px\":\"0.01\",\"side\":\"buy\",\"sz\":\"1\",\"tradeId\":\"1\",\"ts\":\"1772286551080\"}"
            let all = (rows + [good]).joined(separator: ",")
            let batch = parse(OKXOptionFeed(.trades), "{\"arg\":{\"channel\":\"option-trades\"},\"data\":[\(all)]}").1
            #expect(batch.trades.map(\.id) == ["1"])
            return batch
        }
        func row(
            _ symbol: String = "BTC-USD-260327-60000-C", px: String = "0.01", side: String = "buy", sz: String = "1", id: String = "2",
            ts: String = "1772286551080"
        ) -> String {
            "{\"instId\":\"\(symbol)\",\"px\":\"\(px)\",\"side\":\"\(side)\",\"sz\":\"\(sz)\",\"tradeId\":\"\(id)\",\"ts\":\"\(ts)\"}"
        }
        #expect(rows(row(px: "0"), row(sz: "-1"), row(sz: "0.0000001")).faults == [.number: 3])
        #expect(rows(row(side: "both"), row(ts: "0"), row(ts: "2772286551080"), row(id: "")).faults == [.malformed: 4])
        #expect(rows(row(px: "x"), row(sz: "")).faults == [.malformed: 2])
        #expect(rows(row("SOL-USD-260327-150-C"), row(ts: "1653553800000")).faults == [.noSize: 2])
        #expect(rows(row("BTC-USD-260331-6x-C"), "{}").faults == [.noContract: 2])
        #expect(rows(row("BTC-USDT-SWAP")).passedOver == 1)
        #expect(rows(row(px: "0")).lastFault.hasPrefix("BTC-USD-260327-60000-C: "))
    }

    @Test func `Subscriptions are what the venues document`() {
        func texts(_ adapter: any OptionFeedAdapter, _ symbols: [String]) -> [String] {
            adapter.subscribe(symbols, firstRequest: 1).map(\.text)
        }
        #expect(
            texts(OKXOptionFeed(.trades), ["BTC-USD", "ETH-USD"]) == [
                "{\"id\":\"1\",\"op\":\"subscribe\",\"args\":[{\"channel\":\"option-trades\",\"instType\":\"OPTION\",\"instFamily\":\"BTC-USD\"},"
                    + "{\"channel\":\"option-trades\",\"instType\":\"OPTION\",\"instFamily\":\"ETH-USD\"}]}"
            ])
        #expect(
            texts(OKXOptionFeed(.blocks), [OKXOptionFeed.allBlocks]) == [
                "{\"id\":\"1\",\"op\":\"subscribe\",\"args\":[{\"channel\":\"public-struc-block-trades\"}]}"
            ])
        #expect(
            texts(DeribitOptionFeed(), ["BTC", "USDC"]) == [
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"public/subscribe\",\"params\":{\"channels\":[\"trades.option.BTC.100ms\"]}}",
                "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"public/subscribe\",\"params\":{\"channels\":[\"trades.option.USDC.100ms\"]}}",
            ])
        let elsewhere = Endpoints(rest: "http://h:1", sockets: ["ws://h:2"])
        #expect(OKXOptionFeed(.trades, endpoints: elsewhere).urls == ["ws://h:2/ws/v5/public"])
        #expect(OKXOptionFeed(.blocks, endpoints: elsewhere).urls == ["ws://h:2/ws/v5/business"])
        #expect(DeribitOptionFeed(endpoints: elsewhere).urls == ["ws://h:2/ws/api/v2"])
    }
}
