public import Pipeline

/// Figures in the text format that Prometheus scrapes (exposition format 0.0.4).
///
///     var text = MetricsText()
///     text.gauge("millrace_resident_bytes", "Memory in use", 1_000_000)
///     text.counter("millrace_requests_total", "Requests answered", [MetricsText.Sample(12, ["facade": "oanor", "code": "200"])])
///
/// Each name is written once, with all its samples; names are `[a-z_]+` and written by us, labels may be anything.
public struct MetricsText: Sendable {
    /// A value, and what tells it from others of its name.
    public struct Sample: Sendable {
        let value: Double
        let labels: KeyValuePairs<String, String>

        /// Creates a sample.
        public init(_ value: Double, _ labels: KeyValuePairs<String, String> = [:]) {
            self.value = value
            self.labels = labels
        }
    }

    /// What was written so far.
    public private(set) var text = ""

    /// Creates an empty text.
    public init() {}

    /// A figure that only grows, from the start of the process; its name ends in `_total`.
    public mutating func counter(_ name: String, _ help: String, _ samples: [Sample]) {
        write(name, help, "counter", samples)
    }

    /// A figure as it is now.
    public mutating func gauge(_ name: String, _ help: String, _ samples: [Sample]) { write(name, help, "gauge", samples) }

    /// A figure as it is now, of which there is one.
    public mutating func gauge(_ name: String, _ help: String, _ value: Double) { gauge(name, help, [Sample(value)]) }

    /// Durations, in seconds; the name ends in `_seconds`.
    public mutating func histogram(
        _ name: String, _ help: String, _ samples: [(labels: KeyValuePairs<String, String>, LatencyHistogram.Snapshot)]
    ) {
        guard !samples.isEmpty else { return }
        head(name, help, "histogram")
        for (labels, snapshot) in samples {
            for (place, count) in snapshot.cumulative.enumerated() {
                let bound =
                    place < LatencyHistogram.bounds.count ? "\(Double(LatencyHistogram.bounds[place]) / 1_000_000_000)" : "+Inf"
                line("\(name)_bucket", labels.map { ($0, $1) } + [("le", bound)], Double(count))
            }
            line("\(name)_sum", labels.map { ($0, $1) }, Double(snapshot.sum) / 1_000_000_000)
            line("\(name)_count", labels.map { ($0, $1) }, Double(snapshot.count))
        }
    }

    private mutating func write(_ name: String, _ help: String, _ type: String, _ samples: [Sample]) {
        guard !samples.isEmpty else { return }
        head(name, help, type)
        for sample in samples { line(name, sample.labels.map { ($0, $1) }, sample.value) }
    }

    private mutating func head(_ name: String, _ help: String, _ type: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }

    private mutating func line(_ name: String, _ labels: [(name: String, value: String)], _ value: Double) {
        text += name
        if !labels.isEmpty {
            text += "{"
            text += labels.map { "\($0.name)=\"\(MetricsText.escaped($0.value))\"" }.joined(separator: ",")
            text += "}"
        }
        text += " \(MetricsText.number(value))\n"
    }

    private static func escaped(_ value: String) -> String {
        var result = ""
        for character in value {
            switch character {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default: result.append(character)
            }
        }
        return result
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return Int(exactly: value).map(String.init) ?? "\(value)"
    }
}
