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
    func range(today: CivilDate) throws(OpenDRefusal) -> ClosedRange<CivilDate> {
        let year = OpenDDays.pageLength - 1
        let (begin, end) = (try OpenDDays.day(begin), try OpenDDays.day(end))
        let last = end ?? begin.map { CivilDate(epochDay: $0.epochDay + year) } ?? today
        let first = begin ?? CivilDate(epochDay: last.epochDay - year)
        guard first <= last else { throw .dates }
        return first...last
    }

    private static func day(_ text: String?) throws(OpenDRefusal) -> CivilDate? {
        guard let text else { return nil }
        let rest = text.utf8.dropFirst(10).first
        guard let day = CivilDate(text.prefix(10)), rest == nil || rest == UInt8(ascii: " ") || rest == UInt8(ascii: "T") else {
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
    /// The rows, the newest first.
    let rows: [Row]
    /// What to ask for the next page with: the day it ends with. Nil where there is none.
    let key: [UInt8]?

    /// All rows at once.
    init(all rows: [Row]) {
        self.rows = rows
        key = nil
    }

    /// The first page of some rows: those of the 365 days up to `end`.
    ///
    /// Pages follow the calendar, whatever days there are rows of; those without rows are passed over.
    ///
    /// - Parameter rows: all that are left, the newest first.
    init(of rows: [Row], through end: CivilDate, day: (Row) -> CivilDate) {
        let first = end.epochDay - OpenDDays.pageLength + 1
        let count = rows.firstIndex { day($0).epochDay < first } ?? rows.count
        self.rows = Array(rows[..<count])
        guard count < rows.count else {
            key = nil
            return
        }
        let pages = (end.epochDay - day(rows[count]).epochDay) / OpenDDays.pageLength
        key = Array(CivilDate(epochDay: end.epochDay - pages * OpenDDays.pageLength).description.utf8)
    }
}
