import Access
import Foundation
import Lake
import MarketModel
import MarketService
import OrderFlow
import Recorder
import Testing
import Transport
import VendorAPIs

/// A server's façade on a lake of a test's own: Binance's bitcoin perpetual, one trade a minute in April, May and July of 2025.
final class AperiodicService {
    let directory = NSTemporaryDirectory() + "millrace-aperiodic-\(UUID().uuidString)"
    let router: Router
    let access: AccessControl
    /// 2026-01-01.
    static let now: Int64 = 1_767_225_600

    init(publicURL: String? = nil, isOpen: Bool = true, recording: Bool = false) throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let lake = try Lake(directory: directory, create: true)
        for (number, day) in ["2025-04-03", "2025-05-03", "2025-07-03"].enumerated() {
            let start = try #require(CivilDate(day)).microseconds / 1000
            let rows = (1...200).map {
                "\(start + Int64($0) * 60_000),10\($0 % 7).5,0.5,\($0 % 2 == 0 ? "buy" : "sell"),\(number * 200 + $0)\n"
            }
            let file = directory + "/\(day).csv"
            try ("time,price,quantity,side,id\n" + rows.joined()).write(toFile: file, atomically: false, encoding: .utf8)
            let options = ImportOptions(venue: .binanceFutures, symbol: "BTCUSDT", threads: 1)
            _ = try TapeImport(lake: lake, options: options).run(files: [file])
        }
        // One recorded trade in September, which knows when it arrived.
        let journal = try Journal(lake: lake, venue: .binanceFutures)
        let name = try journal.open(Instrument(venue: .binanceFutures, symbol: "BTCUSDT"), scales: Scales(price: 1, quantity: 1)).symbol
        let time = try #require(CivilDate("2025-09-03")).microseconds
        if recording {
            let trade = Trade(id: TradeID(601), time: time, price: 1000, quantity: 5, side: .buy)
            journal.append(name, JournalRow(trade, received: time + 60_000_000))
        }
        try journal.seal(before: CivilDate(epochDay: 40_000))
        journal.close()
        access = try AccessControl(store: KeyStore(path: directory + "/catalogue.sqlite"))
        let gate = KeyGate(
            vendor: "aperiodic", header: "x-api-key", access: access, isOpenWithoutKeys: isOpen, demoKey: Aperiodic.demoKey,
            otherVendorStatus: .unauthorized, closedStatus: .forbidden)
        let mount = Aperiodic.mount(
            market: try MarketService(source: LakeSource(lake)), months: MonthFiles(lake: lake, engine: "1", threads: 1), gate: gate,
            signer: LinkSigner(secret: Array(repeating: 7, count: 32)), publicURL: publicURL)
        router = Router([mount])
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    func key(_ plan: String) throws -> String {
        // Another connection: a store does not look for its own changes.
        let key = try KeyStore(path: directory + "/catalogue.sqlite").create(vendor: "aperiodic", plan: plan, now: 0).key
        try access.refresh()
        return key
    }

    func ask(_ path: String, key: String? = nil, host: String? = "127.0.0.1:8080", after seconds: Int64 = 0) throws -> Response {
        var headers: [(name: String, value: String)] = []
        if let key { headers.append(("x-api-key", key)) }
        if let host { headers.append(("host", host)) }
        return router.respondFully(to: try Request(path, headers: headers, time: (AperiodicService.now + seconds) * 1_000_000))
    }

    func json(_ path: String, key: String? = nil) throws -> [String: Any] {
        try AperiodicService.object(ask("/api/v1/" + path, key: key))
    }

