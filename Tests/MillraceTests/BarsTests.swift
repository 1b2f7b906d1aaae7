import Foundation
import Testing

struct BarsTests {
    static let data = Binary.root.deletingLastPathComponent().appending(path: "shared/data")
    static let coinMargined = data.appending(path: "binance-coinm-aggtrades/BTCUSD_PERP-aggTrades-2026-05-08.zip")
    static let hasRecordings = FileManager.default.fileExists(atPath: data.path)

    private func bars(_ input: URL, _ more: [String], venue: String = "binance-spot", symbol: String = "BTCUSDT") throws -> Binary.Output {
        try Binary.run(["bars", "flow", "--input", input.path, "--venue", venue, "--symbol", symbol] + more)
    }

    @Test(.enabled(if: hasRecordings, "the recordings in ../shared/data are not there"))
    func `The real COIN-M day has the published totals`() throws {
        let output = try bars(
            Self.coinMargined,
            ["--interval", "1d", "--format", "json", "--quiet"], venue: "binance-coin-futures", symbol: "BTCUSD_PERP")
        #expect(output.status == 0)
        let row = try #require(JSONSerialization.jsonObject(with: Data(output.stdout.utf8)) as? [String: Any])
        #expect(row["trade_count"] as? Int == 105_280)
        #expect(row["volume_notional"] as? Double == 491_907_100)
        let buys = ["small", "medium", "large"].reduce(0.0) { $0 + (row["taker_buy_\($1)_order_volume"] as? Double ?? .nan) }
        #expect(buys == 258_963_100)
        #expect(row["quality"] as? String == "complete")
        #expect(row["time"] as? Int == 1_778_198_400_000)
    }

    @Test(.enabled(if: hasRecordings, "the recordings in ../shared/data are not there"))
    func `Bars that a hole touches say so`() throws {
        let file = Self.data.appending(path: "binance-spot-ltcusdt/b584b5e_LTCUSDT_2025-06-22_18h_trades.csv.gz")
        let output = try bars(file, ["--interval", "1h", "--fields", "trade_count,quality"], symbol: "LTCUSDT")
        #expect(
            output.stdout == """
                time,trade_count,quality
                2025-06-22T00:00:00Z,5840,gap
                2025-06-22T01:00:00Z,2550,gap
                2025-06-22T23:00:00Z,2819,gap

                """)
        #expect(output.stderr.contains("113656 ids are missing in 2 holes"))
    }

    private static let tiny = """
        1,100.0,1,1,1,1735689600000000,False,True
        2,100.5,2,2,2,1735689659999999,True,True
        3,101.0,5,3,3,1735689660000000,False,True

        """

    @Test func `The range is inclusive below and exclusive above, by the start of the bar`() throws {
        try Scratch.with { directory in
            let file = directory.appending(path: "day.csv")
            try Data(Self.tiny.utf8).write(to: file)
            let range = ["--from", "2025-01-01T00:01:00Z", "--to", "1735689720000"]
            let output = try bars(file, ["--interval", "1m", "--fields", "taker_buy_volume,volume_notional"] + range)
            #expect(output.stdout == "time,taker_buy_volume,volume_notional\n2025-01-01T00:01:00Z,5.0,505.0\n")
            #expect(output.status == 0)
        }
    }

    @Test func `Threads do not change a byte`() throws {
        try Scratch.with { directory in
            let made = try Binary.run([
                "simulate", "archives", "--venue", "binance-futures", "--symbol", "BTCUSDT", "--day", "2024-01-01", "--rows", "200000",
                "--seed", "3", "--format", "csv", "--output", directory.path,
            ])
            #expect(made.status == 0, "\(made.stderr)")
            let file = directory.appending(path: "BTCUSDT-aggTrades-2024-01-01.csv")
            let outputs = try ["1", "2", "5"].map { threads in
                try bars(file, ["--interval", "5s", "--threads", threads, "--quiet"], venue: "binance-futures").stdout
            }
            #expect(outputs[0].count > 100_000)
            #expect(outputs[1] == outputs[0])
            #expect(outputs[2] == outputs[0])
        }
    }

    @Test(arguments: [
        (["--interval", "7m"], "choose one of"), (["--interval", "1m", "--fields", "nonsense"], "no column 'nonsense'"),
        (["--interval", "1m", "--from", "2025-01-02", "--to", "2025-01-01"], "--from must be before --to"),
        (["--interval", "1m", "--medium-from", "-3"], "a positive number"),
        (["--interval", "1w", "--to", "9223372036854775"], "write a time as"),
        (["--interval", "1m", "--data", "x"], "either --input FILE or --data DIR"),
    ])
    func `Bad usage is status 2 and one line that says what to do`(options: [String], reason: String) throws {
        let output = try bars(URL(filePath: "/nonexistent.csv"), options)
        #expect(output.status == 2)
        #expect(output.stderr.contains(reason), "\(output.stderr)")
        #expect(output.stderr.split(separator: "\n").count == 1)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `A shuffled dump with repeated rows has the bars of the clean one`(seed: UInt64) throws {
        try Scratch.with { directory in
            let clean = directory.appending(path: "clean.csv")
            let rows = (0..<3000).map { row in
                "\(row + 7),\(100 + row * 7919 % 13).\(row % 10),\(1 + row % 9),\(row),\(row),\(1_735_689_600_000_000 + row * 40_000),"
                    + (row % 3 == 0 ? "True" : "False") + ",True"
            }
            try Data((rows.joined(separator: "\n") + "\n").utf8).write(to: clean)
            var state = seed
            var dirty = rows + rows.prefix(400)
            for index in dirty.indices.dropFirst() {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                dirty.swapAt(index, Int(state >> 33) % (index + 1))
            }
            let mixed = directory.appending(path: "mixed.csv")
            try Data((dirty.joined(separator: "\n") + "\n").utf8).write(to: mixed)
            let expected = try bars(clean, ["--interval", "5s", "--quiet"])
            let output = try bars(mixed, ["--interval", "5s"])
            #expect(output.status == 0, "seed \(seed): \(output.stderr)")
            #expect(output.stdout == expected.stdout, "seed \(seed)")
            #expect(output.stderr.contains("400 duplicates"), "seed \(seed): \(output.stderr)")
        }
    }

    @Test func `Arrival times are refused where there are none`() throws {
        let output = try bars(URL(filePath: "/nonexistent.csv"), ["--interval", "1m", "--clock", "true"])
        #expect(output.status == 1)
        #expect(output.stderr.contains("arrival times"))
    }

    @Test(.enabled(if: hasRecordings, "the recordings in ../shared/data are not there"))
    func `A failed run leaves no file under the name asked for`() throws {
        try Scratch.with { directory in
            let whole = try Data(contentsOf: Self.coinMargined)
            let file = directory.appending(path: "cut.zip")
            try whole.prefix(whole.count / 2).write(to: file)
            let output = try bars(file, ["--interval", "1m", "--output", directory.appending(path: "out.csv").path])
            #expect(output.status == 1)
            #expect(output.stderr.split(separator: "\n").count == 1, "\(output.stderr)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["cut.zip"])
        }
    }
}
