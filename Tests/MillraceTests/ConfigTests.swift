import Foundation
import Testing

/// `config check` and `show`, and plans of a file that change while a server runs.
struct ConfigTests {
    @Test func `A file's faults are told line by line, and a good file is good`() throws {
        try Scratch.with { directory in
            let file = directory.appending(path: "plans.json5")
            func check(_ text: String) throws -> Binary.Output {
                try Data(text.utf8).write(to: file)
                return try Binary.run(["config", "check", file.path])
            }
            let good = try check("{ plans: [{ vendor: 'aperiodic', name: 'trial', datasets: ['flow'], calls_per_minute: 0x10, }] } // fine")
            #expect(good.status == 0 && good.stdout.isEmpty && good.stderr.contains("good; 22 plans"))
            let wrong = try check(
                "{\n  plans: [\n    { vendor: 'oanor', name: 'x', calls_per_minut: 5 },\n    { vendor: 'oanor', name: 7 },\n] }")
            #expect(wrong.status == 1 && wrong.stderr.isEmpty)
            #expect(
                wrong.stdout == """
                    \(file.path):3:35: 'calls_per_minut' is no setting of a plan. Did you mean 'calls_per_minute'?
                    \(file.path):4:30: 'name' is of 1 to 32 small letters, digits and hyphens, not 7

                    """)
            let paths = try check("{ plans: [{ vendor: 'millrace', name: 'x', closed: ['/v1/gasp', '/healthz'], endpoints: ['/v1/*'] }] }")
            #expect(paths.status == 1)
            #expect(
                paths.stdout.contains(": 'closed' is a list of paths of the API of millrace")
                    && paths.stdout.contains("Did you mean '/v1/gaps'?"))
            #expect(paths.stdout.contains("not '/healthz'") && paths.stdout.split(separator: "\n").count == 2)
            let baskets = try check("{ baskets: {\n  'btc': ['binance-spot:BTCUSDT', 'binance-spot:BTCEUR'],\n}, planz: [] }")
            #expect(
                baskets.stdout == """
                    \(file.path):2:35: 'binance-spot:BTCEUR' is priced in 'EUR', and baskets are in dollars
                    \(file.path):3:4: 'planz' is no setting of the configuration. Did you mean 'plans'?

                    """)
            let declared = try check("{ baskets: { btc: ['binance-spot:BTCUSDT'] } }")
            #expect(declared.status == 0 && declared.stderr.contains("plans are in force with it, and 1 basket\n"))
            let shown = try Binary.run(["config", "show", "--config", file.path])
            #expect(shown.stdout.contains("  baskets: {\n    'btc': ['binance-spot:BTCUSDT'],\n  },\n}\n"))
            let broken = try check("{\n  plans: [ }")
            #expect(broken.status == 1 && broken.stdout == "\(file.path):2:12: a value is wanted here, not '}'\n")
            let missing = try Binary.run(["config", "check", directory.appending(path: "none").path])
            #expect(missing.status == 1 && missing.stderr.contains("No such file"))
            #expect(try Binary.run(["config", "check"]).status == 2)
            for words in [["serve"], ["keys", "create", "--vendor", "oanor", "--plan", "pro"]] {
                let refused = try Binary.run(words + ["--data", directory.appending(path: "lake").path, "--config", file.path])
                #expect(refused.status == 1 && refused.stderr.contains("plans.json5:2:12: a value"), "\(refused)")
            }
        }
    }

    @Test func `What is shown is a file that can be used`() throws {
        try Scratch.with { directory in
            let file = directory.appending(path: "plans.json5")
            let shown = try Binary.run(["config", "show"])
            #expect(shown.status == 0 && shown.stdout.contains("{ vendor: 'oanor', name: 'free', calls_per_second: 2"))
            try Data(shown.stdout.utf8).write(to: file)
            let again = try Binary.run(["config", "show", "--config", file.path])
            try Data(again.stdout.utf8).write(to: file)
            #expect(again.status == 0)
            #expect(try Binary.run(["config", "show", "--config", file.path]).stdout == again.stdout)
        }
    }

    /// A server whose plans come from a file.
    private struct Serving {
        let process = Process()
        let url: String
        private let log: URL
        private let plans: URL

        init(data: URL, plans: URL, in directory: URL) throws {
            self.plans = plans
            log = directory.appending(path: "stderr")
            let ready = directory.appending(path: "ready")
            for file in [log, ready] { try Data().write(to: file) }
            process.executableURL = Binary.url
            process.arguments = [
                "serve", "--data", data.path, "--port", "0", "--opend-port", "none", "--opend-ws-port", "none", "--config", plans.path,
            ]
            process.standardOutput = try FileHandle(forWritingTo: ready)
            process.standardError = try FileHandle(forWritingTo: log)
            try process.run()
            var line = ""
            for _ in 0..<2400 where process.isRunning && !line.hasSuffix("\n") {
                Thread.sleep(forTimeInterval: 0.05)
                line = try String(contentsOf: ready, encoding: .utf8)
            }
            try #require(line.hasPrefix("millrace ready http://127.0.0.1:"), "\(line)")
            url = String(line.dropFirst("millrace ready ".count).dropLast())
        }

        var said: String { get throws { try String(contentsOf: log, encoding: .utf8) } }

        /// How often the server has said what became of the file.
        private var verdicts: Int {
            get throws { try said.split(separator: "\n").count { $0.contains("plans are in force") || $0.contains("stay as they were") } }
        }

        /// Writes the file, has it read, and waits for what is said of it.
        func change(_ text: String) throws {
            try Data(text.utf8).write(to: plans, options: .atomic)
            let before = try verdicts
            kill(process.processIdentifier, SIGHUP)
            for _ in 0..<3000 {
                guard try process.isRunning && verdicts == before else { break }
                Thread.sleep(forTimeInterval: 0.01)
            }
            let (after, told) = (try verdicts, try said)
            try #require(process.isRunning && after == before + 1, "\(told)")
        }

        /// Asks so often, over one connection or over a new one each time.
        func ask(_ times: Int, key: String, to output: Pipe, reusing: Bool = true) throws -> Process {
            let curl = Process()
            curl.executableURL = URL(filePath: "/usr/bin/env")
            curl.arguments =
                ["curl", "--silent", "--max-time", "60", "--output", "/dev/null", "--write-out", "%{http_code} %{exitcode}\n"]
                + ["--header", "x-oanor-key: \(key)"] + (reusing ? [] : ["--header", "Connection: close"])
                + ["\(url)/orderflow-api/v1/meta#[1-\(times)]"]
            curl.standardOutput = output
            try curl.run()
            return curl
        }

        func answers(_ times: Int, key: String) throws -> [Substring] {
            let output = Pipe()
            let curl = try ask(times, key: key, to: output)
            let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            curl.waitUntilExit()
            return text.split(separator: "\n").map { $0 }
        }
    }

    private static func plans(_ settings: String) -> String { "{ plans: [{ vendor: 'oanor', name: 'mine', \(settings) }] }" }

    @Test func `SIGHUP changes plans at once, and no request that runs meanwhile fails`() throws {
        try Scratch.with { directory in
            let (data, file) = (directory.appending(path: "lake"), directory.appending(path: "plans.json5"))
            try Data(Self.plans("calls_per_second: 100000").utf8).write(to: file)
            let create = ["keys", "create", "--data", data.path, "--vendor", "oanor", "--plan", "mine", "--quiet"]
            #expect(try Binary.run(create).status == 2)
            let key = try Binary.run(create + ["--config", file.path]).stdout.trimmingCharacters(in: .newlines)
            try #require(key.hasPrefix("oanor_live_"))
            let serving = try Serving(data: data, plans: file, in: directory)
            defer { serving.process.terminate() }
            let outputs = [Pipe(), Pipe()]
            let running = try [serving.ask(3000, key: key, to: outputs[0]), serving.ask(1000, key: key, to: outputs[1], reusing: false)]
            // Their answers, 18 kB, wait in the pipe until they are read. Of more than 20 changes in a minute the server would not tell.
            for turn in 1...12 {
                try serving.change(turn % 3 == 2 ? "{ plans: [oops] }" : Self.plans("calls_per_second: \(90_000 + turn)"))
            }
            for (output, times) in zip(outputs, [3000, 1000]) {
                let lines = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self).split(separator: "\n")
                #expect(lines.count == times && lines.allSatisfy { $0 == "200 0" }, "\(Set(lines))")
            }
            for curl in running { curl.waitUntilExit() }
            try serving.change(Self.plans("limits: [{ calls: 2, seconds: 3600 }]"))
            #expect(try serving.answers(4, key: key) == ["200 0", "200 0", "429 0", "429 0"])
            try serving.change("{ plans: [{ vendor: 'oanor', name: 'mine', calls_per_secnd: 9 }] }")
            #expect(
                try serving.said.contains("plans.json5:1:44: 'calls_per_secnd' is no setting of a plan. Did you mean 'calls_per_second'?"))
            #expect(try serving.answers(1, key: key) == ["429 0"])
            // Without its plan the key opens nothing.
            try serving.change("{}")
            #expect(try serving.answers(1, key: key) == ["401 0"])
            #expect(try serving.said.contains("opens nothing: oanor has no plan 'mine' now"))
            for (settings, code) in [
                ("closed: ['/orderflow-api/v1/meta']", "402"), ("endpoints: ['/orderflow-api/v1/flow']", "402"),
                ("endpoints: ['/orderflow-api/*'], closed: ['/orderflow-api/v1/flow']", "200"),
            ] {
                try serving.change(Self.plans(settings))
                #expect(try serving.answers(1, key: key) == ["\(code) 0"], "\(settings)")
            }
            try serving.change(Self.plans("calls_per_month: 1000000"))
            #expect(try serving.answers(1, key: key) == ["200 0"])
            serving.process.terminate()
            serving.process.waitUntilExit()
            #expect(serving.process.terminationStatus == 0 && serving.process.terminationReason == .exit)
        }
    }
}
