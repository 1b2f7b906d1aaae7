/// A day of the proleptic Gregorian calendar, UTC.
///
/// The conversions are Howard Hinnant's `days_from_civil` and `civil_from_days`; both are O(1).
public struct CivilDate: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// -9999…9999, astronomical.
    public var year: Int
    /// 1…12.
    public var month: Int
    /// 1…31.
    public var day: Int

    /// Creates a date if it exists.
    public init?(year: Int, month: Int, day: Int) {
        guard (1...12).contains(month), (1...31).contains(day), (-9999...9999).contains(year) else { return nil }
        self.year = year
        self.month = month
        self.day = day
        guard CivilDate(epochDay: epochDay) == self else { return nil }
    }

    /// The date `epochDay` days after 1970-01-01.
    public init(epochDay: Int) {
        let z = epochDay + 719_468
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shifted + 2) / 5 + 1
        month = shifted < 10 ? shifted + 3 : shifted - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// The date of an instant in microseconds since the epoch.
    public init(microseconds time: Int64) {
        self.init(epochDay: Int(CivilDate.floorDivide(time, CivilDate.dayLength)))
    }

    /// Parses `YYYY-MM-DD`.
    public init?(_ text: some StringProtocol) {
        let digits = Array(text.utf8)
        guard digits.count == 10, digits[4] == UInt8(ascii: "-"), digits[7] == UInt8(ascii: "-"),
            let year = Int(text.prefix(4)), let month = Int(text.dropFirst(5).prefix(2)), let day = Int(text.suffix(2)),
            digits.indices.allSatisfy({ $0 == 4 || $0 == 7 || (48...57).contains(digits[$0]) })
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// Days since 1970-01-01.
    public var epochDay: Int {
        let y = month <= 2 ? year - 1 : year
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// Midnight UTC in microseconds since the epoch.
    public var microseconds: Int64 { Int64(epochDay) * CivilDate.dayLength }

    /// `YYYY-MM-DD`.
    public var description: String {
        "\(CivilDate.pad(year, 4))-\(CivilDate.pad(month, 2))-\(CivilDate.pad(day, 2))"
    }

    /// A day in microseconds.
    public static let dayLength: Int64 = 86_400_000_000

    public static func < (a: CivilDate, b: CivilDate) -> Bool { (a.year, a.month, a.day) < (b.year, b.month, b.day) }

    /// Division that rounds toward minus infinity; `divisor` is positive.
    static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        let quotient = value / divisor
        return value % divisor < 0 ? quotient - 1 : quotient
    }

    static func pad(_ value: Int, _ width: Int) -> String {
        let digits = String(abs(value))
        return (value < 0 ? "-" : "") + String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

/// Instants as text: ISO 8601 in UTC, both ways.
public enum Timestamp {
    /// The instant as `YYYY-MM-DDTHH:MM:SS[.fff]Z` with `fractionDigits` (0, 3 or 6) digits of the second, cut, not rounded.
    ///
    /// - Parameter time: microseconds since 1970-01-01 UTC.
    public static func iso8601(_ time: Int64, fractionDigits: Int = 3) -> String {
        let date = CivilDate(microseconds: time)
        let rest = Int(time - date.microseconds)
        let seconds = rest / 1_000_000
        var text = "\(date)T\(CivilDate.pad(seconds / 3600, 2)):\(CivilDate.pad(seconds / 60 % 60, 2)):\(CivilDate.pad(seconds % 60, 2))"
        switch fractionDigits {
        case 3: text += ".\(CivilDate.pad(rest / 1000 % 1000, 3))"
        case 6: text += ".\(CivilDate.pad(rest % 1_000_000, 6))"
        default: break
        }
        return text + "Z"
    }

    /// Parses a date, an ISO 8601 instant (`Z` or `±HH:MM`; UTC where neither is given) or epoch milliseconds, of the years −9999…9999.
    ///
    /// - Returns: microseconds since 1970-01-01 UTC, or nil if the text is none of these.
    public static func parse(_ text: some StringProtocol) -> Int64? {
        if let date = CivilDate(text) { return date.microseconds }
        if let milliseconds = Int64(text) {
            return writableMilliseconds.contains(milliseconds) ? milliseconds * 1000 : nil
        }
        let bytes = Array(text.utf8)
        guard bytes.count >= 16, bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: " "),
            let date = CivilDate(text.prefix(10))
        else { return nil }
        return parseClock(bytes[11...]).map { date.microseconds + $0 }
    }

    /// The years that dates are written in, so that an interval more or less never leaves 64 bits.
    private static let writableMilliseconds: ClosedRange<Int64> = -377_705_116_800_000...253_402_300_799_999

    /// Parses `HH:MM[:SS[.f…]][Z|±HH[:]MM]` into microseconds after midnight UTC (negative or beyond a day when an offset moves it there).
    private static func parseClock(_ bytes: ArraySlice<UInt8>) -> Int64? {
        var rest = bytes
        func number(_ digits: Int, below limit: Int) -> Int? {
            guard rest.count >= digits else { return nil }
            var value = 0
            for _ in 0..<digits {
                guard let digit = rest.popFirst(), (48...57).contains(digit) else { return nil }
                value = value * 10 + Int(digit - 48)
            }
            return value < limit ? value : nil
        }
        func accept(_ character: Unicode.Scalar) -> Bool {
            guard rest.first == UInt8(ascii: character) else { return false }
            rest.removeFirst()
            return true
        }
        guard let hour = number(2, below: 24), accept(":"), let minute = number(2, below: 60) else { return nil }
        var time = Int64(hour * 3600 + minute * 60) * 1_000_000
        if accept(":") {
            guard let second = number(2, below: 60) else { return nil }
            time += Int64(second) * 1_000_000
            if accept(".") {
                var unit: Int64 = 100_000
                var digits = 0
                while let digit = rest.first, (48...57).contains(digit) {
                    time += Int64(digit - 48) * unit
                    unit /= 10
                    digits += 1
                    rest.removeFirst()
                }
                guard (1...9).contains(digits) else { return nil }
            }
        }
        if rest.isEmpty || (accept("Z") && rest.isEmpty) { return time }
        guard let sign = rest.popFirst(), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), let hours = number(2, below: 24)
        else { return nil }
        _ = accept(":")
        guard let minutes = number(2, below: 60), rest.isEmpty else { return nil }
        let offset = Int64(hours * 3600 + minutes * 60) * 1_000_000
        return sign == UInt8(ascii: "+") ? time - offset : time + offset
    }
}
