import MarketModel
import TapeSequencer
import TestSupport
import Testing

struct TapeScanTests {
    /// A trade or, if `isZero`, a zero row.
    struct Row {
        var trade: Trade
        var isZero = false
    }

    static func rows(_ count: Int, _ random: inout Seeded, tidy: Bool, kind: TradeIDKind) -> [Row] {
        var id: Int64 = 1000
        var time: Int64 = 1_700_000_000_000_000
        return (0..<count).map { _ in
            let jump = tidy ? 1 : Int64([1, 1, 1, 1, 0, 2, 7, -3].randomElement(using: &random) ?? 1)
            id += jump
            time += tidy ? 5 : Int64.random(in: -2...10, using: &random)
            let side = TakerSide.allCases.randomElement(using: &random) ?? .unknown
            let key = kind == .uuid ? TradeID(high: id &* 0x1234_5678_9abc, low: UInt64(bitPattern: id)) : TradeID(kind == .none ? 0 : id)
            return Row(
                trade: Trade(id: key, time: time, price: 1, quantity: 1, side: side),
                isZero: !tidy && Bool.random(using: &random) && jump == 2)
        }
    }

    static func scan(_ rows: ArraySlice<Row>, _ kind: TradeIDKind) -> TapeScan {
        var scan = TapeScan(tradeIDs: kind)
        for row in rows { row.isZero ? scan.addZeroRow(id: row.trade.id, time: row.trade.time) : scan.add(row.trade) }
        return scan
    }

    @Test(arguments: TradeIDKind.allCases)
    func `However a tape is cut, the joined scans equal the whole`(kind: TradeIDKind) {
        let seed = UInt64.random(in: 0 ... .max)
        var random = Seeded(seed)
        for _ in 0..<200 {
            let rows = TapeScanTests.rows(Int.random(in: 0...60, using: &random), &random, tidy: Bool.random(using: &random), kind: kind)
            let whole = TapeScanTests.scan(rows[...], kind)
            var parts: [TapeScan] = []
            var at = 0
            while at < rows.count {
                let end = Int.random(in: at...rows.count, using: &random)
                parts.append(TapeScanTests.scan(rows[at..<end], kind))
                at = end
            }
            // Joined from the left, and in pairs: appending is associative.
            var left = TapeScan(tradeIDs: kind)
            for part in parts { left.append(part) }
            #expect(left == whole, "seed \(seed)")
            while parts.count > 1 {
                parts = stride(from: 0, to: parts.count, by: 2).map { index in
                    var joined = parts[index]
                    if index + 1 < parts.count { joined.append(parts[index + 1]) }
                    return joined
                }
            }
            #expect((parts.first ?? TapeScan(tradeIDs: kind)) == whole, "seed \(seed)")
        }
    }

    @Test(arguments: TradeIDKind.allCases)
    func `Batches of columns give the same scan as single trades`(kind: TradeIDKind) {
        let seed = UInt64.random(in: 0 ... .max)
        var random = Seeded(seed)
        for round in 0..<200 {
            let rows = TapeScanTests.rows(Int.random(in: 1...70, using: &random), &random, tidy: round % 2 == 0, kind: kind)
                .map { Row(trade: $0.trade) }
            var columns = TradeColumns()
            for row in rows { columns.append(row.trade, wideID: kind == .uuid) }
            let cut = Int.random(in: 0...rows.count, using: &random)
            var scan = TapeScan(tradeIDs: kind)
            scan.add(columns, range: 0..<cut)
            scan.add(columns, range: cut..<rows.count)
            #expect(scan == TapeScanTests.scan(rows[...], kind), "seed \(seed)")
        }
    }

    @Test func `Holes, duplicates and disorder are told apart`() {
        var scan = TapeScan(tradeIDs: .contiguous)
        for (id, time) in [(10, 5), (11, 6), (15, 7), (15, 7), (14, 6), (20, 9)] as [(Int64, Int64)] {
            scan.add(Trade(id: TradeID(id), time: time, price: 1, quantity: 1, side: .buy))
        }
        #expect(scan.holes.map { [$0.from, $0.to] } == [[12, 14], [15, 19]])
        #expect(scan.holeCount == 2)
        #expect(scan.missingIDs == 8)
        #expect(scan.adjacentDuplicates == 1)
        #expect(scan.outOfOrder == 1)
        #expect(scan.timeReversals == 1)
        #expect(!scan.isStrictlyAscending)
        #expect(scan.bounds?.minID.integer == 10 && scan.bounds?.maxID.integer == 20)
    }

    @Test func `Ids at the ends of their range do not overflow`() {
        var scan = TapeScan(tradeIDs: .contiguous)
        for id in [Int64.min, -1, 0, Int64.max, Int64.max] {
            scan.add(Trade(id: TradeID(id), time: 1, price: 1, quantity: 1, side: .unknown))
        }
        #expect(scan.missingIDs == .max)
        #expect(scan.unknownSides == 5)
        var columns = TradeColumns()
        for id in [Int64.max, Int64.min] {
            columns.append(Trade(id: TradeID(id), time: 1, price: 1, quantity: 1, side: .buy), wideID: false)
        }
        var wrapped = TapeScan(tradeIDs: .contiguous)
        wrapped.add(columns, range: 0..<2)
        #expect(wrapped.outOfOrder == 1)
    }
}
