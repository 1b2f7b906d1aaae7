import Access
import Foundation
import MarketModel
import MarketService
import Testing
import Transport
import VendorAPIs

/// Tapes given directly.
struct GivenTapes: TapeSource {
    var tapes: [(instrument: Instrument, trades: NewestTrades)]
    func version() throws -> Int { 1 }
    func listings() throws -> [TapeListing] { tapes.map { TapeListing(instrument: $0.instrument, revision: "1") } }
    func newest(_ instrument: Instrument, count: Int) throws -> NewestTrades? { tapes.first { $0.instrument == instrument }?.trades }
}

struct OanorTests {
    /// The vendor's own example: the six rows that it shows of /large, and two that make up its sums of /flow.
    static func example() throws -> Router {
        var trades = TradeColumns()
        func add(_ time: Int64, _ price: String, _ quantity: String, _ side: TakerSide) throws {
            let price = try #require(try FixedPoint(text: price).rescaled(to: 2))
            let quantity = try #require(try FixedPoint(text: quantity).rescaled(to: 5))
            trades.append(Trade(id: TradeID(Int64(trades.count)), time: time * 1000, price: price, quantity: quantity, side: side))
        }
        try add(1_781_228_085_154, "63358.99", "1.98418", .buy)
        try add(1_781_228_389_649, "63361.54", "1.98418", .buy)
        try add(1_781_228_389_649, "63364.25", "1.98418", .buy)
        try add(1_781_228_389_649, "63369.53", "1.98418", .buy)
        try add(1_781_228_423_552, "63342.46", "2.76", .buy)
        try add(1_781_228_423_554, "63342.46", "2.98439", .buy)
        try add(1_781_228_423_554, "63354.00", "24.30334", .buy)
        try add(1_781_228_423_554, "63354.69", "38.66305", .sell)
        let bitcoin = Instrument(venue: .binanceSpot, symbol: "BTCUSDT")
        var contracts = TradeColumns()
        for (index, side) in [TakerSide.buy, .sell, .buy].enumerated() {
            contracts.append(Trade(id: TradeID(Int64(index)), time: Int64(index) * 100_000, price: 800_000, quantity: 10, side: side))
        }
        let perpetual = Instrument(venue: .binanceCoinFutures, symbol: "BTCUSD_PERP")
        let day = try #require(CivilDate(year: 1970, month: 1, day: 1))
        let market = try MarketService(
            source: GivenTapes(tapes: [
                (bitcoin, NewestTrades(trades: trades, scales: Scales(price: 2, quantity: 5))),
                (
                    perpetual,
                    NewestTrades(
                        trades: contracts, scales: Scales(price: 1, quantity: 0), contractSizes: [(day, FixedPoint(mantissa: 100))])
                ),
            ]))
        return Router([Oanor.mount(market: market, gate: nil)])
    }

    static func ask(_ target: String) throws -> (response: Response, json: [String: Any]) {
        let response = try example().respond(to: Request("/orderflow-api/v1/" + target, time: 1_781_228_473_615_999))
        let json = try #require(try JSONSerialization.jsonObject(with: Data(response.bodyText.utf8)) as? [String: Any])
        return (response, json)
    }

    @Test func `The flow has the vendor's fields, sums and rounding`() throws {
        let (response, json) = try OanorTests.ask("flow?symbol=BTCUSDT&trades=2000")
        let data = try #require(json["data"] as? [String: Any])
        #expect(data["taker_buy_base"] as? Double == 37.98445 && data["taker_sell_base"] as? Double == 38.66305)
        #expect(data["buy_sell_ratio"] as? Double == 0.9824 && data["buy_volume_share"] as? Double == 0.4956)
        #expect(data["delta_base"] as? Double == -0.6786 && data["pressure"] as? String == "balanced")
        #expect(data["last_price"] as? Double == 63354.69 && data["window_seconds"] as? Double == 338.4)
        #expect(data["buy_trades"] as? Int == 7 && data["sell_trades"] as? Int == 1 && data["trades_scanned"] as? Int == 8)
        #expect(data["cvd_quote"] as? Double == data["delta_quote"] as? Double)
        #expect(data["source"] as? String == "Binance" && data["symbol"] as? String == "BTCUSDT")
        #expect(data.count == 18)
        // Numbers are written without trailing zeros and without doubles in between.
        #expect(response.bodyText.contains(#""delta_base":-0.6786,"last_price":63354.69,"#))
    }

