import Foundation
import Lake
import MarketModel
import TapeSequencer
import TestSupport
import Testing

@Suite struct TapeFileTests {
    /// Rows with calm and wild stretches, so that all widths of deltas and both encodings of quantities occur.
    static func rows(_ count: Int, _ kind: TradeIDKind, _ random: inout Seeded) -> (TradeColumns, [Int32]) {
        var columns = TradeColumns(capacity: count)
        var ordinals: [Int32] = []
        var trade = Trade(id: TradeID(1000), time: 0, price: 1_000_000, quantity: 1, side: .buy)
        let wildness = Int.random(in: 0...62, using: &random)
        // Most tapes have no arrival times or one source; some have them for some rows, and from some row on.
        let (arrivals, sources, from) = (
            Int.random(in: 0...3, using: &random), Int.random(in: 0...2, using: &random), Int.random(in: 0...count, using: &random)
        )
        for row in 0..<count {
            trade.id =
                kind == .uuid
                ? TradeID(high: Int64.random(in: .min ... .max, using: &random), low: UInt64.random(in: 0 ... .max, using: &random))
                : TradeID(trade.id.integer + (Int.random(in: 0...99, using: &random) == 0 ? Int64.random(in: 1...999, using: &random) : 1))
            trade.time += Int64.random(in: 0...3000, using: &random) * 1000
            trade.price = Int64.random(in: 1...(1 << wildness), using: &random)
            trade.quantity = Int64.random(in: 1...(wildness % 2 == 0 ? 50 : 1 << 50), using: &random)
            trade.side = [.buy, .sell, .unknown].randomElement(using: &random) ?? .buy
            trade.fills = Int32.random(in: 1...9, using: &random)
            let hasArrival = arrivals == 3 || arrivals == 2 && Bool.random(using: &random) || arrivals == 1 && row >= from
            let source =
                sources == 0 ? TradeSource.dump : sources == 1 ? .stream : TradeSource.allCases.randomElement(using: &random) ?? .rest
            columns.append(
                TapeRow(trade, source: source, arrival: hasArrival ? trade.time + Int64.random(in: 1...200_000, using: &random) : 0),
                wideID: kind == .uuid)
            ordinals.append(Int32.random(in: 0...3, using: &random))
        }
        return (columns, ordinals)
    }

    static func instrument(_ kind: TradeIDKind) -> Instrument {
        var instrument = Instrument(venue: .binanceSpot, symbol: "BTCUSDT")
        instrument.tradeIDs = kind
        return instrument
    }

    static func write(
        _ columns: TradeColumns, _ ordinals: [Int32], _ kind: TradeIDKind, _ path: String, threads: Int, step: Int
    ) throws -> TapeDay {
        let layout = TapeLayout(tradeIDs: kind, scales: Scales(price: 2, quantity: 5))
        let writer = try TapeWriter(path: path, layout: layout, threads: threads)
        var start = 0
        while start < columns.count {
            let end = min(columns.count, start + step)
            try writer.append(columns, start..<end, ordinals: kind == .contiguous ? [] : ordinals)
            start = end
        }
        return try writer.finish(date: CivilDate(epochDay: 0), instrument: instrument(kind))
    }

