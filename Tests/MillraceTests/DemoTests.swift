import Foundation
import Testing

struct DemoTests {
    /// The demo in its own process, ready to be asked.
    private struct Demo {
        let process: Process
        let url: String

        init(data: URL, log: URL, rate: Int, hours: Int) throws {
            try Data().write(to: log)
            process = Process()
            process.executableURL = Binary.url
            process.arguments = [
                "demo", "--data", data.path, "--port", "0", "--rate", "\(rate)", "--hours", "\(hours)", "--seed", "5", "--quiet",
            ]
            process.standardOutput = try FileHandle(forWritingTo: log)
            try process.run()
            var line = ""
            for _ in 0..<2400 where process.isRunning && !line.hasSuffix("\n") {
                Thread.sleep(forTimeInterval: 0.05)
                line = try String(contentsOf: log, encoding: .utf8)
            }
            try #require(line.hasPrefix("millrace ready http://127.0.0.1:"), "\(line)")
            url = String(line.dropFirst("millrace ready ".count).dropLast())
        }

        func get(_ path: String) throws -> [String: Any] {
            let curl = Process()
            curl.executableURL = URL(filePath: "/usr/bin/env")
            curl.arguments = ["curl", "--silent", "--max-time", "10", url + path]
            let output = Pipe()
            curl.standardOutput = output
            try curl.run()
            let body = output.fileHandleForReading.readDataToEndOfFile()
            curl.waitUntilExit()
            return try #require(JSONSerialization.jsonObject(with: body) as? [String: Any])
        }

        func end() -> Int32 {
            process.terminate()
            process.waitUntilExit()
            return process.terminationStatus
        }
    }

    private static let queries = [
        "symbol=BTCUSDT", "coin=ETH&quote=USDT", "symbol=BTCUSD_PERP&venue=binance-coin-futures", "symbol=BTC-USDT-SWAP&venue=okx-perps",
        "symbol=BTCUSDT&venue=bybit-linear", "symbol=BTCUSDT&venue=binance-futures",
    ]

    @Test func `The demo records simulated exchanges live, serves what it has, keeps its tape, and ends on SIGTERM`() throws {
        try Scratch.with { directory in
            let data = directory.appending(path: "data")
            for run in 0..<2 {
                let demo = try Demo(data: data, log: directory.appending(path: "log\(run)"), rate: 20, hours: 3)
                for query in Self.queries {
                    let answer = try demo.get("/orderflow-api/v1/flow?trades=500&\(query)")
                    #expect(answer["success"] as? Bool == true, "\(answer)")
                    let flow = try #require(answer["data"] as? [String: Any])
                    #expect(flow["trades_scanned"] as? Int == 500, "\(query)")
                }
                let listed = try demo.get("/orderflow-api/v1/symbols")
                let symbols = try #require((listed["data"] as? [String: Any])?["symbols"] as? [String])
                #expect(symbols.contains("币安人生USDT"), "a pair that is not recorded is listed")
                let fetched = try demo.get("/orderflow-api/v1/flow?symbol=%E5%B8%81%E5%AE%89%E4%BA%BA%E7%94%9FUSDT&trades=100")
                #expect((fetched["data"] as? [String: Any])?["trades_scanned"] as? Int == 100, "\(fetched)")
                let interest = try demo.get("/api/futures/open-interest/exchange-list?symbol=BTC")
                let rows = try #require(interest["data"] as? [[String: Any]])
                #expect(rows.first?["exchange"] as? String == "All" && rows.count == 12, "\(rows.map { $0["exchange"] ?? "" })")
                // The demo brings what was before: three hours here.
                for window in ["5m", "15m", "30m", "1h"] {
                    #expect(rows.allSatisfy { $0["open_interest_change_percent_\(window)"] is NSNumber }, "\(window)")
                }
                #expect(demo.end() == 0)
            }
            #expect(!FileManager.default.fileExists(atPath: data.appending(path: "dumps").path))
            #expect(try Binary.run(["verify", "--data", data.path]).status == 0)
        }
    }

    @Test func `A market in which hardly anything is printed is ready too, and has the trades that its venues still tell of`() throws {
        try Scratch.with { directory in
            let demo = try Demo(data: directory.appending(path: "data"), log: directory.appending(path: "log"), rate: 1, hours: 0)
            for query in Self.queries {
                let answer = try demo.get("/orderflow-api/v1/flow?trades=500&\(query)")
                #expect((answer["data"] as? [String: Any])?["trades_scanned"] as? Int == 500, "\(query): \(answer)")
            }
            #expect(demo.end() == 0)
        }
    }
}
