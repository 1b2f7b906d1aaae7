import TestSupport
import Foundation
import Lake
import MarketModel
import Recorder
import Synchronization

/// Every file of the tape under a data directory, by path, with its bytes.
func tapeFiles(_ data: String) throws -> [String: Data] {
    var files: [String: Data] = [:]
    let root = URL(filePath: data + "/tape")
    for case let url as URL in FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil) ?? .init() {
        guard url.pathExtension == "parquet" else { continue }
        files[String(url.path.dropFirst(root.path.count))] = try Data(contentsOf: url)
    }
    return files
}

/// Imports files into a data directory.
@discardableResult
func importFiles(
    _ files: [String], into data: String, venue: Venue = .binanceSpot, symbol: String = "TESTUSDT", contractSize: FixedPoint? = nil,
    force: Bool = false
) throws -> ImportReport {
    let options = ImportOptions(venue: venue, symbol: symbol, contractSize: contractSize, force: force, threads: 2)
    return try TapeImport(lake: Lake(directory: data, create: true), options: options).run(files: files)
}

/// What verify finds, known holes left out.
func findings(_ data: String) throws -> [LakeFinding] {
    let found = Mutex<[LakeFinding]>([])
    try Lake(directory: data, create: false).verify(threads: 2) { finding in found.withLock { $0.append(finding) } }
    return found.withLock { $0 }.filter { !$0.isHarmless }
}

/// A made-up trade as a line of CSV.
struct Line: Hashable {
    var id: Int64
    var time: Int64
    var price: String
    var quantity: String
    var side: String

    static let header = "time,price,quantity,side,id\n"
    var text: String { "\(time),\(price),\(quantity),\(side),\(id)\n" }
    var textWithoutID: String { "\(time),\(price),\(quantity),\(side)\n" }

    /// A tape of a few days with bursts at the same millisecond, in tape order, some ids missing.
    static func tape(_ count: Int, _ random: inout Seeded) -> [Line] {
        var id: Int64 = 100
        var time: Int64 = 1_704_067_200_000 - 5000
        return (0..<count).map { _ in
            id += Int.random(in: 0...19, using: &random) == 0 ? Int64.random(in: 1...9, using: &random) : 1
            if Int.random(in: 0...2, using: &random) > 0 { time += Int64.random(in: 0...(172_800_000 / Int64(count)), using: &random) }
            return Line(
                id: id, time: time, price: "\(Int.random(in: 99...101, using: &random)).5",
                quantity: "0.\(Int.random(in: 1...9, using: &random))", side: Bool.random(using: &random) ? "buy" : "sell")
        }
    }
}
