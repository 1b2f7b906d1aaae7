import MarketModel
import TapeSequencer
import TestSupport
import Testing

@Suite struct TapeOrderTests {
    /// The trades of one key, with many collisions.
    static func file(_ kind: TradeIDKind, _ random: inout Seeded) -> [TapeRow] {
        (0..<Int.random(in: 0...6, using: &random)).map { _ in
            let trade = Trade(
                id: kind == .none ? TradeID(0) : kind == .contiguous ? TradeID(7) : TradeID(Int64.random(in: 1...3, using: &random)),
                time: kind == .contiguous ? Int64.random(in: 1...2, using: &random) : 5, price: Int64.random(in: 1...2, using: &random),
                quantity: 1, side: .buy)
            return TapeRow(
                trade, source: TradeSource.allCases.randomElement(using: &random) ?? .dump, arrival: Int64.random(in: 0...3, using: &random)
            )
        }
    }

    @Test(arguments: TradeIDKind.allCases)
    func `Groups merge in any order, again, and in any grouping to the same rows`(kind: TradeIDKind) {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var random = Seeded(seed)
        let order = TapeOrder(tradeIDs: kind)
        for _ in 0..<2000 {
            let (a, b, c) = (
                order.group(rows: Self.file(kind, &random)), order.group(rows: Self.file(kind, &random)),
                order.group(rows: Self.file(kind, &random))
            )
            #expect(order.merge(a, b) == order.merge(b, a))
            #expect(order.merge(order.merge(a, b), c) == order.merge(a, order.merge(b, c)))
            #expect(order.merge(a, a) == a)
            #expect(order.merge(order.merge(a, b), b) == order.merge(a, b))
        }
    }

    @Test func `A dump beats REST beats a stream, whatever the values, and the earliest known arrival stays`() {
        let order = TapeOrder(tradeIDs: .contiguous)
        let trade = { (price: Int64) in Trade(id: TradeID(1), time: 5, price: price, quantity: 1, side: .buy) }
        let stream = TapeRow(trade(1), source: .stream, arrival: 70)
        let rest = TapeRow(trade(2), source: .rest, arrival: 90)
        let dump = TapeRow(trade(3))
        #expect(order.merge([stream], [rest]) == [TapeRow(trade(2), source: .rest, arrival: 70)])
        #expect(order.merge(order.merge([dump], [stream]), [rest]) == [TapeRow(trade(3), source: .dump, arrival: 70)])
    }

    @Test func `Without ids the larger multiplicity of a row stands`() {
        let order = TapeOrder(tradeIDs: .none)
        let row = Trade(id: TradeID(0), time: 5, price: 1, quantity: 1, side: .buy)
        let other = Trade(id: TradeID(0), time: 5, price: 2, quantity: 1, side: .sell)
        let merged = order.merge(order.group([row, row, other]), order.group([row, row, row]))
        #expect(merged.filter { $0.trade == row }.count == 3)
        #expect(merged.filter { $0.trade == other }.count == 1)
    }

    @Test func `Rows of one time keep the order of their file`() {
        let order = TapeOrder(tradeIDs: .uuid)
        let trades = [9, 3, 6].map { Trade(id: TradeID($0), time: 5, price: 1, quantity: 1, side: .buy) }
        #expect(order.group(trades).map(\.trade) == trades)
    }

    @Test func `Of two rows with one id the smaller stands`() {
        let order = TapeOrder(tradeIDs: .contiguous)
        let small = Trade(id: TradeID(1), time: 5, price: 1, quantity: 1, side: .buy)
        let large = Trade(id: TradeID(1), time: 5, price: 2, quantity: 1, side: .buy)
        #expect(order.merge(order.group([large]), order.group([small])).map(\.trade) == [small])
        #expect(order.group([large, small]).map(\.trade) == [small])
    }
}
