import Foundation
import Testing

struct CommandLineTests {
    @Test func `Help lists the commands and every command has help with examples`() throws {
        let help = try Binary.run(["--help"])
        #expect(help.status == 0)
        #expect(help.stderr.isEmpty)
        // The table of commands: lines of "  name  summary".
        let names = help.stdout.split(separator: "\n").filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }
            .compactMap { $0.dropFirst(2).split(separator: "  ").first }
        #expect(names.contains("version"))
        for name in names {
            let output = try Binary.run(name.split(separator: " ").map(String.init) + ["--help"])
            #expect(output.status == 0)
            #expect(output.stdout.contains("Usage: millrace \(name)"))
            #expect(output.stdout.contains("Examples:"))
            #expect(output.stdout.contains("--quiet"))
        }
    }

    @Test func `The version is the same whichever way it is asked for`() throws {
        let short = try Binary.run(["--version"])
        #expect(short.stdout.hasPrefix("millrace "))
        #expect(short.stdout == (try Binary.run(["version"])).stdout)
    }

    @Test(arguments: [
        (["vers"], "Did you mean 'version'?"),
        (["version", "--formt", "json"], "Did you mean --format?"),
        (["version", "--format"], "--format needs a value"),
        (["version", "--format", "xml"], "choose one of text, json"),
        (["version", "--format", "jsn"], "Did you mean json?"),
        (["completion", "tcsh"], "SHELL tcsh: choose one of bash, zsh, fish"),
        (["version", "--format", "json", "--format=text"], "given twice"),
        (["version", "word"], "'word' is one word too many"),
        (["version", "--quiet=1"], "takes no value"),
        (["import", "f.csv", "--data", "x", "--venue", "basket", "--symbol", "Y"], "give this tape's venue another name"),
        (
            ["bars", "flow", "--data", "x", "--venue", "basket", "--symbol", "btc", "--interval", "1m"],
            "--venue basket wants --config FILE"
        ),
        (
            ["bars", "flow", "--data", "x", "--venue", "bybit-spot", "--symbol", "Y", "--interval", "1m", "--contract-size", "2"],
            "--contract-size says how a dump is read"
        ),
        (
            [
                "bars", "flow", "--data", "x", "--venue", "bybit-spot", "--symbol", "Y", "--interval", "1m", "--medium-from", "5",
                "--large-from", "2",
            ],
            "--medium-from 5 must be less than --large-from 2"
        ),
        (["serve", "--data", "x", "--open-interest", "okx-perp"], "Did you mean okx-perps?"),
        (["serve", "--data", "x", "--oi-factor", "bybit-linear=0"], "write it like bybit-linear=0.5"),
        (["serve", "--data", "x", "--oi-factor", "nowhere=1"], "write it like bybit-linear=0.5"),
        (["serve", "--data", "x", "--interest-seconds", "0"], "a whole number from 1 to 3600"),
        (
            ["serve", "--data", "x", "--record", "binance-spot:BTCUSDT", "--endpoint", "binance-spot=http://127.0.0.1:1"],
            "name a ws:// or wss://"
        ),
    ])
    func `Bad usage is one line on stderr that says what to write, and status 2`(words: [String], hint: String) throws {
        let output = try Binary.run(words)
        #expect(output.status == 2)
        #expect(output.stdout.isEmpty)
        #expect(output.stderr.contains(hint))
        #expect(output.stderr.hasPrefix("millrace"))
        #expect(output.stderr.filter { $0 == "\n" }.count == 1)
    }

    @Test func `Both ways to write a value are the same`() throws {
        #expect(try Binary.run(["version", "--format=json"]).stdout == Binary.run(["version", "--format", "json"]).stdout)
    }

    @Test func `The binary needs nothing from the environment`() throws {
        #expect(try Binary.run(["--version"], environment: [:]).status == 0)
    }

    @Test func `A reader that goes away ends a command quietly`() throws {
        let shell = Process()
        shell.executableURL = URL(filePath: "/bin/bash")
        shell.arguments = ["-c", "for i in 1 2 3 4 5; do '\(Binary.url.path)' --help | true; done 2>&1"]
        let pipe = Pipe()
        shell.standardOutput = pipe
        try shell.run()
        shell.waitUntilExit()
        #expect(pipe.fileHandleForReading.readDataToEndOfFile().isEmpty)
    }

    @Test func `Open interest that cannot be imported is named, and the other files are`() throws {
        try Scratch.with { directory in
            let (good, bad) = (directory.appending(path: "cme.csv"), directory.appending(path: "bad.csv"))
            try "date,product,open_interest,settle\n2026-01-05,BTC,30000,91000\n2026-01-05,MBT,-4,91000\n"
                .write(to: good, atomically: false, encoding: .utf8)
            try "a,b,c\n1,2,3\n".write(to: bad, atomically: false, encoding: .utf8)
            let data = directory.appending(path: "data").path
            let output = try Binary.run(["import-interest", bad.path, good.path, "--data", data])
            #expect(output.status == 1 && output.stderr.contains("bad.csv") && output.stderr.split(separator: "\n").count == 1)
            #expect(output.stdout.contains("1 readings, 1 rows rejected") && output.stdout.contains("1 new readings"))
            let kept = try String(contentsOfFile: data + "/quarantine/cme.csv.rejected.txt", encoding: .utf8)
            #expect(kept.contains("a figure below zero") && kept.contains("the first in line 3"))
            #expect(try Binary.run(["verify", "--data", data]).status == 0)
        }
    }
}
