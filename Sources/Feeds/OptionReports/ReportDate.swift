import MarketModel

/// Days as publishers write them, in rows and in the names of files.
enum ReportDate {
    /// The years that a report can be of: options have been listed since 1973.
    private static let years = 1973...2199

    /// `2026-06-11` with or without a time behind it, `20260611`, `6/11/2026` with the month first, `11 JUN 2026` or `11-JUN-2026`; nil for
    /// anything else.
    static func day(_ text: some StringProtocol) -> CivilDate? {
        guard (8...32).contains(text.utf8.count) else { return nil }
        var bytes = Array(text.utf8)[...]
        let (hyphen, slash, space) = (UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: " "))
        if bytes.count > 10, bytes[4] == hyphen, bytes[10] == space || bytes[10] == UInt8(ascii: "T") { bytes = bytes[..<10] }
        let parts: [ArraySlice<UInt8>]
        if bytes.contains(hyphen) {
            parts = bytes.split(separator: hyphen, omittingEmptySubsequences: false)
        } else if bytes.contains(slash) {
            parts = bytes.split(separator: slash, omittingEmptySubsequences: false)
        } else if bytes.contains(space) {
            parts = bytes.split(separator: space)
        } else {
            parts = bytes.count == 8 ? [bytes[..<4], bytes[4..<6], bytes[6...]] : []
        }
        guard parts.count == 3 else { return nil }
        let (year, month, day): (Int?, Int?, Int?) =
            if parts[0].count == 4, !bytes.contains(slash), !bytes.contains(space) {
                (number(parts[0]), number(parts[1]), number(parts[2]))
            } else if bytes.contains(slash) {
                (number(parts[2]), number(parts[0]), number(parts[1]))
            } else {
                (number(parts[2]), monthNumber(parts[1]), number(parts[0]))
            }
        guard let year, let month, let day else { return nil }
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
    private static func monthNumber(_ text: ArraySlice<UInt8>) -> Int? {
        let names = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
        return names.firstIndex(of: String(decoding: text, as: UTF8.self).uppercased()).map { $0 + 1 }
    }

    private static func date(_ year: Int, _ month: Int, _ day: Int) -> CivilDate? {
        years.contains(year) ? CivilDate(year: year, month: month, day: day) : nil
    }

    /// One, two or four digits: a year has four.
    private static func number(_ text: ArraySlice<UInt8>) -> Int? {
        [1, 2, 4].contains(text.count) && text.allSatisfy { (48...57).contains($0) } ? value(text) : nil
    }

    /// Stretches of digits, each as long as it goes.
    private static func digitRuns(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        bytes.split { !(48...57).contains($0) }
    }

    /// The number that at most eight digits are.
    private static func value(_ digits: ArraySlice<UInt8>) -> Int { digits.reduce(0) { $0 * 10 + Int($1 - 48) } }
}