    @Test(arguments: TradeIDKind.allCases)
    func `What is written is read back, and the bytes depend on the rows alone`(kind: TradeIDKind) throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var random = Seeded(seed)
        let folder = try Folder()
        for count in [
            1, 2, 31, 32, 33, 128, 129, 8191, 8192, 8193, 65_535, 65_537, 262_144, 262_145, Int.random(in: 1...600_000, using: &random),
        ] {
            let (columns, ordinals) = Self.rows(count, kind, &random)
            let day = try Self.write(columns, ordinals, kind, folder.path + "/a", threads: 2, step: 7001)
            let again = try Self.write(columns, ordinals, kind, folder.path + "/b", threads: 1, step: 50_000)
            #expect(day == again)
            #expect(try Data(contentsOf: URL(filePath: folder.path + "/a")) == Data(contentsOf: URL(filePath: folder.path + "/b")))
            let file = try TapeFile(path: folder.path + "/a")
            #expect(file.rows == count && file.contentHash == day.contentHash && file.layout.tradeIDs == kind)
            var read = TradeColumns()
            var readOrdinals: [Int32] = []
            for group in 0..<file.groups {
                let cursor = try TapeCursor(file, group: group, columns: .everything)
                while try cursor.advance() {
                    read.append(cursor.batch, 0..<cursor.batch.count)
                    readOrdinals += cursor.ordinals
                }
            }
            #expect(read.time == columns.time && read.price == columns.price && read.quantity == columns.quantity)
            #expect(read.side == columns.side && read.fills == columns.fills)
            #expect(read.arrival == (columns.arrival.isEmpty ? read.arrival.map { _ in 0 } : columns.arrival))
            #expect(read.source == (columns.source.isEmpty ? read.source.map { _ in 2 } : columns.source))
            let known = columns.arrival.filter { $0 != 0 }
            #expect(
                day.arrivals.rows == known.count && known.min() ?? .max == day.arrivals.first && known.max() ?? .min == day.arrivals.last)
            if kind != .none { #expect(read.id == columns.id && read.idHigh == columns.idHigh) }
            if kind != .contiguous { #expect(readOrdinals == ordinals) }
            #expect(day.firstTime == columns.time.min() && day.lastTime == columns.time.max() && day.rows == count)
        }
    }

    @Test func `A flipped byte never gives other rows than those written`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var random = Seeded(seed)
        let folder = try Folder()
        let (columns, ordinals) = Self.rows(3000, .contiguous, &random)
        _ = try Self.write(columns, ordinals, .contiguous, folder.path + "/a", threads: 1, step: 3000)
        let bytes = try Data(contentsOf: URL(filePath: folder.path + "/a"))
        for position in stride(from: Int.random(in: 0..<7, using: &random), to: bytes.count, by: 7) {
            var damaged = bytes
            damaged[position] ^= UInt8.random(in: 1...255, using: &random)
            try damaged.write(to: URL(filePath: folder.path + "/b"))
            let read: TradeColumns? = try? {
                let file = try TapeFile(path: folder.path + "/b")
                var read = TradeColumns()
                for group in 0..<file.groups {
                    let cursor = try TapeCursor(file, group: group, columns: .all)
                    while try cursor.advance() { read.append(cursor.batch, 0..<cursor.batch.count) }
                }
                return read
            }()
            // Bytes of the footer are not under a page's checksum; the lake compares the footer with its catalogue, and verify hashes it.
            guard let read, read.count == columns.count else { continue }
            let same =
                read.time == columns.time && read.price == columns.price && read.quantity == columns.quantity && read.id == columns.id
            #expect(same || position > bytes.count - 4000, "byte \(position) of \(bytes.count)")
        }
    }

    @Test func `Damaged pages and junk end in an error and never in a crash`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var random = Seeded(seed)
        let folder = try Folder()
        for length in [0, 1, 4, 8, 12, 100, 4096] {
            try Data((0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }).write(to: URL(filePath: folder.path + "/a"))
            #expect(throws: LakeError.self) { try TapeFile(path: folder.path + "/a") }
        }
        let (columns, ordinals) = Self.rows(5000, .contiguous, &random)
        _ = try Self.write(columns, ordinals, .contiguous, folder.path + "/a", threads: 1, step: 5000)
        let bytes = try Data(contentsOf: URL(filePath: folder.path + "/a"))
        for length in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 300)) {
            try bytes.prefix(length).write(to: URL(filePath: folder.path + "/b"))
            #expect(throws: LakeError.self) { try TapeFile(path: folder.path + "/b") }
        }
        #expect(throws: LakeError.self) { try TapeFile(path: folder.path + "/missing") }
        #expect(throws: LakeError.self) { try TapeFile(path: folder.path) }
    }

    @Test func `Symbols that are no file names become partition values and no paths`() {
        #expect(TapePath.escape("BTCUSDT") == "BTCUSDT")
        #expect(TapePath.escape("../etc/passwd") == "%2E.%2Fetc%2Fpasswd")
        #expect(TapePath.escape("币安人生USDT") == "%E5%B8%81%E5%AE%89%E4%BA%BA%E7%94%9FUSDT")
        #expect(
            TapePath.file(venue: .binanceSpot, symbol: "A=B", day: CivilDate(epochDay: 0))
                == "tape/exchange=binance-spot/symbol=A%3DB/year=1970/month=01/day=01/trades.parquet")
    }
}
