import MarketModel

/// Reads event times into microseconds UTC: numbers by magnitude, or ISO 8601.
enum TimeText {
    /// The units that a number's magnitude tells apart; each is more than a factor of 100 away from today's value in the others.
    enum Unit: String, Sendable {
        case seconds = "s"
        case milliseconds = "ms"
        case microseconds = "µs"
        case nanoseconds = "ns"
        case text = "ISO 8601"

        /// The unit of a number whose integer part is `value`, or nil for times before 1973 and after 5138.
        init?(magnitude value: Int64) {
            switch value {
            case 100_000_000..<100_000_000_000: self = .seconds
            case 100_000_000_000..<100_000_000_000_000: self = .milliseconds
            case 100_000_000_000_000..<100_000_000_000_000_000: self = .microseconds
            case 100_000_000_000_000_000...Int64.max: self = .nanoseconds
            default: return nil
            }
        }
    }

    /// Microseconds UTC and the unit they were written in; what is finer than a microsecond is cut off.
    static func parse(_ bytes: UnsafeRawBufferPointer) -> (time: Int64, unit: Unit)? {
        if let value = DecimalText.integer(bytes) {
            guard let unit = Unit(magnitude: value) else { return nil }
            return switch unit {
            case .seconds: (value * 1_000_000, unit)
            case .milliseconds: (value * 1000, unit)
            case .microseconds: (value, unit)
            default: (value / 1000, unit)
            }
        }
        if bytes.count >= 19, bytes[4] == UInt8(ascii: "-") { return iso(bytes).map { ($0, .text) } }
        return fraction(bytes)
    }

    /// A number with a fraction or an exponent: `1577836800.1234`, `1.5778368e9`.
    private static func fraction(_ bytes: UnsafeRawBufferPointer) -> (time: Int64, unit: Unit)? {
        // Digits far behind the point are below a microsecond: without them the number fits.
        var kept = bytes
        if let point = bytes.firstIndex(of: UInt8(ascii: ".")), !bytes.contains(where: { $0 | 0x20 == UInt8(ascii: "e") }) {
            guard bytes[(point + 1)...].allSatisfy({ $0 &- 48 <= 9 }) else { return nil }
            kept = UnsafeRawBufferPointer(rebasing: bytes[..<min(bytes.count, point + 7)])
        }
        guard let number = try? FixedPoint(bytes: kept), let unit = Unit(magnitude: number.mantissa / FixedPoint.powersOfTen[number.scale])
        else { return nil }
        let power =
            switch unit {
            case .seconds: 6
            case .milliseconds: 3
            case .microseconds: 0
            default: -3
            }
        let shift = power - number.scale
        if shift >= 0 {
            let (time, overflow) = number.mantissa.multipliedReportingOverflow(by: FixedPoint.powersOfTen[shift])
            return overflow ? nil : (time, unit)
        }
        return (number.mantissa / FixedPoint.powersOfTen[min(18, -shift)], unit)
    }

    /// `YYYY-MM-DD[T ]hh:mm:ss[.fraction][Z|±hh:mm]`; without a zone it is UTC.
    private static func iso(_ bytes: UnsafeRawBufferPointer) -> Int64? {
        func number(_ at: Int, _ count: Int) -> Int? {
            guard at + count <= bytes.count else { return nil }
            var value = 0
            for index in at..<(at + count) {
                guard bytes[index] &- 48 <= 9 else { return nil }
                value = value * 10 + Int(bytes[index] &- 48)
            }
            return value
        }
        guard let year = number(0, 4), let month = number(5, 2), let day = number(8, 2), let hour = number(11, 2),
            let minute = number(14, 2), let second = number(17, 2), bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: " "), bytes[13] == UInt8(ascii: ":"),
            bytes[16] == UInt8(ascii: ":"), hour < 24, minute < 60, second < 60, (1973...2200).contains(year),
            let date = CivilDate(year: year, month: month, day: day)
        else { return nil }
        var at = 19
        var micros = 0
        if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
            at += 1
            var weight = 100_000
            guard at < bytes.count, bytes[at] &- 48 <= 9 else { return nil }
            while at < bytes.count, bytes[at] &- 48 <= 9 {
                micros += Int(bytes[at] &- 48) * weight
                weight /= 10
                at += 1
            }
        }
        var zone = 0
        if at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "Z") where at + 1 == bytes.count:
                break
            case UInt8(ascii: "+") where at + 6 == bytes.count, UInt8(ascii: "-") where at + 6 == bytes.count:
                guard let hours = number(at + 1, 2), bytes[at + 3] == UInt8(ascii: ":"), let minutes = number(at + 4, 2), hours < 24,
                    minutes < 60
                else { return nil }
                zone = (hours * 60 + minutes) * (bytes[at] == UInt8(ascii: "-") ? -60 : 60)
            default:
                return nil
            }
        }
        let seconds = date.epochDay * 86_400 + hour * 3600 + minute * 60 + second - zone
        return Int64(seconds) * 1_000_000 + Int64(micros)
    }
}
