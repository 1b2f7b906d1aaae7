import MarketModel
import OrderFlow
import Testing

struct DatasetTests {
    @Test func `Flow has the vendor's 36 fields, in order, before Millrace's own`() {
        let vendor = Dataset<BarRow>.flow.columns.filter { !$0.isNative }
        #expect(vendor.count == 36)
        #expect(Dataset<BarRow>.flow.columns.prefix(36).allSatisfy { !$0.isNative })
        #expect(vendor.first?.name == "taker_buy_volume")
        #expect(vendor.last?.name == "taker_sell_large_order_count_percentage")
    }

    @Test func `Every dataset's columns have names of their own, the vendor's first`() {
        let counts = [
            "flow": 36, "trade_size": 24, "impact": 5, "range": 10, "updownticks": 14, "run_structure": 7, "returns": 6, "vtwap": 2,
        ]
        for dataset in Dataset<BarRow>.all {
            #expect(Set(dataset.columns.map(\.name)).count == dataset.columns.count, "\(dataset.name)")
            #expect(Array(dataset.columns.map(\.name).prefix(dataset.vendorColumns.count)) == dataset.vendorColumns.map(\.name))
            #expect(dataset.vendorColumns.count == counts[dataset.name] ?? 6, "\(dataset.name)")
            #expect(dataset.columns.last?.name == "quality")
        }
    }

    private func row(_ trades: [Trade]) throws -> BarRow {
        var segment = try BarSegment(options: BarOptions(interval: .m1), valuation: BarSegmentTests.linear)
        try segment.add(columns(trades))
        return rows(segment, holes: [TapeWholeness.Hole(from: trades[0].time, to: trades[0].time)])[0]
    }

    private func cell(_ name: String, _ row: BarRow) -> Cell { Dataset<BarRow>.flow.columns.first { $0.name == name }!.value(row) }

    @Test func `Division by zero is infinite, nothing over nothing has no value`() throws {
        let buys = try row([Trade(id: TradeID(1), time: 0, price: 425_000, quantity: 4, side: .buy)])
        #expect(cell("taker_buy_sell_ratio", buys) == .real(.infinity))
        #expect(cell("taker_sell_small_order_percentage", buys) == .real(nil))
        #expect(cell("flow_entropy", buys) == .real(0))
        #expect(cell("quality", buys) == .word("gap"))
        let unknown = try row([Trade(id: TradeID(1), time: 0, price: 425_000, quantity: 4, side: .unknown)])
        #expect(cell("taker_buy_sell_ratio", unknown) == .real(nil))
        #expect(cell("flow_entropy", unknown) == .real(nil))
        #expect(cell("volume", unknown) == .real(0.004))
        #expect(cell("volume_delta", unknown) == .real(0))
    }

    @Test func `Percentages are notional over base as documented, shares are shares`() throws {
        let buys = try row([Trade(id: TradeID(1), time: 0, price: 425_000, quantity: 4, side: .buy)])
        #expect(cell("taker_buy_medium_order_volume", buys) == .real(170))
        #expect(cell("taker_buy_medium_order_percentage", buys) == .real(42500))
        #expect(cell("taker_buy_medium_order_share", buys) == .real(1))
    }

    @Test func `Scores start afresh with each month`() throws {
        let month = Int64(31) * 86_400_000_000
        let tape = (0..<40).map { index -> Trade in
            let time = month - 20 * 3_600_000_000 + Int64(index) * 3_600_000_000
            return Trade(
                id: TradeID(Int64(index)), time: time, price: 1000 + Int64(index * index % 17), quantity: Int64(1 + index % 5), side: .buy)
        }
        func scores(_ trades: some Sequence<Trade>) throws -> [Double?] {
            var segment = try BarSegment(options: BarOptions(interval: .h4), valuation: BarSegmentTests.linear)
            try segment.add(columns(trades))
            return rows(segment).map(\.toxicity)
        }
        let all = try scores(tape)
        #expect(all[5] == nil)
        #expect(try Array(all[5...]) == scores(tape.filter { $0.time >= month }))
    }

    @Test func `JSON shows null for what has no finite value, CSV keeps infinities`() throws {
        let buys = try row([Trade(id: TradeID(1), time: 0, price: 425_000, quantity: 4, side: .buy)])
        let columns = Dataset<BarRow>.flow.columns.filter {
            ["taker_buy_sell_ratio", "taker_buy_volume", "flow_toxicity_score", "quality"].contains($0.name)
        }
        var json: [UInt8] = []
        RowEncoder(.json, columns: columns).append(buys, time: 60_000_000, timeText: "", to: &json)
        #expect(
            String(decoding: json, as: UTF8.self)
                == #"{"time":60000,"taker_buy_volume":0.004,"flow_toxicity_score":null,"taker_buy_sell_ratio":null,"quality":"gap"}"# + "\n"
        )
        var csv: [UInt8] = []
        RowEncoder(.csv, columns: columns).append(buys, time: 60_000_000, timeText: "T", to: &csv)
        #expect(String(decoding: csv, as: UTF8.self) == "T,0.004,,inf,gap\n")
    }
}
