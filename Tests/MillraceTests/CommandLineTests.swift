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
        (["version", "--format", "json", "--format=text"], "given twice"),
        (["version", "word"], "'word' is one word too many"),
        (["version", "--quiet=1"], "takes no value"),
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
}
