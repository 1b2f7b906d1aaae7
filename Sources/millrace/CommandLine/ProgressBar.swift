import Glibc
import Pipeline
import Synchronization

/// A line on stderr that shows how far a long piece of work is: share, amount, rate and the time left.
///
/// Any thread may call ``advance(by:)``; a call costs a mutex and a clock reading, so count in pieces of about a megabyte.
final class ProgressBar: Sendable {
    /// How amounts are written.
    enum Unit: Sendable {
        case bytes
        case rows
    }

    private struct State {
        var done = 0
        var lastDrawn = 0.0
        var drawn = false
    }

    private let label: String
    private let total: Int?
    private let unit: Unit
    private let enabled: Bool
    private let started: Double
    private let state = Mutex(State())

    init(label: String, total: Int?, unit: Unit, enabled: Bool) {
        self.label = label
        self.total = total
        self.unit = unit
        self.enabled = enabled
        started = enabled ? Self.now() : 0
    }

    /// Counts `amount` more units as done, and redraws the line at most ten times a second.
    func advance(by amount: Int) {
        guard enabled else { return }
        let now = Self.now()
        state.withLock { state in
            state.done += amount
            guard now - started >= 1, now - state.lastDrawn >= 0.1 else { return }
            state.lastDrawn = now
            state.drawn = true
            let columns = Self.columns()
            let forms = forms(done: state.done, seconds: now - started)
            let line = forms.first { $0.count < columns } ?? String((forms.last ?? "").prefix(max(0, columns - 1)))
            Self.draw("\r\u{1B}[K" + line)
        }
    }

    /// Removes the line; call it when the work has ended, well or not.
    func finish() {
        state.withLock { state in
            if state.drawn { Self.draw("\r\u{1B}[K") }
            state.drawn = false
        }
    }

    /// What there is to say, at length and ever shorter: a line that is longer than the terminal is wide could not be removed again.
    private func forms(done: Int, seconds: Double) -> [String] {
        let rate = Double(done) / seconds
        guard let total, total > 0 else {
            let text = "\(amount(Double(done)))  \(amount(rate))/s  \(Self.clock(seconds))"
            return ["\(label)  \(text)", text, amount(Double(done))]
        }
        let share = min(1, Double(done) / Double(total))
        let filled = Int(share * 24)
        let left = rate > 0 ? max(0, Double(total - done) / rate) : 0
        let blocks = String(repeating: "█", count: filled) + String(repeating: "░", count: 24 - filled)
        let percent = "\(Int(share * 100)) %"
        let text = "\(percent)  \(amount(Double(done))) of \(amount(Double(total)))  \(amount(rate))/s  \(Self.clock(left)) left"
        return ["\(label)  \(blocks) \(text)", "\(label)  \(text)", "\(percent)  \(Self.clock(left)) left", percent]
    }

    /// How wide the terminal is at this moment.
    private static func columns() -> Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    private func amount(_ value: Double) -> String {
        let suffixes = unit == .bytes ? ["B", "kB", "MB", "GB", "TB"] : ["rows", "k rows", "M rows", "G rows"]
        var value = value
        var index = 0
        while value >= 999.5, index < suffixes.count - 1 {
            value /= 1000
            index += 1
        }
        let tenths = Int((value * 10).rounded())
        return value < 10 && index > 0 ? "\(tenths / 10).\(tenths % 10) \(suffixes[index])" : "\(Int(value.rounded())) \(suffixes[index])"
    }

    private static func clock(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded(.up))
        let tail = whole % 60
        return whole < 60 ? "\(whole) s" : "\(whole / 60):\(tail < 10 ? "0" : "")\(tail)"
    }

    private static func draw(_ text: String) {
        var text = text
        text.withUTF8 { _ = Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    private static func now() -> Double {
        Double(MonotonicClock.nanoseconds()) / 1e9
    }
}
