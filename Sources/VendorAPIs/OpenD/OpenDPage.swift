import MarketModel

/// The days that a question is about, as it has them.
struct OpenDDays: Hashable {
    /// The first day, with or without a time of day, which does not count; empty is as good as nil.
    let begin: String?
    /// The last day, likewise.
    let end: String?
    /// What the page before gave to ask for this one with; nil for the first page.
    let key: [UInt8]?

    init(begin: String?, end: String?, key: [UInt8]?) {
        self.begin = begin.flatMap { $0.isEmpty ? nil : $0 }
        self.end = end.flatMap { $0.isEmpty ? nil : $0 }
        self.key = key
    }

    /// A page has the rows of so many days of the calendar.
    static let pageLength = 365

    /// The days, both ends included: of a question without dates the year up to `today`, with one date a year from or up to it.
    ///
    /// - Throws: ``OpenDRefusal/dates`` for what are no days, or none in this order.
    func range(today: @autoclosure () -> CivilDate) throws(OpenDRefusal) -> ClosedRange<CivilDate> {
        let year = OpenDDays.pageLength - 1
        let (begin, end) = (try OpenDDays.day(begin), try OpenDDays.day(end))
        let last = end ?? begin.map { CivilDate(epochDay: $0.epochDay + year) } ?? today()
        let first = begin ?? CivilDate(epochDay: last.epochDay - year)
        guard first <= last else { throw .dates }
        return first...last
    }

    private static func day(_ text: String?) throws(OpenDRefusal) -> CivilDate? {
        guard let text else { return nil }
        // YYYYMMDD.
        var number = 0
        for (place, byte) in text.utf8.prefix(11).enumerated() {
            switch (place, byte) {
            case (4, UInt8(ascii: "-")), (7, UInt8(ascii: "-")), (10, UInt8(ascii: " ")), (10, UInt8(ascii: "T")): continue
            case (0...3, 48...57), (5...6, 48...57), (8...9, 48...57): number = number * 10 + Int(byte - 48)
            default: throw .dates
            }
        }
        guard text.utf8.count >= 10, let day = CivilDate(year: number / 10_000, month: number / 100 % 100, day: number % 100) else {
            throw .dates
        }
        return day
    }

    /// The last day of the page that the key stands for; nil for the first page.
    ///
    /// - Throws: ``OpenDRefusal/page`` for a key that belongs to no page of `range`.
    func pageEnd(in range: ClosedRange<CivilDate>) throws(OpenDRefusal) -> CivilDate? {
        guard let key else { return nil }
        guard let end = CivilDate(String(decoding: key, as: UTF8.self)), range.contains(end) else { throw .page }
        return end
    }
}

/// A stretch of days out of a longer one, the newest first, and how to ask for the next.
struct OpenDPage<Row> {
    /// The rows, the oldest first: they are told in the other direction.
    let rows: ArraySlice<Row>
    /// What to ask for the next page with: the day it ends with. Nil where there is none.
    let key: [UInt8]?

    /// All rows at once.
    init(all rows: ArraySlice<Row>) {
        self.rows = rows
        key = nil
    }

    /// The first page of some rows: those of the 365 days up to `end`.
    ///
    /// Pages follow the calendar, whatever days there are rows of; those without rows are passed over.
    ///
    /// - Parameter rows: all that are left, the oldest first.
    init(of rows: ArraySlice<Row>, through end: CivilDate, day: (Row) -> CivilDate) {
        let first = end.epochDay - OpenDDays.pageLength + 1
        // A page is at the end, and short beside what may be left.
        let start = rows.lastIndex { day($0).epochDay < first }.map { $0 + 1 } ?? rows.startIndex
        self.rows = rows[start...]
        guard start > rows.startIndex else {
            key = nil
            return
        }
        let pages = (end.epochDay - day(rows[start - 1]).epochDay) / OpenDDays.pageLength
        key = Array(CivilDate(epochDay: end.epochDay - pages * OpenDDays.pageLength).description.utf8)
    }
}