    @Test func `The envelope is the vendor's`() throws {
        let (_, json) = try OanorTests.ask("flow?symbol=BTCUSDT")
        #expect(Set(json.keys) == ["data", "meta", "status", "message", "success"])
        #expect(json["status"] as? String == "ok" && json["success"] as? Bool == true)
        #expect(json["message"] as? String == "Flow retrieved successfully")
        let meta = try #require(json["meta"] as? [String: String])
        #expect(meta["timestamp"] == "2026-06-12T01:41:13.615Z")
        let id = try #require(meta["request_id"])
        #expect(UUID(uuidString: id) != nil && id.dropFirst(14).first == "4" && id == id.lowercased())
    }

    @Test func `The large prints are the vendor's six, with totals`() throws {
        let (_, json) = try OanorTests.ask("large?symbol=BTCUSDT&min_notional=125000")
        let data = try #require(json["data"] as? [String: Any])
        let rows = try #require(data["largest"] as? [[String: Any]])
        #expect(
            rows.dropFirst(2).map { $0["notional_usd"] as? Double } == [189038.6, 174825.19, 125736.55, 125726.08, 125720.7, 125715.64])
        #expect(rows.dropFirst(2).map { $0["qty"] as? Double } == [2.98439, 2.76, 1.98418, 1.98418, 1.98418, 1.98418])
        #expect(rows.first?["side"] as? String == "sell" && rows.first?["time"] as? Int == 1_781_228_423_554)
        #expect(rows.allSatisfy { Set($0.keys) == ["qty", "side", "time", "price", "notional_usd"] })
        let buys = try #require(data["buy_notional_usd"] as? Double)
        let sells = try #require(data["sell_notional_usd"] as? Double)
        #expect(abs(buys - sells - (data["net_notional_usd"] as? Double ?? 0)) < 0.02)
        #expect(data["large_trades"] as? Int == 8 && data["trades_scanned"] as? Int == 8 && data["min_notional"] as? Int == 125_000)
    }

    @Test(arguments: [
        ("", 8), ("&min_notional=189038.6041994", 3), ("&min_notional=189038.60419940001", 2), ("&min_notional=1e30", -1),
        ("&min_notional=0", 8),
    ])
    func `A threshold is inclusive and exact`(query: String, count: Int) throws {
        let (response, json) = try OanorTests.ask("large?symbol=BTCUSDT" + query)
        if count < 0 {
            #expect(response.status == .badRequest)
        } else {
            #expect((json["data"] as? [String: Any])?["large_trades"] as? Int == count)
        }
    }

    @Test func `A millisecond's rows of one side are one print on request`() throws {
        let (_, json) = try OanorTests.ask("large?symbol=BTCUSDT&group=ms")
        let rows = try #require((json["data"] as? [String: Any])?["largest"] as? [[String: Any]])
        #expect(rows.compactMap { $0["rows"] as? Int }.sorted() == [2, 3])
    }

    @Test func `Inverse contracts are in coin and in dollars`() throws {
        for query in ["symbol=BTCUSD_PERP", "symbol=btcusd_perp", "coin=btc&quote=usd"] {
            let (_, json) = try OanorTests.ask("flow?venue=binance-coin-futures&" + query)
            let data = try #require(json["data"] as? [String: Any])
            #expect(data["taker_buy_quote"] as? Int == 2000 && data["taker_sell_quote"] as? Int == 1000)
            #expect(data["taker_buy_base"] as? Double == 0.025 && data["delta_base"] as? Double == 0.0125)
            #expect(data["buy_sell_ratio"] as? Int == 2 && data["pressure"] as? String == "buying" && data["last_price"] as? Int == 80_000)
        }
    }

    @Test func `Symbols are listed, by quote if asked`() throws {
        let all = try #require(try OanorTests.ask("symbols").json["data"] as? [String: Any])
        #expect(all["symbols"] as? [String] == ["BTCUSDT"] && all["count"] as? Int == 1 && all["quote"] is NSNull)
        let none = try #require(try OanorTests.ask("symbols?quote=eur").json["data"] as? [String: Any])
        #expect(none["symbols"] as? [String] == [] && none["quote"] as? String == "EUR")
        let meta = try #require(try OanorTests.ask("meta").json["data"] as? [String: Any])
        #expect(meta["service"] as? String == "orderflow-api" && meta["trading_symbols"] as? Int == 1)
        #expect((meta["endpoints"] as? [String: String])?.count == 4)
    }

    @Test(arguments: [
        ("flow", 400), ("flow?symbol=", 400), ("flow?symbol=NOPE", 404), ("flow?symbol=BTCUSDT&trades=x", 400), ("flow?coin=BTC", 200),
        ("flow?coin=ETH", 404), ("flow?symbol=BTCUSDT&trades=1", 200), ("flow?symbol=BTCUSDT&trades=999999", 200), ("nothing", 404),
        ("flow?symbol=BTCUSDT&venue=nowhere", 400), ("flow?symbol=BTCUSDT&symbol=ETHUSDT", 0),
        ("large?symbol=BTCUSDT&min_notional=-1", 400),
        ("large?symbol=BTCUSDT&min_notional=abc", 400), ("large?symbol=BTCUSDT&group=s", 400), ("", 404),
    ])
    func `Errors come in the envelope with their status`(target: String, status: Int) throws {
        guard status != 0 else {
            #expect(throws: Failure.self) { try OanorTests.ask(target) }
            return
        }
        let (response, json) = try OanorTests.ask(target)
        #expect(response.status.code == status)
        if status != 200 {
            #expect(json["data"] is NSNull && json["success"] as? Bool == false && json["status"] as? String == "error")
            #expect((json["message"] as? String)?.isEmpty == false && (json["meta"] as? [String: String])?.count == 2)
        }
    }

    /// A venue with one pair that nobody may begin any more.
    private struct FullVenue: LiveVenues {
        func tradable(_ venue: Venue) -> [Instrument]? { venue == .binanceSpot ? [Instrument(venue: venue, symbol: "SOLUSDT")] : nil }
        func follow(_ venue: Venue, _ symbol: String) -> Following {
            tradable(venue)?.contains { $0.symbol == symbol } == true ? .full : .unlisted
        }
    }

    @Test func `A pair beyond those that may be begun by asking is 404 and says what to do, and one that is not listed is 404`() throws {
        let market = try MarketService(source: GivenTapes(tapes: []), onDemand: FullVenue())
        let router = Router([Oanor.mount(market: market, gate: nil)])
        func ask(_ symbol: String) throws -> Response {
            router.respond(to: try Request("/orderflow-api/v1/flow?symbol=\(symbol)", time: 1_781_228_473_615_999))
        }
        for symbol in ["SOLUSDT", "solusdt"] {
            let response = try ask(symbol)
            #expect(response.status == .notFound && response.bodyText.contains("--record"))
        }
        let unlisted = try ask("XRPUSDT")
        #expect(unlisted.status == .notFound && !unlisted.bodyText.contains("--record"))
    }

    @Test func `Keys, rates and plans are answered as the vendor does`() throws {
        let path = NSTemporaryDirectory() + "/millrace-oanor-\(UUID().uuidString).sqlite"
        let store = try KeyStore(path: path)
        let key = try store.create(vendor: "oanor", plan: "free", now: 0).key
        let market = try MarketService(source: GivenTapes(tapes: []))
        let gate = KeyGate(vendor: "oanor", header: "x-oanor-key", access: try AccessControl(store: store), isOpenWithoutKeys: true)
        let router = Router([Oanor.mount(market: market, gate: gate)])
        func ask(_ headers: [(name: String, value: String)], method: Transport.Method = .get) throws -> Response {
            router.respond(to: try Request(method, "/orderflow-api/v1/meta", headers: headers, time: 1_781_228_473_615_999))
        }
        #expect(try ask([]).status == .unauthorized)
        #expect(try ask([], method: .options).status == .unauthorized)
        #expect(try ask([("x-oanor-key", "oanor_live_wrong")]).status == .unauthorized)
        #expect(try ask([("x-oanor-key", key), ("x-oanor-key", key)]).status == .unauthorized)
        let first = try ask([("X-Oanor-Key", key)])
        #expect(first.status == .ok && first.header("x-quota-remaining") == "449")
        #expect(try ask([("x-oanor-key", key)]).header("x-quota-remaining") == "448")
        let third = try ask([("x-oanor-key", key)])
        #expect(third.status == .tooManyRequests && third.header("retry-after") == "1")
        #expect(third.bodyText.contains(#""success":false"#))
        let closed = KeyGate(
            vendor: "oanor", header: "x-oanor-key", access: try AccessControl(store: KeyStore(path: path + "2")), isOpenWithoutKeys: false)
        let strict = Router([Oanor.mount(market: market, gate: closed)])
        #expect(strict.respond(to: try Request("/orderflow-api/v1/meta")).status == .unauthorized)
    }
}
