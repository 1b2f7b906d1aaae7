import Foundation
import TestSupport
import Testing

/// `import` and `verify` as a user runs them, with the faults of real life.
@Suite struct ImportTests {
    static func csv(_ ids: some Sequence<Int>) -> Data {
        var text = "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n"
        for id in ids {
            let price = 42_000 + (id &* 7919) % 100
            text += "\(id),\(price).5,0.\(1 + id % 9),\(2 * id),\(2 * id + 1),\(1_704_067_200_000 + id * 100),\(id % 2 == 0)\n"
        }
        return Data(text.utf8)
    }

    static func run(_ directory: URL, _ files: [URL], _ more: [String] = []) throws -> Binary.Output {
        try Binary.run(
            ["import"] + files.map(\.path)
                + ["--data", directory.path, "--venue", "binance-futures", "--symbol", "BTCUSDT", "--quiet"] + more)
    }

    static func verify(_ directory: URL, _ more: [String] = []) throws -> Binary.Output {
        try Binary.run(["verify", "--data", directory.path] + more)
    }

    static func tape(_ directory: URL) throws -> [String: Data] {
        var files: [String: Data] = [:]
        let root = directory.appending(path: "tape")
        for case let url as URL in FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil) ?? .init()
        where url.pathExtension == "parquet" {
            files[String(url.path.dropFirst(root.path.count))] = try Data(contentsOf: url)
        }
        return files
    }

    /// Three days of made-up trades as three files of one day each, imported.
    static func lake(_ folder: URL) throws -> (data: URL, files: [URL]) {
        let files = try (0..<3).map { day in
            let file = folder.appending(path: "day\(day).csv")
            try csv((day * 864_000)..<(day * 864_000 + 3000)).write(to: file)
            return file
        }
        let data = folder.appending(path: "data")
        let output = try run(data, files)
        #expect(output.status == 0, "\(output.stderr)")
        return (data, files)
    }

    @Test func `A report as JSON is the last line on stdout, and a second import changes nothing`() throws {
        try Scratch.with { folder in
            let (data, files) = try Self.lake(folder)
            let before = try Self.tape(data)
            #expect(before.count == 3)
            let output = try Self.run(data, files, ["--report", "json"])
            #expect(output.status == 0 && output.stderr.isEmpty)
            let line = try #require(output.stdout.split(separator: "\n").last)
            let report = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            #expect(report["rows"] as? Int == 9000 && (report["holes"] as? [Any])?.count == 2)
            #expect(try Self.tape(data) == before)
            let verified = try Self.verify(data)
            #expect(verified.status == 0 && verified.stdout.contains("known hole"), "\(verified.stdout)")
        }
    }

    @Test func `An import that is killed at any moment leaves whole days, and the next one finishes`() throws {
        try Scratch.with { folder in
            let all = folder.appending(path: "all.csv")
            // Three days in one file, so that several files are published at once, and then rows in no order, so that days are merged.
            let ids = (0..<3).flatMap { day in (day * 864_000..<day * 864_000 + 60_000).filter { $0 % 1000 != 7 } }
            try Self.csv(ids).write(to: all)
            let over = folder.appending(path: "over.csv")
            try Self.csv(stride(from: 0, to: 2_592_000, by: 39).filter { $0 % 864_000 < 80_000 }.reversed()).write(to: over)
            let whole = folder.appending(path: "whole")
            let began = Date()
            #expect(try Self.run(whole, [all, over]).status == 0)
            let duration = Date().timeIntervalSince(began)
            let wanted = try Self.tape(whole)
            var seen: Set<Int> = []
            for _ in 0..<16 {
                let data = folder.appending(path: "data")
                try? FileManager.default.removeItem(at: data)
                let process = Process()
                process.executableURL = Binary.url
                process.arguments = [
                    "import", all.path, over.path, "--data", data.path, "--venue", "binance-futures", "--symbol", "BTCUSDT", "--quiet",
                ]
                process.standardOutput = FileHandle.nullDevice
                try process.run()
                usleep(UInt32(Double.random(in: 0...1.1) * duration * 1e6))
                kill(process.processIdentifier, SIGKILL)
                process.waitUntilExit()
                guard FileManager.default.fileExists(atPath: data.path + "/catalogue.sqlite") else { continue }
                let verified = try Self.verify(data)
                // The tables may not be there yet: then it is no data directory, and says so.
                if verified.status != 0 { #expect(!verified.stderr.isEmpty && verified.stdout.isEmpty, "\(verified.stdout)") }
                let days = try Self.tape(data)
                seen.insert(days.count)
                #expect([0, 3].contains(days.count))
                #expect(try Self.run(data, [all, over]).status == 0)
                #expect(try Self.tape(data) == wanted)
                #expect(try Self.verify(data).status == 0)
                let stray = try FileManager.default.contentsOfDirectory(atPath: data.path + "/incoming")
                #expect(stray.isEmpty)
            }
            print("days seen after a kill: \(seen.sorted())")
        }
    }

    @Test func `A flipped byte anywhere in a file is found and the file named`() throws {
        try Scratch.with { folder in
            let (data, _) = try Self.lake(folder)
            let name = try #require(try Self.tape(data).keys.sorted().first)
            let file = data.appending(path: "tape" + name)
            let bytes = try Data(contentsOf: file)
            for position in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 40)) + [bytes.count - 1] {
                var damaged = bytes
                damaged[position] ^= 0x10
                try damaged.write(to: file)
                let output = try Self.verify(data)
                #expect(output.status == 1 && output.stdout.contains("damaged file: tape\(name)"), "byte \(position): \(output.stdout)")
            }
            try bytes.prefix(bytes.count / 2).write(to: file)
            #expect(try Self.verify(data).status == 1)
            // The other days stay readable, and the damaged one is an error that names it.
            let bars = { (from: String, to: String) in
                try Binary.run([
                    "bars", "flow", "--data", data.path, "--venue", "binance-futures", "--symbol", "BTCUSDT", "--interval", "1m", "--from",
                    from, "--to", to, "--without", "flow_toxicity_score",
                ])
            }
            #expect(try bars("2024-01-02", "2024-01-03").status == 0)
            let broken = try bars("2024-01-01", "2024-01-02")
            #expect(broken.status == 1 && broken.stderr.contains("trades.parquet"))
            try bytes.write(to: file)
            #expect(try Self.verify(data).status == 0)
        }
    }

    @Test func `Missing and unknown files, unknown holes and foreign rows are named`() throws {
        try Scratch.with { folder in
            let (data, files) = try Self.lake(folder)
            let names = try Self.tape(data).keys.sorted()
            let first = data.appending(path: "tape" + names[0])
            let bytes = try Data(contentsOf: first)

            try FileManager.default.removeItem(at: first)
            var output = try Self.verify(data)
            #expect(output.status == 1 && output.stdout.contains("missing file: tape\(names[0])"))
            try bytes.write(to: first)

            let copy = first.deletingLastPathComponent().appending(path: "copy.parquet")
            try bytes.write(to: copy)
            output = try Self.verify(data)
            #expect(output.status == 1 && output.stdout.contains("unknown file") && output.stdout.contains("copy.parquet"))
            try FileManager.default.removeItem(at: copy)

            // Another day's file in this day's place.
            try Data(contentsOf: data.appending(path: "tape" + names[1])).write(to: first)
            output = try Self.verify(data)
            #expect(output.status == 1 && output.stdout.contains("wrong day") && output.stdout.contains("duplicate"), "\(output.stdout)")
            try bytes.write(to: first)

            let sqlite = { (statement: String) in
                let process = Process()
                process.executableURL = URL(filePath: "/usr/bin/env")
                process.arguments = [
                    "python3", "-c", "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()",
                    data.appending(path: "catalogue.sqlite").path, statement,
                ]
                try process.run()
                process.waitUntilExit()
                #expect(process.terminationStatus == 0)
            }
            try sqlite("DELETE FROM holes WHERE first_id = 3000")
            output = try Self.verify(data)
            #expect(output.status == 1 && output.stdout.contains("unknown hole") && output.stdout.contains("3000…863999"))

            // Taking the bad day out of the way and importing it again makes all well.
            try bytes.prefix(100).write(to: first)
            #expect(try Self.verify(data, ["--quarantine"]).status == 1)
            #expect(try Self.run(data, files).status == 0)
            output = try Self.verify(data)
            #expect(output.status == 0, "\(output.stdout)")
            #expect(try Data(contentsOf: first) == bytes)
            #expect(try FileManager.default.contentsOfDirectory(atPath: data.path + "/quarantine").count == 1)
        }
    }

    @Test func `A damaged catalogue is an error of one line`() throws {
        try Scratch.with { folder in
            let (data, _) = try Self.lake(folder)
            let catalogue = data.appending(path: "catalogue.sqlite")
            let bytes = try Data(contentsOf: catalogue)
            for damage in [Data("junk".utf8), Data(repeating: 0x55, count: bytes.count), bytes.prefix(bytes.count / 2)] {
                try damage.write(to: catalogue)
                let output = try Self.verify(data)
                #expect(output.status == 1)
                #expect(output.stderr.split(separator: "\n").count == 1 || output.stdout.contains("damaged catalogue"), "\(output)")
            }
            try FileManager.default.removeItem(at: catalogue)
            let output = try Self.verify(data)
            #expect(output.status == 1 && output.stderr.split(separator: "\n").count == 1)
        }
    }

    @Test(.enabled(if: SmallDisk.canBeMounted)) func `A full disk is one line and leaves nothing half-written`() throws {
        let disk = try SmallDisk(size: "1500k")
        defer { _ = disk }
        try Scratch.with { folder in
            let small = folder.appending(path: "small.csv")
            try Self.csv(0..<20_000).write(to: small)
            let large = folder.appending(path: "large.csv")
            try Self.csv((0..<800_000).map { $0 * 3 + 1_000_000 }).write(to: large)
            let data = URL(filePath: disk.path).appending(path: "data")
            #expect(try Self.run(data, [small]).status == 0)
            let before = try Self.tape(data)
            let output = try Self.run(data, [large])
            #expect(output.status == 1 && output.stdout.isEmpty)
            #expect(output.stderr.split(separator: "\n").count == 1 && output.stderr.contains("space"), "\(output.stderr)")
            #expect(try Self.tape(data) == before)
            #expect(try FileManager.default.contentsOfDirectory(atPath: data.path + "/incoming").isEmpty)
            #expect(try Self.verify(data).status == 0)
        }
    }

    @Test func `Junk, directories, empty files and forbidden places are one line and status 1`() throws {
        try Scratch.with { folder in
            let data = folder.appending(path: "data")
            let junk = folder.appending(path: "junk.zip")
            try Data((0..<5000).map { _ in UInt8.random(in: 0...255) }).write(to: junk)
            let empty = folder.appending(path: "empty.csv")
            try Data().write(to: empty)
            for file in [junk, empty, folder, folder.appending(path: "missing.csv")] {
                let output = try Self.run(data, [file])
                #expect(
                    output.status == 1 && output.stderr.split(separator: "\n").count == 1, "\(file.lastPathComponent): \(output.stderr)")
                #expect(output.stdout.isEmpty)
                #expect(try Self.tape(data).isEmpty)
            }
            let good = folder.appending(path: "good.csv")
            try Self.csv(0..<100).write(to: good)
            for place in ["/proc/millrace", "/dev/null/data"] {
                let output = try Self.run(URL(filePath: place), [good])
                #expect(output.status == 1 && output.stderr.split(separator: "\n").count == 1, "\(output.stderr)")
            }
        }
    }
}
