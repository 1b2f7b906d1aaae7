import MarketModel
import Notices
import Pipeline
import Synchronization
import Transport

/// The log of a server: notices on stderr, a line each, as text or as JSON.
///
///     2026-11-22T09:30:15.123Z warning okx-perps: disconnected: the peer closed
///     {"time":"2026-11-22T09:30:15.123Z","level":"warning","message":"{venue}: disconnected: {reason}","venue":"okx-perps","reason":"the peer closed"}
///
/// Of one message twenty a minute are written; how many more there were is written after that minute. Debug is not counted: who asks for it
/// wants all.
final class Log: Sendable {
    /// How lines are written.
    enum Format: String, Sendable, CaseIterable {
        case text
        case json
    }

    private let format: Format
    private let level: Notice.Level
    private let throttle = Mutex(NoticeThrottle())

    init(format: Format = .text, level: Notice.Level = .info) {
        self.format = format
        self.level = level
    }

    /// Whether notices of a level are written at all.
    func isWritten(_ level: Notice.Level) -> Bool { level >= self.level }

    /// Writes a notice.
    func write(_ notice: Notice) {
        guard isWritten(notice.level) else { return }
        var notice = notice
        if notice.level > .debug {
            let leftOut = throttle.withLock { $0.admit(notice.message, at: MonotonicClock.nanoseconds()) }
            guard let leftOut else { return }
            if leftOut > 0 { notice = notice.leavingOut(leftOut) }
        }
        Console.complain(LogLine(notice, at: WallClock.microseconds()).written(as: format))
    }

    /// Writes every request that was answered; nil where that is more than is asked for.
    var requests: (@Sendable (AnsweredRequest) -> Void)? {
        guard isWritten(.debug) else { return nil }
        return { [self] answered in
            let milliseconds = String(Double(answered.nanoseconds / 1000) / 1000)
            write(
                .debug(
                    "\(.facade, answered.facade): \(.status, answered.status.code) for \(.method, answered.method.rawValue) \(.path, answered.path) in \(.milliseconds, milliseconds) ms, \(.client, answered.client), request \(.request, answered.id)"
                ))
        }
    }

    /// Writes how many notices were left out in minutes that are over.
    func settle() {
        for (message, count) in throttle.withLock({ $0.settle(at: MonotonicClock.nanoseconds()) }) {
            let notice: Notice = "\(.count, count) more like this: \(.reason, message)"
            Console.complain(LogLine(notice, at: WallClock.microseconds()).written(as: format))
        }
    }
}

/// A line of a log.
struct LogLine {
    private let notice: Notice
    private let time: Int64

    /// - Parameter time: microseconds since 1970-01-01 UTC.
    init(_ notice: Notice, at time: Int64) {
        self.notice = notice
        self.time = time
    }

    /// The line without its end.
    func written(as format: Log.Format) -> String {
        switch format {
        case .text: "\(stamp) \(notice.level.rawValue) \(LogLine.onOneLine(notice.text))"
        case .json: json
        }
    }

    private var json: String {
        var json = JSONWriter(capacity: 512)
        json.beginObject()
        json.member("time", stamp)
        json.member("level", notice.level.rawValue)
        json.member("message", notice.message)
        var names: [String: Int] = [:]
        for (field, value) in notice.fields {
            let place = names[field.rawValue, default: 0] + 1
            names[field.rawValue] = place
            // A message may name two of a kind.
            json.key(escaping: place == 1 ? field.rawValue : "\(field.rawValue)\(place)")
            switch value {
            case .number(let number): json.value(Int(number))
            case .text(let text): json.value(LogLine.clipped(text))
            }
        }
        json.endObject()
        return json.text
    }

    /// `2026-11-22T09:30:15.123Z`.
    private var stamp: String {
        let (date, rest) = (CivilDate(microseconds: time), time - CivilDate(microseconds: time).microseconds)
        func padded(_ number: Int64, _ digits: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }
        let seconds = rest / 1_000_000
        return
            "\(date)T\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2)).\(padded(rest / 1000 % 1000, 3))Z"
    }

    /// What comes from outside must not begin a line of its own, nor move a terminal's cursor.
    private static func onOneLine(_ text: String) -> String {
        guard text.utf8.count > longest || text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            return text
        }
        return clipped(text).unicodeScalars.reduce(into: "") { line, scalar in
            if scalar.properties.generalCategory == .control {
                line += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                line.unicodeScalars.append(scalar)
            }
        }
    }

    private static let longest = 2000

    private static func clipped(_ text: String) -> String {
        text.utf8.count <= longest ? text : String(text.prefix(longest / 4)) + "…"
    }
}
