import Foundation
import Testing

struct SimulateTests {
    @Test func `simulate archives prints the path of what it wrote, with a checksum beside it`() throws {
        try Scratch.with { directory in
            let output = try Binary.run(
                ["simulate", "archives", "--rows", "1000", "--day", "2025-01-02", "--output", directory.path, "--format", "zip"])
            #expect(output.status == 0)
            let path = directory.path + "/BTCUSDT-aggTrades-2025-01-02.zip"
            #expect(output.stdout == path + "\n")
            #expect(FileManager.default.fileExists(atPath: path + ".CHECKSUM"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).count == 2)
        }
    }

    @Test(arguments: [["--venue", "deribit"], ["--rows", "0"], ["--day", "yesterday"], ["--seed", "x"], ["--symbol", "../up"]])
    func `simulate archives refuses what it cannot draw`(words: [String]) throws {
        let output = try Binary.run(["simulate", "archives"] + words)
        #expect(output.status == 2)
        #expect(output.stderr.contains(words[0]))
    }

    @Test func `simulate archives into a place it may not write is an error of one line`() throws {
        let output = try Binary.run(["simulate", "archives", "--rows", "10", "--output", "/proc/nowhere"])
        #expect(output.status == 1)
        #expect(output.stderr.filter { $0 == "\n" }.count == 1)
    }

    @Test func `simulate market writes three instruments and says where`() throws {
        try Scratch.with { directory in
            let output = try Binary.run(["simulate", "market", "--rows", "3000", "--output", directory.path])
            #expect(output.status == 0)
            let lines = output.stdout.split(separator: "\n").map { $0.split(separator: "\t") }
            #expect(lines.map { $0[1] } == ["BTCUSDT", "ETHUSDT", "BTCUSD_PERP"])
            #expect(lines.allSatisfy { FileManager.default.fileExists(atPath: String($0[2])) })
        }
    }
}
