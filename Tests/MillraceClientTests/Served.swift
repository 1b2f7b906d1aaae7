import Foundation
import MillraceClient
import TestSupport
import Testing

/// The built binary as a server of a folder of its own, stopped with this object.
final class Served {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    let url: String
    let port: UInt16
    private let process: Process

    /// Starts `millrace COMMAND --data DATA …`, and waits until it answers.
    init(_ words: [String], port: UInt16 = 0) throws {
        process = Process()
        process.executableURL = Served.root.appending(path: ".build/release/millrace")
        process.arguments = words + ["--port", "\(port)", "--quiet"]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        var line = Data()
        while line.last != UInt8(ascii: "\n") {
            let more = output.fileHandleForReading.availableData
            if more.isEmpty { break }
            line += more
        }
        let words = String(decoding: line, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        url = try String(#require(words.count > 2 ? words[2] : nil, "the server did not start"))
        self.port = try #require(url.split(separator: ":").last.flatMap { UInt16($0) })
    }

    deinit { stop() }

    /// Stops it, and waits until it is gone.
    func stop() {
        guard process.isRunning else { return }
        process.terminate()
        process.waitUntilExit()
    }

    /// Runs the binary to its end, and returns what it said.
    @discardableResult
    static func run(_ words: String...) throws -> String {
        let process = Process()
        process.executableURL = root.appending(path: ".build/release/millrace")
        process.arguments = words
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(words)")
        return String(decoding: said, as: UTF8.self).trimmingCharacters(in: .newlines)
    }
}

/// A day of a made-up tape on disk, and the dump that it was imported from.
struct Tape {
    /// A line of the dump: id, price, quantity, …, time in milliseconds, whether the buyer was the maker.
    let lines: [[Substring]]
    let data: String

    /// - Parameter holes: the places of the lines that are left out.
    init(in folder: Folder, rows: Int, holes: [Range<Int>] = []) throws {
        let dump = try Served.run("simulate", "archives", "--rows", "\(rows)", "--seed", "21", "--format", "csv", "--output", folder.path)
        var text = try String(contentsOfFile: dump, encoding: .utf8).split(separator: "\n")
        let head = text.first.map { $0.first?.isNumber == false } == true ? [text.removeFirst()] : []
        let kept = text.enumerated().filter { line in !holes.contains { $0.contains(line.offset) } }.map(\.element)
        try (head + kept).joined(separator: "\n").appending("\n").write(toFile: dump, atomically: true, encoding: .utf8)
        lines = kept.map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        data = folder.data("lake")
        try Served.run("import", dump, "--data", data, "--venue", "binance-futures", "--symbol", "BTCUSDT")
    }
}

/// Waits until something holds.
func until(_ what: String, seconds: Double = 20, _ holds: () -> Bool) async throws {
    let end = Date().addingTimeInterval(seconds)
    while !holds() {
        try #require(Date() < end, "\(what)")
        try await Task.sleep(for: .milliseconds(20))
    }
}

extension AsyncSequence {
    /// All elements.
    func collected() async throws -> [Element] {
        var elements: [Element] = []
        for try await element in self { elements.append(element) }
        return elements
    }
}
