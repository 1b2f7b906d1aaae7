import Feeds
import Foundation
import MarketModel

/// Recorded frames of venues, where they are at hand.
struct Recording: Sendable {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../shared/data").standardized.path
    static let atHand = FileManager.default.fileExists(atPath: root + "/venue-websocket")

    let frames: [[UInt8]]

    /// Reads a gzip file whose lines are a time and a frame; lines without a frame, and what the client sent, are left out.
    init(_ path: String) throws {
        frames = try Self.data(path).split(separator: UInt8(ascii: "\n")).compactMap { line in
            guard line.first != UInt8(ascii: "w"), let brace = line.firstIndex(of: UInt8(ascii: "{")) else { return nil }
            return Array(line[brace...])
        }
    }

    /// The lines of a gzip file.
    static func lines(_ path: String) throws -> [String] {
        try data(path).split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func data(_ path: String) throws -> Data {
        let gzip = Process()
        gzip.executableURL = URL(filePath: "/bin/gzip")
        gzip.arguments = ["-dc", Self.root + "/" + path]
        let pipe = Pipe()
        gzip.standardOutput = pipe
        try gzip.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        gzip.waitUntilExit()
        return data
    }

    /// Everything that an adapter makes of it.
    func replayed(_ adapter: any FeedAdapter) -> Replay {
        var parser = FrameParser(adapter: adapter)
        var replay = Replay()
        for frame in frames {
            let sort = frame.withUnsafeBytes { parser.parse($0) }
            replay.trades += parser.trades
            switch sort {
            case .other(let name): replay.others[name, default: 0] += 1
            case .acknowledged(.symbol(let symbol)): replay.acknowledged.append(symbol)
            default: break
            }
        }
        replay.counts = parser.counts
        return replay
    }
}

struct Replay {
    var trades: [FeedTrade] = []
    var others: [String: Int] = [:]
    var acknowledged: [String] = []
    var counts = FrameCounts()

    /// For each symbol: rows, first id, last id, and how often an id was not the one before plus what the row covers.
    var ids: [String: [Int64]] {
        Dictionary(grouping: trades, by: \.symbol).mapValues { rows in
            let jumps = zip(rows, rows.dropFirst()).count { $1.id.integer - Int64($1.ids) != $0.id.integer }
            return [Int64(rows.count), rows[0].id.integer, rows[rows.count - 1].id.integer, Int64(jumps)]
        }
    }

    var buys: Int { trades.count { $0.side == .buy } }
    var fills: Int { trades.reduce(0) { $0 + Int($1.fills) } }

    /// The exact sum of quantities at eight decimals.
    var quantity: Int64 { trades.reduce(0) { $0 + ($1.quantity.rescaled(to: 8) ?? .min / 2) } }
}
