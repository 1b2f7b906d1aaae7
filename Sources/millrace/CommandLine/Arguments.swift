import Config
import Glibc
import MarketModel
import MarketService

/// What the user wrote after a command's name, checked against the command's declaration.
struct Arguments: Sendable {
    let command: Command
    /// The words that are not options, in order.
    var operands: [String] = []
    var values: [String: [String]] = [:]

    /// Whether an option or switch was given.
    func has(_ name: String) -> Bool { values[name] != nil }

    /// The value of an option, or nil if it was not given.
    func value(_ name: String) -> String? { values[name]?.last }

    /// All values of a repeatable option, in order.
    func all(_ name: String) -> [String] { values[name] ?? [] }

    /// The value of an option that the command declares as required, or that it needs in this case.
    func required(_ name: String) throws(UsageError) -> String {
        guard let value = value(name) else { throw UsageError("--\(name) is missing") }
        return value
    }

    /// The value of an option as a whole number in `range`.
    func integer(_ name: String, in range: ClosedRange<Int>, default fallback: Int) throws(UsageError) -> Int {
        guard let text = value(name) else { return fallback }
        guard let number = Int(text), range.contains(number) else {
            throw UsageError("--\(name) \(text): a whole number from \(range.lowerBound) to \(range.upperBound) is wanted")
        }
        return number
    }

    /// `--threads`, or the number of cores that are online.
    func threads() throws(UsageError) -> Int {
        try integer("threads", in: 1...64, default: max(1, min(64, sysconf(Int32(_SC_NPROCESSORS_ONLN)))))
    }

    /// The value of a time option in microseconds since the epoch.
    func time(_ name: String) throws(UsageError) -> Int64? {
        guard let text = value(name) else { return nil }
        guard let time = Timestamp.parse(text) else {
            throw UsageError("--\(name) \(text): write a time as 2024-01-31, 2024-01-31T12:00:00Z or epoch milliseconds")
        }
        return time
    }

    /// The value of `--interval`.
    func interval(default fallback: Interval? = nil) throws(UsageError) -> Interval {
        guard let text = value("interval") ?? fallback?.name else { throw UsageError("--interval is missing: 1s … 1w") }
        try ValueKind.interval.check(text, of: "--interval")
        guard let interval = Interval(name: text) else { throw UsageError("--interval \(text): no length of bars is called so") }
        return interval
    }

    /// The value of `--venue`, required here.
    func venue() throws(UsageError) -> Venue {
        let text = try required("venue")
        guard let venue = Venue(text) else {
            throw UsageError("--venue \(text): choose one of \(Venue.known.map(\.name).joined(separator: ", "))")
        }
        guard venue.name != Basket.venue else {
            throw UsageError("--venue \(text): requests say so for baskets; give this tape's venue another name")
        }
        if !Venue.known.contains(venue), let near = NearestName.of(text, in: Venue.known.map(\.name)) {
            throw UsageError("--venue \(text) is unknown. Did you mean \(near)?")
        }
        return venue
    }
}
