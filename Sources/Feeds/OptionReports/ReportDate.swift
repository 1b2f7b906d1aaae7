import MarketModel

/// Days as publishers write them, in rows and in the names of files.
enum ReportDate {
    /// The years that a report can be of: options have been listed since 1973.
    private static let years = 1973...2199

    /// `2026-06-11`, `20260611`, `6/11/2026` with the month first, or `11 JUN 2026`; nil for anything else.
    static func day(_ text: some StringProtocol) -> CivilDate? {
        let parts: [Substring]
        var order = (year: 0, month: 1, day: 2)
        let text = Substring(text)
        if text.contains("-") {
            parts = text.split(separator: "-", omittingEmptySubsequences: false)
        } else if text.contains("/") {
            parts = text.split(separator: "/", omittingEmptySubsequences: false)
            order = (2, 0, 1)
        } else if text.contains(" ") {
            parts = text.split(separator: " ")
            order = (2, 1, 0)
        } else {
            guard text.utf8.count == 8 else { return nil }
            parts = [text.prefix(4), text.dropFirst(4).prefix(2), text.suffix(2)]
        }
        guard parts.count == 3, parts[order.year].utf8.count == 4, parts[order.day].utf8.count <= 2,
            let year = number(parts[order.year]), let day = number(parts[order.day]),
            let month = number(parts[order.month]) ?? monthNumber(parts[order.month])
        else { return nil }
        return date(year, month, day)
    }

    /// The first day that a name tells, in one of the forms `2026-06-11`, `20260611` and `260611`, and in this order of them; nil for none.
    static func day(inName name: String) -> CivilDate? {
        let last = name.split(separator: "/").last.map { Array($0.utf8) } ?? []
        let runs = digitRuns(last)
        for (place, run) in runs.enumerated() where run.count == 4 && place + 2 < runs.count {
            let (month, day) = (runs[place + 1], runs[place + 2])
            guard month.count == 2, day.count == 2, month.startIndex == run.endIndex + 1, day.startIndex == month.endIndex + 1,
                last[run.endIndex] == UInt8(ascii: "-"), last[month.endIndex] == UInt8(ascii: "-")
            else { continue }
            if let found = date(value(run), value(month), value(day)) { return found }
        }
        for run in runs where run.count == 8 {
            if let found = date(value(run) / 10_000, value(run) / 100 % 100, value(run) % 100) { return found }
        }
        for run in runs where run.count == 6 {
            if let found = date(2000 + value(run) / 10_000, value(run) / 100 % 100, value(run) % 100) { return found }
        }
        return nil
    }

    /// `JAN` … `DEC`, in any case.
    private static func monthNumber(_ text: Substring) -> Int? {
        let names = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
        return names.firstIndex(of: text.uppercased()).map { $0 + 1 }
    }

    private static func date(_ year: Int, _ month: Int, _ day: Int) -> CivilDate? {
        years.contains(year) ? CivilDate(year: year, month: month, day: day) : nil
    }

    /// One to four digits.
    private static func number(_ text: Substring) -> Int? {
        (1...4).contains(text.utf8.count) && text.utf8.allSatisfy { (48...57).contains($0) } ? Int(text) : nil
    }

    /// Stretches of digits, each as long as it goes.
    private static func digitRuns(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        bytes.split { !(48...57).contains($0) }
    }

    /// The number that at most eight digits are.
    private static func value(_ digits: ArraySlice<UInt8>) -> Int { digits.reduce(0) { $0 * 10 + Int($1 - 48) } }
}
