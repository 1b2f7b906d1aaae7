import MarketModel
import OrderFlow
import TestSupport

/// A random tape: times that mostly ascend, prices that walk and sometimes jump, all three sides, sizes around the thresholds.
func randomTape(seed: UInt64, count: Int, priceScale: Int = 1, quantityScale: Int = 3) -> [Trade] {
    var random = Seeded(seed)
    var time: Int64 = 1_735_689_600_000_000 - 40_000_000
    var price: Int64 = 425_000
    return (0..<count).map { index in
        time += Int64.random(in: 0...900_000, using: &random) - (Int.random(in: 0..<20, using: &random) == 0 ? 2_000_000 : 0)
        price = max(
            1,
            price
                + (Int.random(in: 0..<50, using: &random) == 0
                    ? Int64.random(in: -9000...9000, using: &random) : Int64.random(in: -2...2, using: &random)))
        return Trade(
            id: TradeID(Int64(index)), time: time, price: price, quantity: Int64.random(in: 1...60, using: &random),
            side: TakerSide(rawValue: Int8.random(in: -1...1, using: &random))!)
    }
}

func columns(_ trades: some Sequence<Trade>) -> TradeColumns {
    var batch = TradeColumns()
    for trade in trades { batch.append(trade) }
    return batch
}

/// Every part there is.
let everyPart = BarOptions(interval: .m1, columns: Dataset<BarRow>.all.flatMap(\.columns)).parts

/// The rows of a segment that holds a whole tape.
func rows(_ segment: BarSegment, holes: [TapeWholeness.Hole] = []) -> [BarRow] {
    var segment = segment
    var rows = BarRows(options: segment.options, valuation: segment.valuation, wholeness: TapeWholeness(holes: holes))
    return segment.takeAll().map { rows.next($0) }
}

/// Everything bars show in all datasets, for comparing them bit for bit.
func fingerprint(_ segment: BarSegment) -> [[Cell]] {
    let columns = Dataset<BarRow>.all.flatMap(\.columns).filter { $0.needs.isSubset(of: segment.options.parts) }
    return rows(segment).map { row in [.integer(row.time)] + columns.map { $0.value(row) } }
}
