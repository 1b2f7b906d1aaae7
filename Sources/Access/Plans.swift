public import Config

/// The plans that are in force: those that come with the server, and over them those of a file.
///
///     let plans = try Plans(document: bytes, over: .standard, datasets: names, paths: KeyedPaths.ofVendor)
///     plans.named("pro", vendor: "oanor")
public struct Plans: Sendable, Hashable {
    /// All of them: vendors in order, each vendor's plans in the order in which they were written.
    public let all: [Plan]

    /// Creates the plans of a list; of two with the same vendor and name the later one holds, in the place of the earlier.
    public init(_ plans: [Plan]) {
        var all: [Plan] = []
        for plan in plans {
            if let place = all.firstIndex(where: { $0.vendor == plan.vendor && $0.name == plan.name }) {
                all[place] = plan
            } else {
                all.append(plan)
            }
        }
        let vendors = Set(all.map(\.vendor)).sorted()
        self.all = vendors.flatMap { vendor in all.filter { $0.vendor == vendor } }
    }

    /// Reads a document in JSON5 and puts its plans over others: it adds some, and replaces those of the same vendor and name.
    ///
    /// - Parameters:
    ///   - datasets: the names that a plan's datasets may have.
    ///   - paths: the paths of each vendor's API that keys open.
    /// - Throws: all that is wrong with it.
    public init(
        document: some Collection<UInt8>, over base: Plans, datasets: [String], paths: [String: [String]]
    ) throws(ConfigFaults) {
        var reader = PlanReader(vendors: base.vendors, datasets: datasets, paths: paths)
        self.init(base.all + (try reader.read(document)))
    }

    /// Puts the plans of a configuration's list over others, as ``init(document:over:datasets:paths:)`` does.
    ///
    /// - Parameter faults: takes all that is wrong.
    public init(
        _ list: [ConfigValue], over base: Plans, datasets: [String], paths: [String: [String]], noting faults: inout [ConfigFault]
    ) {
        var reader = PlanReader(vendors: base.vendors, datasets: datasets, paths: paths)
        self.init(base.all + reader.read(list))
        faults += reader.faults
    }

    /// The vendors that have plans, in order.
    public var vendors: [String] { Set(all.map(\.vendor)).sorted() }

    /// The names of a vendor's plans.
    public func names(vendor: String) -> [String] { all.filter { $0.vendor == vendor }.map(\.name) }

    /// The plan of a name, or nil if the vendor has none such.
    public func named(_ name: String, vendor: String) -> Plan? {
        all.first { $0.vendor == vendor && $0.name == name }
    }
}
