/// What a key may do: a vendor's plan, as data.
public struct Plan: Sendable, Hashable {
    /// The vendor whose API the plan is for.
    public let vendor: String
    /// The name, lower case.
    public let name: String
    /// Calls in a calendar month, UTC; nil for no limit.
    public let callsPerMonth: Int?
    /// Calls in any second; nil for no limit.
    public let callsPerSecond: Int?

    /// Creates a plan.
    public init(vendor: String, name: String, callsPerMonth: Int?, callsPerSecond: Int?) {
        self.vendor = vendor
        self.name = name
        self.callsPerMonth = callsPerMonth
        self.callsPerSecond = callsPerSecond
    }

    /// The plans there are. Every vendor also has `unlimited`, for those who host for themselves.
    public static let all: [Plan] = [
        Plan(vendor: "oanor", name: "free", callsPerMonth: 450, callsPerSecond: 2),
        Plan(vendor: "oanor", name: "starter", callsPerMonth: 11_500, callsPerSecond: 6),
        Plan(vendor: "oanor", name: "pro", callsPerMonth: 68_000, callsPerSecond: 18),
        Plan(vendor: "oanor", name: "business", callsPerMonth: 360_000, callsPerSecond: 45),
        Plan(vendor: "oanor", name: "unlimited", callsPerMonth: nil, callsPerSecond: nil),
    ]

    /// The vendors that have plans, in order.
    public static var vendors: [String] { Set(all.map(\.vendor)).sorted() }

    /// The plan of a name, or nil if the vendor has none such.
    public static func named(_ name: String, vendor: String) -> Plan? {
        all.first { $0.vendor == vendor && $0.name == name }
    }
}
