import Config
import MarketModel

/// Reads plans out of a configuration and notes all that is wrong with them.
struct PlanReader {
    /// The vendors that a plan may be for.
    let vendors: [String]
    /// The names that a plan's datasets may have.
    let datasets: [String]
    /// The paths of each vendor's API that keys open; nil where any will do.
    let paths: [String: [String]]?
    private(set) var faults: [ConfigFault] = []

    init(vendors: [String], datasets: [String], paths: [String: [String]]?) {
        self.vendors = vendors
        self.datasets = datasets
        self.paths = paths
    }

    /// The settings that make a difference to a vendor's API, beyond those of all.
    static let ofVendor: [String: Set<String>] = [
        "aperiodic": ["smallest_interval", "history_days", "raw_files", "live_stream", "live_connections", "datasets"],
        "coinglass": ["smallest_interval", "history_days"],
        "millrace": ["history_days", "live_stream", "live_connections"],
    ]
    private static let particular = ["smallest_interval", "history_days", "raw_files", "live_stream", "live_connections", "datasets"]
    private static let settings =
        ["vendor", "name", "calls_per_second", "calls_per_minute", "calls_per_month", "limits"] + particular + ["endpoints", "closed"]

    /// A window remembers every call in it: 800 kB for each key of the greatest.
    private static let mostCalls = 100_000
    private static let mostCallsPerMonth = 1_000_000_000_000
    private static let longestWindow = 86_400
    private static let mostConnections = 100_000
    private static let longestName = 32
    private static let longestHistory = 36_500

    /// The plans of a document, in its order.
    mutating func read(_ bytes: some Collection<UInt8>) throws(ConfigFaults) -> [Plan] {
        let root: ConfigValue
        do {
            root = try JSON5.read(bytes)
        } catch {
            throw ConfigFaults([error])
        }
        let file = ConfigSection(root, of: "the configuration", settings: ["plans"], noting: &faults)
        let plans = read(file.list("plans", noting: &faults) ?? [])
        guard faults.isEmpty else { throw ConfigFaults(faults) }
        return plans
    }

    /// The plans of a list, in its order; ``faults`` takes what is wrong.
    mutating func read(_ values: [ConfigValue]) -> [Plan] {
        var plans: [Plan] = []
        var lines: [String: Int] = [:]
        for value in values {
            guard let plan = plan(value) else { continue }
            let key = "\(plan.vendor) \(plan.name)"
            if let line = lines[key] {
                faults.append(ConfigFault(value.position, "\(plan.vendor) has a plan '\(plan.name)' already, in line \(line)"))
            }
            lines[key] = lines[key] ?? value.position.line
            plans.append(plan)
        }
        return plans
    }

    /// A plan, or nil where it has no vendor or name; other faults are noted.
    private mutating func plan(_ value: ConfigValue) -> Plan? {
        let section = ConfigSection(value, of: "a plan", settings: PlanReader.settings, noting: &faults)
        if case .object = value.kind {
            section.require("vendor", noting: &faults)
            section.require("name", noting: &faults)
        }
        let vendors = vendors
        let vendor = section.text("vendor", "one of \(vendors.joined(separator: ", "))", choices: vendors, noting: &faults) { text in
            vendors.contains(text) ? text : nil
        }
        let name = section.text(
            "name", "of 1 to \(PlanReader.longestName) small letters, digits and hyphens", noting: &faults
        ) { PlanReader.isName($0) ? $0 : nil }
        let intervals = Interval.allCases.map(\.name)
        let smallest = section.text(
            "smallest_interval", "one of \(intervals.joined(separator: " "))", choices: intervals, noting: &faults
        ) { Interval(name: $0) }
        let days = section.integer("history_days", in: 1...PlanReader.longestHistory, noting: &faults)
        let endpoints = patterns(section, "endpoints", vendor)
        let closed = patterns(section, "closed", vendor)
        let limits = limits(section)
        let perMonth = section.integer("calls_per_month", in: 1...PlanReader.mostCallsPerMonth, noting: &faults)
        let hasRawFiles = section.flag("raw_files", noting: &faults)
        let hasLiveStream = section.flag("live_stream", noting: &faults)
        let connections = section.integer("live_connections", in: 1...PlanReader.mostConnections, noting: &faults)
        let opened = opened(section)
        if let vendor { checkUse(section, vendor) }
        // What has no name cannot be told from its neighbours.
        guard let vendor, let name else { return nil }
        return Plan(
            vendor: vendor, name: name, callsPerMonth: perMonth, limits: limits, smallestInterval: smallest ?? .s1,
            hasRawFiles: hasRawFiles ?? true, hasLiveStream: hasLiveStream ?? true, liveConnections: connections,
            datasets: opened.map { Set($0) }, historyDays: days, endpoints: endpoints.map { Set($0) }, closed: Set(closed ?? []))
    }

    /// Paths of a vendor's API, each of which there is, or with `*` at its end, under which there is one.
    private mutating func patterns(_ section: ConfigSection, _ name: String, _ vendor: String?) -> [String]? {
        let known = vendor.flatMap { vendor in paths.map { $0[vendor] ?? [] } }
        let wanted = "a list of paths of the API" + (vendor.map { " of \($0)" } ?? "") + ", one that ends in * for all that begin so"
        return section.texts(name, wanted, choices: known ?? [], noting: &faults) { text in
            guard let known else { return text }
            return known.contains { Plan.covers(text, $0) } ? text : nil
        }
    }

    private mutating func opened(_ section: ConfigSection) -> [String]? {
        let known = datasets
        return section.texts("datasets", "a list of \(known.joined(separator: ", "))", choices: known, noting: &faults) { text in
            known.contains(text) ? text : nil
        }
    }

    private mutating func limits(_ section: ConfigSection) -> [CallLimit] {
        var limits: [CallLimit] = []
        for (name, seconds) in [("calls_per_second", 1), ("calls_per_minute", 60)] {
            guard let calls = section.integer(name, in: 1...PlanReader.mostCalls, noting: &faults) else { continue }
            limits.append(CallLimit(calls, inSeconds: seconds))
        }
        for value in section.list("limits", noting: &faults) ?? [] {
            let limit = ConfigSection(value, of: "a limit", settings: ["calls", "seconds"], noting: &faults)
            if case .object = value.kind {
                limit.require("calls", noting: &faults)
                limit.require("seconds", noting: &faults)
            }
            let calls = limit.integer("calls", in: 1...PlanReader.mostCalls, noting: &faults)
            let seconds = limit.integer("seconds", in: 1...PlanReader.longestWindow, noting: &faults)
            guard let calls, let seconds else { continue }
            if limits.contains(where: { $0.seconds == seconds }) {
                faults.append(ConfigFault(value.position, "the plan has a limit for \(seconds) s already"))
            }
            limits.append(CallLimit(calls, inSeconds: seconds))
        }
        return limits
    }

    /// A setting that changes nothing would promise what does not hold.
    private mutating func checkUse(_ section: ConfigSection, _ vendor: String) {
        for name in PlanReader.particular where !PlanReader.ofVendor[vendor, default: []].contains(name) {
            guard let position = section.position(of: name) else { continue }
            faults.append(ConfigFault(position, "'\(name)' changes nothing in the API of \(vendor)"))
        }
    }

    private static func isName(_ text: String) -> Bool {
        (1...longestName).contains(text.utf8.count)
            && text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "-") }
    }
}
