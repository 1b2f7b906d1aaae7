import MarketModel
public import Notices
import Pipeline
import SQLite
import Synchronization

/// Decides which calls a server lets through: keys, plans, rates and quotas of all vendors.
///
/// A vendor's API is open until a key for it has been made; from then on it wants one, also when all are revoked. Keys made, changed or
/// revoked by `millrace keys` take effect within a second, other plans at once.
public final class AccessControl: Sendable {
    /// A stretch of time that a plan limits the calls of.
    public struct Rate: Sendable, Hashable, CustomStringConvertible {
        /// How long it is.
        public let seconds: Int

        /// Creates a stretch.
        public init(seconds: Int) { self.seconds = seconds }

        /// Calls a second.
        public static let second = Rate(seconds: 1)
        /// Calls a minute.
        public static let minute = Rate(seconds: 60)

        /// What stands after "calls": `a minute`, `in 30 seconds`.
        public var description: String {
            switch self {
            case .second: "a second"
            case .minute: "a minute"
            default: "in \(seconds) seconds"
            }
        }
    }

    /// What becomes of a call.
    public enum Decision: Sendable, Hashable {
        /// No key is wanted.
        case open
        /// The key is good. `remaining`: calls left this month, nil without a quota.
        case admitted(Plan, remaining: Int?)
        /// No key was given.
        case missingKey
        /// The key is unknown or revoked.
        case badKey
        /// The key is good, for another vendor's API.
        case otherVendor
        /// More calls in a stretch of time than the plan allows.
        case tooFast(Rate, retryAfterSeconds: Int)
        /// The month's calls are used up.
        case quotaUsed(retryAfterSeconds: Int)
    }

    private struct Entry: Sendable {
        let record: KeyRecord
        let meter: KeyMeter
    }

    /// The keys as of one version of the store; never changed, only replaced.
    private final class Table: Sendable {
        let byHash: [UInt64: [Entry]]
        let guarded: Set<String>
        let planless: [KeyRecord]
        let version: Int

        init(byHash: [UInt64: [Entry]], guarded: Set<String>, planless: [KeyRecord], version: Int) {
            self.byHash = byHash
            self.guarded = guarded
            self.planless = planless
            self.version = version
        }
    }

    private let store: KeyStore
    private let table: Mutex<Table>
    /// Held while a table is made, so that none made of older plans or keys comes after it.
    private let plans: Mutex<Plans>
    private let ticker = Mutex<Ticker?>(nil)

    /// Opens the keys of a store.
    public init(store: KeyStore, plans: Plans = .standard) throws {
        self.store = store
        self.plans = Mutex(plans)
        table = Mutex(try AccessControl.load(store, plans, previous: nil))
    }

    /// Puts other plans in force, for all keys at once: what was counted of a key stays counted, and calls that were let in go on.
    ///
    /// - Throws: `SQLiteError`; the plans stay as they were if the keys cannot be read.
    public func adopt(_ plans: Plans) throws {
        try self.plans.withLock { inForce in
            let next = try AccessControl.load(store, plans, previous: current)
            inForce = plans
            try replace(by: next)
        }
    }

    /// The keys that are not revoked and open nothing, since their plan is not there.
    public var keysWithoutPlan: [KeyRecord] { current.planless }

    /// Begins to follow the store and to book calls ahead, until ``stop()``.
    ///
    /// - Parameter report: told in one line of a store that cannot be read or written.
    public func follow(report: @escaping @Sendable (Notice) -> Void) {
        ticker.withLock { ticker in
            ticker =
                ticker
                ?? Ticker(everyMilliseconds: 250) { [self] in
                    do {
                        try refresh()
                    } catch {
                        report(.error("the keys cannot be read or their calls booked: \(error)"))
                    }
                }
        }
    }

    /// Stops following, and returns the calls that were booked and not made.
    public func stop() throws {
        ticker.withLock { ticker in
            ticker?.stop()
            ticker = nil
        }
        for entry in current.byHash.values.joined() { try entry.meter.settle(store: store) }
    }

    /// Takes over changes of the store and books calls ahead.
    public func refresh() throws {
        try plans.withLock { plans in
            let before = current
            guard try store.database.dataVersion() != before.version else { return }
            try replace(by: AccessControl.load(store, plans, previous: before))
        }
        for entry in current.byHash.values.joined() { try entry.meter.replenish(store: store) }
    }

    private var current: Table { table.withLock { $0 } }

    private func replace(by next: Table) throws {
        let before = table.withLock { table in
            defer { table = next }
            return table
        }
        // Of keys that are gone, or whose plan is, what was booked ahead goes back.
        let kept = Set(next.byHash.values.joined().map { ObjectIdentifier($0.meter) })
        for entry in before.byHash.values.joined() where !kept.contains(ObjectIdentifier(entry.meter)) {
            try entry.meter.settle(store: store)
        }
    }

