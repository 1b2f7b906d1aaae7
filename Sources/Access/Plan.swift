public import MarketModel

/// What a key may do: a vendor's plan, as data.
public struct Plan: Sendable, Hashable {
    /// What of an API some plans do not open.
    public enum Part: String, Sendable, Hashable {
        /// The running sum of what takers bought less what they sold.
        case cumulativeDelta
        /// Takers' volume by price.
        case footprints
    }

    /// The vendor whose API the plan is for.
    public let vendor: String
    /// The name, lower case.
    public let name: String
    /// Calls in a calendar month, UTC; nil for no limit.
    public let callsPerMonth: Int?
    /// Calls in any minute; nil for no limit.
    public let callsPerMinute: Int?
    /// Calls in any second; nil for no limit.
    public let callsPerSecond: Int?
    /// The shortest bars it opens.
    public let smallestInterval: Interval
    /// Whether files of raw trades are in it.
    public let hasRawFiles: Bool
    /// Whether the live stream is in it.
    public let hasLiveStream: Bool
    /// Connections to the live stream at once, of one key; nil for no limit.
    public let liveConnections: Int?
    /// What of the API it does not open.
    public let closed: Set<Part>

    /// Creates a plan; what is not said is not limited.
    public init(
        vendor: String, name: String, callsPerMonth: Int? = nil, callsPerMinute: Int? = nil, callsPerSecond: Int? = nil,
        smallestInterval: Interval = .s1, hasRawFiles: Bool = true, hasLiveStream: Bool = true,
        liveConnections: Int? = nil, closed: Set<Part> = []
    ) {
        self.vendor = vendor
        self.name = name
        self.callsPerMonth = callsPerMonth
        self.callsPerMinute = callsPerMinute
        self.callsPerSecond = callsPerSecond
        self.smallestInterval = smallestInterval
        self.hasRawFiles = hasRawFiles
        self.hasLiveStream = hasLiveStream
        self.liveConnections = liveConnections
        self.closed = closed
    }

    /// The plans there are. Every vendor also has `unlimited`, for those who host for themselves.
    public static let all: [Plan] = oanor + aperiodic + coinglass + [Plan(vendor: "millrace", name: "unlimited")]

    private static let oanor: [Plan] = [
        Plan(vendor: "oanor", name: "free", callsPerMonth: 450, callsPerSecond: 2),
        Plan(vendor: "oanor", name: "starter", callsPerMonth: 11_500, callsPerSecond: 6),
        Plan(vendor: "oanor", name: "pro", callsPerMonth: 68_000, callsPerSecond: 18),
        Plan(vendor: "oanor", name: "business", callsPerMonth: 360_000, callsPerSecond: 45),
        Plan(vendor: "oanor", name: "unlimited"),
    ]

    /// The names, what each opens below a minute, and that raw files are sold apart are the vendor's; its rates are not public.
    private static let aperiodic: [Plan] = [
        aperiodic("tier1", rate: 60, from: .m1),
        aperiodic("tier2", rate: 120, from: .m1),
        aperiodic("tier3", rate: 300, from: .s15),
        aperiodic("pro", rate: 600, from: .s15, live: true),
        aperiodic("prime", rate: 1200, from: .s1, live: true),
        aperiodic("prime-raw", rate: 1200, from: .s1, live: true, raw: true),
        Plan(vendor: "aperiodic", name: "unlimited"),
    ]

    private static func aperiodic(_ name: String, rate: Int, from interval: Interval, live: Bool = false, raw: Bool = false) -> Plan {
        Plan(
            vendor: "aperiodic", name: name, callsPerMinute: rate, smallestInterval: interval, hasRawFiles: raw, hasLiveStream: live,
            liveConnections: live ? 10 : nil)
    }

    /// The names, rates, smallest intervals and closed parts are the vendor's; it publishes no rate of its enterprise plan.
    private static let coinglass: [Plan] = [
        Plan(
            vendor: "coinglass", name: "hobbyist", callsPerMinute: 30, smallestInterval: .h4, closed: [.cumulativeDelta, .footprints]),
        Plan(vendor: "coinglass", name: "startup", callsPerMinute: 80, smallestInterval: .m30, closed: [.footprints]),
        Plan(vendor: "coinglass", name: "standard", callsPerMinute: 300, closed: [.footprints]),
        Plan(vendor: "coinglass", name: "professional", callsPerMinute: 1200),
        Plan(vendor: "coinglass", name: "enterprise"),
        Plan(vendor: "coinglass", name: "unlimited"),
    ]

    /// The vendors that have plans, in order.
    public static var vendors: [String] { Set(all.map(\.vendor)).sorted() }

    /// The plan of a name, or nil if the vendor has none such.
    public static func named(_ name: String, vendor: String) -> Plan? {
        all.first { $0.vendor == vendor && $0.name == name }
    }
}
