import Pipeline
import Synchronization

/// How many requests each façade answered with which status, and how long it took from a whole request to its answer.
///
///     let meters = RequestMeters()
///     let router = Router(mounts, meters: meters)
///     meters.write(to: &text)
public final class RequestMeters: Sendable {
    /// The requests of one façade.
    final class Meter: Sendable {
        let name: String
        fileprivate let durations = LatencyHistogram()
        /// By status, from 100 to 599.
        private let counts = InlineArray<500, Atomic<Int>> { _ in Atomic(0) }

        init(_ name: String) { self.name = name }

        func record(_ status: Int, nanoseconds: Int64) {
            counts[min(max(status, 100), 599) - 100].add(1, ordering: .relaxed)
            durations.record(nanoseconds: nanoseconds)
        }

        fileprivate var statuses: [(status: Int, count: Int)] {
            (0..<500).compactMap { place in
                let count = counts[place].load(ordering: .relaxed)
                return count == 0 ? nil : (place + 100, count)
            }
        }
    }

    private let meters = Mutex<[Meter]>([])

    /// Creates meters of nothing.
    public init() {}

    /// The meter of a façade; made by the first who asks.
    func meter(_ name: String) -> Meter {
        meters.withLock { meters in
            if let known = meters.first(where: { $0.name == name }) { return known }
            let meter = Meter(name)
            meters.append(meter)
            return meter
        }
    }

    /// Writes what was counted.
    public func write(to text: inout MetricsText) {
        let meters = meters.withLock { $0 }.sorted { $0.name < $1.name }
        text.counter(
            "millrace_requests_total", "Requests that were answered, by façade and status",
            meters.flatMap { meter in
                meter.statuses.map { MetricsText.Sample(Double($0.count), ["facade": meter.name, "code": "\($0.status)"]) }
            })
        text.histogram(
            "millrace_request_duration_seconds", "From a whole request to its answer, without sending it",
            meters.filter { !$0.statuses.isEmpty }.map { (["facade": $0.name], $0.durations.snapshot) })
    }
}