    /// Whether any key was ever made, for any vendor.
    public var hasKeys: Bool { !current.guarded.isEmpty }

    /// Whether calls to a vendor's API need a key.
    public func wantsKey(vendor: String) -> Bool { current.guarded.contains(vendor) }

    /// A call to a vendor's API comes.
    ///
    /// - Parameters:
    ///   - key: what the call gives as its key: the key, or what the vendor's client sends in place of it.
    ///   - tally: which of the plan's limits count the call.
    ///   - now: nanoseconds of a clock that does not go back.
    ///   - time: microseconds since 1970-01-01 UTC.
    /// - Throws: `SQLiteError` if calls cannot be booked.
    /// - Complexity: O(1); SHA-256 of the key, and once in a block of calls a commit.
    public func decide(vendor: String, key: String?, tally: Tally = .together, now: Int64, time: Int64) throws -> Decision {
        let table = current
        guard table.guarded.contains(vendor) else { return .open }
        guard let key, !key.isEmpty else { return .missingKey }
        let hash = store.hash(shown: key)
        guard let entry = table.byHash[AccessControl.prefix(hash)]?.first(where: { Secret.equal($0.record.hash, hash) }),
            entry.record.revoked == nil
        else { return .badKey }
        guard entry.record.vendor == vendor else { return .otherVendor }
        let date = CivilDate(microseconds: time)
        switch try entry.meter.admit(tally, now: now, month: date.year * 12 + date.month - 1, store: store) {
        case .admitted(let plan, let remaining): return .admitted(plan, remaining: remaining)
        case .tooFast(let rate, let wait): return .tooFast(rate, retryAfterSeconds: Int((wait + 999_999_999) / 1_000_000_000))
        case .quotaUsed: return .quotaUsed(retryAfterSeconds: AccessControl.secondsToNextMonth(time, date))
        }
    }

    /// The plan of a key that is good for a vendor's API, without counting a call; nil for any other key.
    ///
    /// - Complexity: O(1); SHA-256 of the key.
    public func plan(vendor: String, key: String) -> Plan? {
        let hash = store.hash(shown: key)
        guard let entry = current.byHash[AccessControl.prefix(hash)]?.first(where: { Secret.equal($0.record.hash, hash) }),
            entry.record.revoked == nil, entry.record.vendor == vendor
        else { return nil }
        return entry.meter.plan
    }

    /// How many calls a minute the plan of a good key has, and how many were made in the minute up to `now`; nil for a plan without such a limit.
    ///
    /// - Complexity: O(log calls); SHA-256 of the key.
    public func minute(vendor: String, key: String, now: Int64) -> (limit: Int, used: Int)? {
        let hash = store.hash(shown: key)
        guard let entry = current.byHash[AccessControl.prefix(hash)]?.first(where: { Secret.equal($0.record.hash, hash) }),
            entry.record.revoked == nil, entry.record.vendor == vendor
        else { return nil }
        return entry.meter.minute(at: now)
    }

    private static func secondsToNextMonth(_ time: Int64, _ date: CivilDate) -> Int {
        let next =
            date.month == 12 ? CivilDate(year: date.year + 1, month: 1, day: 1) : CivilDate(year: date.year, month: date.month + 1, day: 1)
        return next.map { Int(($0.microseconds - time + 999_999) / 1_000_000) } ?? 1
    }

    /// Reads the keys; meters go on counting, by the plan that their key has now.
    private static func load(_ store: KeyStore, _ plans: Plans, previous: Table?) throws -> Table {
        // Read before the keys: a change in between is then seen again at the next look.
        let version = try store.database.dataVersion()
        let records = try store.list()
        var meters: [String: KeyMeter] = [:]
        for entry in previous.map({ Array($0.byHash.values.joined()) }) ?? [] { meters[entry.record.id] = entry.meter }
        var byHash: [UInt64: [Entry]] = [:]
        var planless: [KeyRecord] = []
        for record in records {
            guard let plan = plans.named(record.plan, vendor: record.vendor) else {
                if record.revoked == nil { planless.append(record) }
                continue
            }
            let meter = meters[record.id] ?? KeyMeter(id: record.id, plan: plan)
            meter.adopt(plan)
            byHash[prefix(record.hash), default: []].append(Entry(record: record, meter: meter))
        }
        return Table(byHash: byHash, guarded: Set(records.map(\.vendor)), planless: planless, version: version)
    }

    private static func prefix(_ hash: [UInt8]) -> UInt64 {
        hash.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
