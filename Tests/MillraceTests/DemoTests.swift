import Foundation
import Testing

struct DemoTests {
    /// The demo in its own process, ready to be asked.
    private struct Demo {
        let process: Process
        let url: String

        init(data: URL, log: URL, seed: Int) throws {
            try Data().write(to: log)
            process = Process()
            process.executableURL = Binary.url
            process.arguments = ["demo", "--data", data.path, "--port", "0", "--rows", "10000", "--seed", "\(seed)", "--quiet"]
            process.standardOutput = try FileHandle(forWritingTo: log)
            try process.run()
            var line = ""
            for _ in 0..<600 where process.isRunning && !line.hasSuffix("\n") {
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

    @Test func `The demo serves three instruments, keeps its tape, and ends on SIGTERM`() throws {
        try Scratch.with { directory in
            let data = directory.appending(path: "data")
            var deltas: [[Double]] = []
            for run in 0..<2 {
                let demo = try Demo(data: data, log: directory.appending(path: "log\(run)"), seed: 5)
                let paths = [
                    "symbol=BTCUSDT", "coin=ETH&quote=USDT", "symbol=BTCUSD_PERP&venue=binance-coin-futures",
                ]
                deltas.append(
                    try paths.map { query in
                        let answer = try demo.get("/orderflow-api/v1/flow?trades=500&\(query)")
                        #expect(answer["success"] as? Bool == true, "\(answer)")
                        let flow = try #require(answer["data"] as? [String: Any])
                        #expect(flow["trades_scanned"] as? Int == 500)
                        return try #require(flow["delta_quote"] as? Double)
                    })
                #expect(demo.end() == 0)
            }
            #expect(deltas[0] == deltas[1])
            #expect(!FileManager.default.fileExists(atPath: data.appending(path: "dumps").path))
            #expect(try Binary.run(["verify", "--data", data.path]).status == 0)
        }
    }
}
