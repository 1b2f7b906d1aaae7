/// Instants as HTTP writes them: `Sun, 06 Nov 1994 08:49:37 GMT`.
enum HTTPDate {
    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// The text of an instant in seconds since 1970-01-01 UTC, not before it.
    static func text(_ seconds: Int64) -> String {
        let day = Int(max(0, seconds) / 86_400)
        let clock = Int(max(0, seconds) % 86_400)
        // Howard Hinnant's civil_from_days, for days since the epoch.
        let z = day + 719_468
        let era = z / 146_097
        let dayOfEra = z % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let date = "\(pad(dayOfYear - (153 * shifted + 2) / 5 + 1)) \(months[month - 1]) \(year)"
        return "\(weekdays[day % 7]), \(date) \(pad(clock / 3600)):\(pad(clock / 60 % 60)):\(pad(clock % 60)) GMT"
    }

    private static func pad(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