    static func object(_ response: Response) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(response.bodyText.utf8)) as? [String: Any])
    }

    static func bars(_ changes: [String: String] = [:]) -> String {
        var values = [
            "timestamp": "exchange", "interval": "1m", "exchange": "binance-futures", "symbol": "perpetual-BTC-USDT%3AUSDT",
            "start_date": "2025-04-01", "end_date": "2025-07-31",
        ]
        for (name, value) in changes { values[name] = value.isEmpty ? nil : value }
        return "?" + values.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: "&")
    }

    /// The path and query of a link.
    static func target(_ link: Any?) throws -> String {
        let text = try #require(link as? String)
        return String(text.dropFirst(try #require(text.range(of: "/api/")).lowerBound.utf16Offset(in: text)))
    }
}

struct AperiodicTests {
    @Test func `Links lead to the months that hold trades, and to their files`() throws {
        let service = try AperiodicService()
        let answer = try service.json("data/flow" + AperiodicService.bars())
        let files = try #require(answer["files"] as? [[String: Any]])
        #expect(files.map { $0["month"] as? Int } == [4, 5, 7] && files.allSatisfy { $0["year"] as? Int == 2025 && $0["day"] == nil })
        let url = try #require(files[1]["url"] as? String)
        #expect(
            url.hasPrefix(
                "http://127.0.0.1:8080/api/v1/files/bars/flow/1m/binance-futures/perpetual-BTC-USDT:USDT/2025-05.parquet?expires="))
        let target = try AperiodicService.target(url)
        for _ in 0..<2 {
            let response = try service.ask(target, host: nil)
            guard case .file(let body) = response.body else {
                Issue.record("\(response.status) \(response.bodyText)")
                return
            }
            #expect(response.status == .ok && body.size > 500)
        }
        #expect(try service.ask(target, after: 299).status == .ok)
        let expired = try service.ask(target, after: 300)
        #expect(expired.status == .forbidden)
        #expect(try AperiodicService.object(expired)["code"] as? String == "link_expired")
        // A client may spell the path otherwise.
        #expect(try service.ask(target.replacingOccurrences(of: "USDT:USDT", with: "USDT%3aUSDT")).status == .ok)
        for (part, other) in [
            ("2025-05", "2025-04"), ("/flow/", "/ohlcv/"), ("1m", "1d"), ("expires=1", "expires=2"), ("signature=", "signature=0"),
        ] {
            let changed = target.replacingOccurrences(of: part, with: other)
            #expect(changed != target)
            let response = try service.ask(changed)
            #expect(response.status == .forbidden, "\(changed)")
            #expect(try AperiodicService.object(response)["code"] as? String == "link_invalid")
        }
        #expect(try service.ask(String(target.prefix { $0 != "?" })).status == .forbidden)
        // Days without trades have no files.
        let none = try service.json("data/flow" + AperiodicService.bars(["start_date": "2025-05-05", "end_date": "2025-07-02"]))
        #expect((none["files"] as? [Any])?.isEmpty == true)
    }

    @Test func `Links begin with the public URL, or with a Host that can be one`() throws {
        let own = try AperiodicService(publicURL: "https://flow.example.com/x")
        let files = try #require(try own.json("data/flow" + AperiodicService.bars())["files"] as? [[String: Any]])
        #expect((files[0]["url"] as? String)?.hasPrefix("https://flow.example.com/x/api/v1/files/bars/") == true)
        let service = try AperiodicService()
        let target = "/api/v1/data/flow" + AperiodicService.bars()
        for host in ["localhost", "a.example:80", "[::1]:8080", "10.0.0.1"] { #expect(try service.ask(target, host: host).status == .ok) }
        for host in [nil, "", "a b", "evil/", "a@b", "a:", "a:b", "a:123456", "[::1", "[]:1", "a?b", "a\"b"] {
            #expect(try service.ask(target, host: host).status == .badRequest, "\(host ?? "none")")
        }
    }

    @Test func `Every fault of a request is named`() throws {
        let service = try AperiodicService()
        func faults(_ changes: [String: String], _ path: String = "data/flow") throws -> [String] {
            let response = try service.ask("/api/v1/" + path + AperiodicService.bars(changes))
            let json = try AperiodicService.object(response)
            #expect(response.status == .badRequest && json["error"] is String)
            return json["details"] as? [String] ?? []
        }
        let empty = Dictionary(
            uniqueKeysWithValues: ["timestamp", "interval", "exchange", "symbol", "start_date", "end_date"].map { ($0, "") })
        #expect(try faults(empty).count == 6)
        #expect(try faults(["interval": "2m", "start_date": "2025-02-29", "end_date": "2025-5-1", "timestamp": "local"]).count == 4)
        #expect(
            try faults(["start_date": "2025-07-31", "end_date": "2025-07-30"]) == ["start_date 2025-07-31 is after end_date 2025-07-30"])
        #expect(try faults(["exchange": "nasdaq"]).first?.contains("binance-futures, hyperliquid-perps, okx-perps") == true)
        for symbol in ["perpetual-ETH-USDT:USDT", "BTCUSDT", "spot-BTC-USDT", "..%2F..%2Fetc"] {
            #expect(try faults(["symbol": symbol]).count == 1)
        }
        #expect(try faults(["exchange": "okx-perps"]).count == 1)
        #expect(try faults(["timestamp": "true"]).first?.contains("no arrival times are recorded for perpetual-BTC-USDT:USDT") == true)
        #expect(try faults(["symbol": String(repeating: "A", count: 5000)]).count == 1)
        for interval in ["1s", "15s", "30s", "1m", "5m", "15m", "30m", "1h", "4h", "1d"] {
            #expect(try service.ask("/api/v1/data/flow" + AperiodicService.bars(["interval": interval])).status == .ok)
        }
        #expect(
            try faults(["start_date": "2024-07-01", "end_date": "2025-07-02"], "data/raw/trades") == [
                "the range has more than 366 days: ask for it in parts"
            ])
        #expect(try service.ask("/api/v1/data/raw/trades" + AperiodicService.bars(["start_date": "2024-07-02"])).status == .badRequest)
        #expect(try service.ask("/api/v1/data/raw/trades" + AperiodicService.bars(["start_date": "2024-07-31"])).status == .ok)
    }

    @Test func `Keys come first, then the dataset, then the parameters, then the plan`() throws {
        let service = try AperiodicService(isOpen: false)
        let paths = [
            "metadata/symbols", "data/flow", "data/nothing", "data/raw/trades", "data/raw/nothing", "data/preview/flow",
            "data/preview/nothing",
            "data/raw/preview/trades",
        ]
        for path in paths { #expect(try service.ask("/api/v1/" + path, key: "your-api-key").status == .unauthorized, "\(path)") }
        let (small, all) = (try service.key("tier1"), try service.key("prime-raw"))
        for path in [
            "data/nothing", "data/l1_price", "data/slippage", "data/raw", "data/raw/quotes", "data/preview/funding",
            "data/raw/preview/mark_price",
        ] {
            #expect(try service.ask("/api/v1/" + path, key: small).status == .notFound, "\(path)")
        }
        let fast = "/api/v1/data/flow" + AperiodicService.bars(["interval": "15s"])
        #expect(try AperiodicService.object(service.ask(fast, key: small))["code"] as? String == "interval_not_in_plan")
        #expect(try service.ask(fast, key: small).status == .forbidden && service.ask(fast, key: all).status == .ok)
        #expect(
            try service.ask("/api/v1/data/flow" + AperiodicService.bars(["interval": "15s", "symbol": "x"]), key: small).status
                == .badRequest)
        let raw = "/api/v1/data/raw/trades" + AperiodicService.bars(["start_date": "2025-05-01"])
        let refused = try service.ask(raw, key: small)
        #expect(try refused.status == .forbidden && AperiodicService.object(refused)["code"] as? String == "raw_not_in_plan")
        #expect(try service.ask(raw, key: all).status == .ok)
        #expect(try service.ask("/api/v1/data/raw/trades" + AperiodicService.bars(["exchange": "x"]), key: small).status == .badRequest)
        // What needs no key.
        for path in ["metadata/catalog", "metadata/raw"] { #expect(try service.ask("/api/v1/" + path).status == .ok) }
    }

    @Test func `A plan of one's own may open some datasets only, from one call to the next`() throws {
        let service = try AperiodicService()
        let key = try service.key("prime")
        func code(_ dataset: String) throws -> String? {
            try AperiodicService.object(service.ask("/api/v1/data/\(dataset)" + AperiodicService.bars(), key: key))["code"] as? String
        }
        #expect(try code("flow") == nil && code("impact") == nil)
        try service.access.adopt(Plans([Plan(vendor: "aperiodic", name: "prime", datasets: ["flow"])]))
        #expect(try code("flow") == nil && code("impact") == "dataset_not_in_plan")
        try service.access.adopt(.standard)
        #expect(try code("impact") == nil)
    }

    @Test func `A plan may open the last days only, of bars and raw trades, and the preview all the same`() throws {
        let service = try AperiodicService()
        let key = try service.key("prime-raw")
        // 2026-01-01 less 245 days.
        try service.access.adopt(Plans([Plan(vendor: "aperiodic", name: "prime-raw", historyDays: 245)]))
        for path in ["data/flow", "data/raw/trades"] {
            func ask(_ start: String) throws -> Response {
                try service.ask("/api/v1/\(path)" + AperiodicService.bars(["start_date": start]), key: key)
            }
            let refused = try ask("2025-04-30")
            let answer = try AperiodicService.object(refused)
            #expect(refused.status == .forbidden && answer["code"] as? String == "history_not_in_plan")
            #expect(answer["error"] as? String == "The plan does not include days before 2025-05-01")
            #expect(try ask("2025-05-01").status == .ok)
        }
        let preview = AperiodicService.bars(["interval": "5m", "start_date": "2025-05-01", "end_date": "2025-05-31"])
        try service.access.adopt(Plans([Plan(vendor: "aperiodic", name: "prime-raw", historyDays: 1)]))
        #expect(try service.ask("/api/v1/data/preview/flow" + preview, key: key).status == .ok)
    }

    @Test func `Bars on the clock of arrivals are there for months that were recorded`() throws {
        let service = try AperiodicService(recording: true)
        let september = ["timestamp": "true", "start_date": "2025-09-01", "end_date": "2025-09-30"]
        let files = try #require(try service.json("data/flow" + AperiodicService.bars(september))["files"] as? [[String: Any]])
        #expect(files.count == 1)
        let url = try #require(files.first?["url"] as? String)
        #expect(url.contains("/files/bars-true/flow/1m/"))
        let link = url.dropFirst("http://127.0.0.1:8080".utf8.count)
        #expect(try service.ask(String(link)).status == .ok)
        // Neither link opens the other's file.
        #expect(try service.ask(link.replacingOccurrences(of: "bars-true", with: "bars")).status == .forbidden)
        let mixed = ["timestamp": "true", "start_date": "2025-07-01", "end_date": "2025-09-30"]
        #expect(try service.ask("/api/v1/data/flow" + AperiodicService.bars(mixed)).status == .badRequest)
    }

    @Test func `The preview is exactly what it is, for the demo key too, which opens nothing else`() throws {
        for service in [try AperiodicService(), try AperiodicService(isOpen: false)] {
            let preview = ["interval": "5m", "start_date": "2025-05-01", "end_date": "2025-05-31"]
            let good = "/api/v1/data/preview/flow" + AperiodicService.bars(preview)
            let response = try service.ask(good, key: "DEMO-KEY")
            #expect(try response.status == .ok && (AperiodicService.object(response)["files"] as? [Any])?.count == 1)
            for (name, value) in [
                ("interval", "1m"), ("start_date", "2025-05-02"), ("end_date", "2025-06-01"), ("timestamp", "true"),
                ("exchange", "okx-perps"), ("symbol", "perpetual-ETH-USDT:USDT"),
            ] {
                let other = "/api/v1/data/preview/flow" + AperiodicService.bars(preview.merging([name: value]) { $1 })
                #expect(try service.ask(other, key: "DEMO-KEY").status == .badRequest, "\(name)")
            }
            let raw = "/api/v1/data/raw/preview/trades?exchange=binance-futures&symbol=perpetual-BTC-USDT:USDT"
            let files = try #require(try AperiodicService.object(service.ask(raw, key: "DEMO-KEY"))["files"] as? [[String: Any]])
            #expect(files.map { $0["period"] as? String } == ["2025-05"])
            for path in [
                "data/flow" + AperiodicService.bars(preview), "data/raw/trades" + AperiodicService.bars(preview), "metadata/symbols",
            ] {
                #expect(try service.ask("/api/v1/" + path, key: "DEMO-KEY").status == .unauthorized)
            }
        }
        #expect(AperiodicPreview("binance-futures,perpetual-BTC-USDT:USDT,5m,2025-05-01,2025-05-31") == .standard)
        for text in [
            "", "binance-futures,BTCUSDT,5m,2025-05-01,2025-05-31", "binance-futures,perpetual-BTC-USDT:USDT,2h,2025-05-01,2025-05-31",
        ] {
            #expect(AperiodicPreview(text) == nil)
        }
    }

    @Test func `Raw files are listed with their exact sizes`() throws {
        let service = try AperiodicService()
        let answer = try service.json("data/raw/trades" + AperiodicService.bars())
        let files = try #require(answer["files"] as? [[String: Any]])
        #expect(files.map { $0["period"] as? String } == ["2025-04", "2025-05", "2025-07"])
        #expect(answer["missing_periods"] as? [String] == ["2025-06"] && answer["expires_in"] as? Int == 3600)
        #expect(answer["symbol"] as? String == "perpetual-BTC-USDT:USDT" && answer["dataset"] as? String == "trades")
        for file in files {
            let target = try AperiodicService.target(file["url"])
            let response = try service.ask(target, after: 3599)
            guard case .file(let body) = response.body else {
                Issue.record("\(response.status)")
                return
            }
            #expect(body.size == file["size"] as? Int)
            #expect(try service.ask(target, after: 3600).status == .forbidden)
        }
    }

    @Test func `Catalogue, symbols and coverage tell what is served and nothing else`() throws {
        let service = try AperiodicService()
        let metrics = try #require(try service.json("metadata/catalog")["metrics"] as? [[String: Any]])
        for metric in metrics {
            let id = try #require(metric["id"] as? String)
            #expect(try service.ask("/api/v1/data/\(id)" + AperiodicService.bars()).status == .ok)
            let fields = try #require(metric["fields"] as? [[String: String]])
            #expect(!fields.isEmpty && fields.allSatisfy { Set($0.keys) == ["name", "label", "description"] })
            #expect(Set(metric.keys) == ["id", "name", "description", "category", "fields"])
        }
        #expect(metrics.contains { $0["id"] as? String == "flow" && ($0["fields"] as? [Any])?.count == 36 })
        let symbols = try service.json("metadata/symbols?exchange=binance-futures")
        #expect(symbols["symbols"] as? [String] == ["perpetual-BTC-USDT:USDT"] && symbols["exchange"] as? String == "binance-futures")
        #expect((try service.json("metadata/symbols?exchange=okx-perps")["symbols"] as? [Any])?.isEmpty == true)
        for query in ["", "?exchange=", "?exchange=x"] {
            #expect(try service.ask("/api/v1/metadata/symbols" + query).status == .badRequest)
        }
        let coverage = try service.json("metadata/raw")
        let trades = (coverage["coverage"] as? [String: [String: [String: [String: Any]]]])?["trades"]
        let bitcoin = try #require(trades?["binance-futures"]?["perpetual-BTC-USDT:USDT"])
        #expect(bitcoin["first"] as? String == "2025-04-03" && bitcoin["last"] as? String == "2025-07-03")
        #expect(bitcoin["days"] as? Int == 3 && bitcoin["missing"] as? Int == 89)
        #expect((coverage["datasets"] as? [[String: Any]])?.map { $0["id"] as? String } == ["trades"])
        #expect((coverage["summary"] as? [Any])?.count == 1)
    }

    @Test func `The page about the vendor speaks of every column`() throws {
        let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/vendors/aperiodic.md").standardized
        let text = try String(contentsOf: page, encoding: .utf8)
        for dataset in Dataset<BarRow>.all {
            for column in dataset.vendorColumns { #expect(text.contains("`\(column.name)`"), "\(dataset.name)") }
        }
    }
}
