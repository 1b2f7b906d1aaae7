import Foundation
import Glibc
import Lake
import MarketModel
import OrderFlow
import TestSupport
import Testing

@Suite struct RawTradeTests {
    @Test func `Prices and amounts are the doubles nearest to the printed decimals`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var random = Seeded(seed)
        for scale in [0, 1, 2, 5, 8, 12, 18] {
            let valuation = try #require(Valuation(kind: .spot, scales: Scales(price: scale, quantity: 18 - scale)))
            var trades = TradeColumns()
            for row in 0..<500 {
                let limit = Int64(1) << Int64.random(in: 1...62, using: &random)
                trades.append(
                    Trade(
                        id: TradeID(Int64(row)), time: 0, price: .random(in: 1...limit, using: &random),
                        quantity: .random(in: 1...limit, using: &random), side: [.buy, .sell, .unknown][row % 3]))
            }
            var rows = RawTradeRows(valuation: valuation)
            try rows.add(trades)
            for row in 0..<trades.count {
                // strtod rounds decimals correctly.
                #expect(rows.price[row] == strtod("\(trades.price[row])e-\(scale)", nil))
                #expect(rows.amount[row] == strtod("\(trades.quantity[row])e-\(18 - scale)", nil))
                #expect(RawTradeRows.sideNames[Int(rows.side[row])] == ["buy", "sell", "unknown"][row % 3])
            }
        }
    }

    @Test func `Contracts are counted in base coin`() throws {
        var trades = TradeColumns()
        trades.append(Trade(id: TradeID(1), time: 5, price: 600_003, quantity: 7, side: .buy))
        let hundred = FixedPoint(mantissa: 100)
        var inverse = RawTradeRows(
            valuation: try #require(Valuation(kind: .inverse, scales: Scales(price: 1, quantity: 0), contractSize: hundred)))
        try inverse.add(trades)
        // 700 ÷ 60000.3 at 1e−12.
        #expect(inverse.amount == [0.011666608334])
        let tenth = FixedPoint(mantissa: 1, scale: 1)
        var linear = RawTradeRows(
            valuation: try #require(Valuation(kind: .linear, scales: Scales(price: 1, quantity: 0), contractSize: tenth)))
        try linear.add(trades)
        #expect(linear.amount == [0.7] && linear.price == [60000.3] && linear.time == [5] && linear.id == [1])
    }

    @Test func `A base quantity beyond 128 bits is an error, also of trades read without their fills`() throws {
        var trades = TradeColumns()
        trades.time.append(7)
        trades.id.append(1)
        trades.price.append(1)
        trades.quantity.append(999_999_999_999_999_999)
        trades.side.append(1)
        var rows = RawTradeRows(
            valuation: try #require(
                Valuation(kind: .inverse, scales: Scales(price: 18, quantity: 0), contractSize: FixedPoint(mantissa: 10))))
        #expect(throws: BarError.overflow(at: 7)) { try rows.add(trades) }
    }

    @Test func `The same stretches give the same bytes, and a full disk is an error`() throws {
        let folder = try Folder()
        var random = Seeded(1)
        let (trades, _) = TapeFileTests.rows(300_000, .contiguous, &random)
        var rows = RawTradeRows(valuation: try #require(Valuation(kind: .spot, scales: Scales(price: 2, quantity: 5))))
        try rows.add(trades)
        func write(_ path: String) throws {
            let descriptor = open(path, O_WRONLY | O_CREAT, 0o644)
            defer { close(descriptor) }
            let file = try RawTradeFile(descriptor: descriptor, metadata: [("millrace.tape", "a hash")])
            try file.append(rows)
            try file.append(rows)
            try file.finish()
        }
        try write(folder.path + "/a")
        try write(folder.path + "/b")
        let bytes = try Data(contentsOf: URL(filePath: folder.path + "/a"))
        #expect(bytes == (try Data(contentsOf: URL(filePath: folder.path + "/b"))))
        #expect(bytes.suffix(4) == Data("PAR1".utf8))
        #expect(bytes.range(of: Data("millrace.tape".utf8)) != nil && bytes.range(of: Data("a hash".utf8)) != nil)
        #expect(throws: LakeError.self) { try write("/dev/full") }
    }
}
