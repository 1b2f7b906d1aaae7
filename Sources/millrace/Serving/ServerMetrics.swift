import Glibc
import Lake
import MarketModel
import MarketService
import Pipeline
import Recorder
import TapeSequencer
import Transport

/// The figures of a server, as `/metrics` tells them.
struct ServerMetrics: Sendable {
    let requests: RequestMeters
    let held: HeldBytes
    let live: LiveMarket?
    let recording: Recording?
    let openD: OpenDServing
    let began = MonotonicClock.nanoseconds()

    /// A feed is stale that is not followed, or of which nothing came for so long, in microseconds.
    private static let patience: Int64 = 300_000_000

    func write(to text: inout MetricsText) {
        requests.write(to: &text)
        writeFeeds(to: &text)
        recording?.write(to: &text)
        openD.write(to: &text)
        writeHeld(to: &text)
        writeProcess(to: &text)
    }

    private func writeFeeds(to text: inout MetricsText) {
        let instruments = live?.instruments() ?? []
        let now = WallClock.microseconds()
        func samples(_ value: (LiveInstrument) -> Double?) -> [MetricsText.Sample] {
            instruments.compactMap { each in
                value(each).map { .init($0, ["venue": each.instrument.venue.name, "symbol": each.instrument.symbol]) }
            }
        }
        text.gauge("millrace_feed_up", "1 while an instrument is followed live", samples { $0.state == .live ? 1 : 0 })
        text.gauge(
            "millrace_feed_lag_seconds", "How long the newest trade took from the venue to here",
            samples { $0.lag.map { Double($0) / 1e6 } })
        text.gauge(
            "millrace_feed_age_seconds", "How long ago the newest trade was executed",
            samples { $0.last.map { Double(now - $0.trade.time) / 1e6 } })
        text.gauge(
            "millrace_feed_durable_age_seconds", "How long ago the newest trade was executed that survives power loss",
            samples { $0.durableTime.map { Double(now - $0) / 1e6 } })
        text.counter("millrace_bars_total", "Bars that became final, of all intervals followed", samples { Double($0.bars) })
        text.counter("millrace_revised_bars_total", "Bars that changed after that, once for each time", samples { Double($0.revisedBars) })
        text.gauge("millrace_open_gaps", "Holes that are open, or that the venue does not fill", samples { Double($0.gaps.count) })
    }

    private func writeHeld(to text: inout MetricsText) {
        let kinds = held.kinds + openD.heldKinds
        func samples(_ value: (HeldBytes.Kind) -> Int) -> [MetricsText.Sample] {
            kinds.map { .init(Double(value($0)), ["kind": $0.name]) }
        }
        text.gauge(
            "millrace_held_bytes", "Memory that clients hold: bodies on their way, answers and events that are not read", samples(\.held))
        text.gauge("millrace_held_bytes_limit", "How much of it there may be", samples(\.limit))
        text.counter("millrace_shed_total", "Clients that were refused or cut off since there was too much of it", samples(\.shed))
    }

    private func writeProcess(to text: inout MetricsText) {
        text.gauge("millrace_uptime_seconds", "Since the server began", Double(MonotonicClock.nanoseconds() - began) / 1e9)
        if let pages = ServerMetrics.residentPages() {
            text.gauge("process_resident_memory_bytes", "Memory in use", Double(pages * sysconf(Int32(_SC_PAGESIZE))))
        }
        var usage = rusage()
        if getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 {
            let seconds =
                Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
            text.counter("process_cpu_seconds_total", "Processor time of all threads", [.init(seconds)])
        }
    }

    /// The second number of `/proc/self/statm`.
    private static func residentPages() -> Int? {
        let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 128)
        let count = read(descriptor, &bytes, bytes.count)
        guard count > 0 else { return nil }
        let words = String(decoding: bytes[..<count], as: UTF8.self).split(separator: " ")
        return words.count > 1 ? Int(words[1]) : nil
    }

    /// Feeds that are not followed as they should be.
    func stale() -> [String] {
        let now = WallClock.microseconds()
        return (live?.instruments() ?? []).compactMap { each in
            let name = "\(each.instrument.venue.name) \(each.instrument.symbol)"
            switch each.state {
            case .live:
                guard let last = each.last, now - last.received > ServerMetrics.patience else { return nil }
                return "\(name): no trade for \((now - last.received) / 1_000_000) s"
            case .waiting: return "\(name): not begun"
            case .disconnected(let reason), .ended(let reason): return "\(name): \(reason)"
            }
        }
    }
}
