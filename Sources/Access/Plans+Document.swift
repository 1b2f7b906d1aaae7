import MarketModel

extension Plans {
    /// The plans as a document in JSON5 that reads back as the same plans.
    public var document: String { "{\n\(section)}\n" }

    /// The setting as a configuration has it, by lines.
    public var section: String {
        let lines = all.map { "    { \($0.settings.map { "\($0.name): \($0.value)" }.joined(separator: ", ")) },\n" }
        return "  plans: [\n\(lines.joined())  ],\n"
    }
}

extension Plan {
    /// What it says, as a document writes it. Names, datasets and paths hold nothing that would want an escape.
    fileprivate var settings: [(name: String, value: String)] {
        var settings = [("vendor", "'\(vendor)'"), ("name", "'\(name)'")]
        func add(_ name: String, _ value: String?) { if let value { settings.append((name, value)) } }
        func list(_ texts: some Sequence<String>) -> String { "[\(texts.sorted().map { "'\($0)'" }.joined(separator: ", "))]" }
        add("calls_per_second", callsPerSecond.map { "\($0)" })
        add("calls_per_minute", callsPerMinute.map { "\($0)" })
        add("calls_per_month", callsPerMonth.map { "\($0)" })
        let others = limits.filter { $0.seconds != 1 && $0.seconds != 60 }
        let written = others.map { "{ calls: \($0.calls), seconds: \($0.seconds) }" }.joined(separator: ", ")
        add("limits", others.isEmpty ? nil : "[\(written)]")
        add("smallest_interval", smallestInterval == .s1 ? nil : "'\(smallestInterval.name)'")
        add("history_days", historyDays.map { "\($0)" })
        add("raw_files", hasRawFiles ? nil : "false")
        add("live_stream", hasLiveStream ? nil : "false")
        add("live_connections", liveConnections.map { "\($0)" })
        add("datasets", datasets.map { list($0) })
        add("endpoints", endpoints.map { list($0) })
        add("closed", closed.isEmpty ? nil : list(closed))
        return settings
    }
}
