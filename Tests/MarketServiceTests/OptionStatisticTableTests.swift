import MarketModel
import MarketService
import TestSupport
import Testing

@Suite struct OptionStatisticTableTests {
    private func row(_ day: Int, _ calls: Int64, _ market: OptionStatisticMarket = .usIndices, _ measure: OptionMeasure = .volume) throws
        -> OptionStatistic
    {
        let count = try #require(PutCallCount(calls: calls, puts: 1))
        return OptionStatistic(market: market, day: CivilDate(epochDay: day), measure: measure, count: count, source: "test")
    }

    @Test func `Both ends of a range count, the oldest day comes first, and of a day told twice the later one counts`() throws {
        let rows = try [
            row(10, 1), row(12, 2), row(11, 3), row(12, 4), row(13, 5), row(12, 6, .usSecurities), row(12, 7, .usIndices, .openInterest),
        ]
        let table = OptionStatisticTable(rows)
        func calls(_ days: ClosedRange<Int>) -> [Int64] {
            table.rows(of: .usIndices, .volume, in: CivilDate(epochDay: days.lowerBound)...CivilDate(epochDay: days.upperBound))
                .map(\.count.calls)
        }
        #expect(calls(11...12) == [3, 4])
        #expect(calls(0...100) == [1, 3, 4, 5])
        #expect(calls(14...20) == [] && calls(1...9) == [])
        #expect(table.rows(of: .hkIndices, .volume, in: CivilDate(epochDay: 0)...CivilDate(epochDay: 99)).isEmpty)
        #expect(
            table.rows(of: OptionUnderlying(place: .crypto, code: "BTC"), in: CivilDate(epochDay: 0)...CivilDate(epochDay: 9)) == nil)
    }

    @Test func `Ranges cut as a search from end to end does`() throws {
        var random = Seeded.fresh()
        for _ in 0..<200 {
            let days = Set((0..<Int.random(in: 0...40, using: &random)).map { _ in Int.random(in: 0...60, using: &random) })
            let table = OptionStatisticTable(try days.map { try row($0, Int64($0)) })
            let (a, b) = (Int.random(in: -5...65, using: &random), Int.random(in: -5...65, using: &random))
            let range = CivilDate(epochDay: min(a, b))...CivilDate(epochDay: max(a, b))
            let found = table.rows(of: .usIndices, .volume, in: range).map { $0.day.epochDay }
            #expect(found == days.filter { range.contains(CivilDate(epochDay: $0)) }.sorted())
        }
    }
}
