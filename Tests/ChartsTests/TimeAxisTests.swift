import Charts
import MarketModel
import Testing

struct TimeAxisTests {
    private func axis(_ interval: Interval, from: String, bars: Int) throws -> (axis: TimeAxis, marks: [TimeMark]) {
        let start = try #require(Timestamp.parse(from))
        let bars = [start, start + Int64(bars - 1) * interval.microseconds].map {
            ChartBar(time: $0, open: 1, high: 1, low: 1, close: 1, delta: 0, quality: .complete)
        }
        let options = ChartOptions(title: "", subtitle: "", priceUnit: "", volumeUnit: "", width: 1280)
        let axis = ChartLayout(ChartData(interval: interval, bars: bars), options) { text, font in Double(text.count) * font.size * 0.6 }
            .time
        return (axis, axis.marks(spacing: 84))
    }

    @Test func `Marks of a day are whole hours, with the day beneath where it begins`() throws {
        let marks = try axis(.m15, from: "2024-01-31T12:00:00Z", bars: 96).marks
        #expect(marks.map(\.text).prefix(3) == ["12:00", "14:00", "16:00"])
        #expect(marks.compactMap(\.below) == ["2024-01-31", "2024-02-01"])
        #expect(marks.first { $0.below == "2024-02-01" }?.text == "00:00")
    }

    @Test func `Marks of months are their firsts, over the ends of years too`() throws {
        let marks = try axis(.d1, from: "2023-11-17", bars: 300).marks
        #expect(marks.map(\.text).prefix(3) == ["2023-12", "2024-01", "2024-02"])
        #expect(marks.allSatisfy { CivilDate(microseconds: $0.time).day == 1 })
    }

    @Test func `Marks of seconds are written with them`() throws {
        let marks = try axis(.s1, from: "2024-01-01T23:59:50Z", bars: 40).marks
        #expect(marks.map(\.text).contains("00:00:00") && marks.compactMap(\.below) == ["2024-01-01", "2024-01-02"])
    }

    @Test(arguments: Interval.allCases)
    func `Marks are in order, on the axis, and not too close, at any length`(interval: Interval) throws {
        for count in [1, 2, 10, 100, 380] {
            let (axis, marks) = try axis(interval, from: "2019-12-28T07:13:20Z", bars: count)
            #expect(marks.count <= 17, "\(interval) \(count)")
            for (mark, next) in zip(marks, marks.dropFirst()) {
                #expect(axis.x(next.time) - axis.x(mark.time) > 70, "\(interval) \(count): \(mark) \(next)")
            }
            #expect(marks.allSatisfy { (axis.left...axis.right).contains(axis.x($0.time)) })
            if count > 100 { #expect(marks.count >= 2, "\(interval) \(count)") }
        }
    }

    @Test func `Before 1970 marks are whole as well`() throws {
        let marks = try axis(.h1, from: "1969-12-31T05:00:00Z", bars: 30).marks
        #expect(marks.allSatisfy { $0.time % 3_600_000_000 == 0 } && marks.count > 2)
        let years = try axis(.w1, from: "1955-06-01", bars: 380).marks
        #expect(years.map(\.text).prefix(2) == ["1956", "1957"])
    }
}
