import ExchangeSimulator
import Foundation
import MarketModel
import Testing

struct ArchiveContainerTests {
    /// Runs a shell line in the directory of an archive and returns its status and what it printed.
    private func shell(_ line: String, beside archive: SimulatedArchive) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = ["-c", line]
        process.currentDirectoryURL = URL(filePath: archive.path).deletingLastPathComponent()
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }

    private let simulation = ArchiveSimulationTests.simulation(.binanceFutures, rows: 40_000)

    @Test func `Python reads the zip, and finds in it what the csv holds`() throws {
        let plain = try ArchiveSimulationTests.with(simulation) { $0.sha256 }
        try ArchiveSimulationTests.with(simulation, as: .zip) { archive in
            let name = URL(filePath: archive.path).lastPathComponent
            #expect(name == "BTCUSDT-aggTrades-2025-03-14.zip")
            let script = """
                import hashlib, zipfile
                z = zipfile.ZipFile('\(name)')
                assert z.testzip() is None
                assert z.namelist() == ['BTCUSDT-aggTrades-2025-03-14.csv']
                print(hashlib.sha256(z.read(z.namelist()[0])).hexdigest())
                """
            let result = try shell("python3 - <<'E'\n\(script)\nE", beside: archive)
            #expect(result.output == plain + "\n")
        }
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/unzip"), "unzip is not installed"))
    func `unzip finds no fault`() throws {
        try ArchiveSimulationTests.with(simulation, as: .zip) { archive in
            let result = try shell("unzip -t *.zip", beside: archive)
            #expect(result.status == 0, "\(result.output)")
        }
    }

    @Test func `gzip reads the gz`() throws {
        let plain = try ArchiveSimulationTests.with(simulation) { $0.sha256 }
        try ArchiveSimulationTests.with(simulation, as: .gz) { archive in
            try #expect(shell("gzip -t *.gz && gzip -dc *.gz | sha256sum", beside: archive).output == "\(plain)  -\n")
        }
    }

    @Test func `The checksum beside a zip is right`() throws {
        try ArchiveSimulationTests.with(simulation, as: .zip) { archive in
            try #expect(shell("sha256sum --quiet -c *.CHECKSUM", beside: archive).status == 0)
        }
    }

    @Test func `A directory that does not exist is a one-line error, and nothing is left`() {
        #expect(throws: SimulationError.self) { try simulation.write(to: "/nonexistent/place", as: .zip) }
    }
}
