import MarketModel
import Pipeline
import SQLite
import Synchronization

/// Decides which calls a server lets through: keys, plans, rates and quotas of all vendors.
///
/// A vendor's API is open until a key for it has been made; from then on it wants one, also when all are revoked. Keys made, changed or
/// revoked by `millrace keys` take effect within a second.
public final class AccessControl: Sendable {
    /// A stretch of time that a plan limits the calls of.
    public enum Rate: String, Sendable, Hashable {
        case second
        case minute
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
        /// More calls in a second or a minute than the plan allows.
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
        let version: Int

        init(byHash: [UInt64: [Entry]], guarded: Set<String>, version: Int) {
            self.byHash = byHash
            self.guarded = guarded
            self.version = version
        }
    }

    private let store: KeyStore
    private let table: Mutex<Table>
    private let ticker = Mutex<Ticker?>(nil)

    /// Opens the keys of a store.
    public init(store: KeyStore) throws {
        self.store = store
        table = Mutex(try AccessControl.load(store, previous: nil))
    }

    /// Begins to follow the store and to book calls ahead, until ``stop()``.
    ///
    /// - Parameter report: told in one line of a store that cannot be read or written.
    public func follow(report: @escaping @Sendable (String) -> Void) {
        ticker.withLock { ticker in
            ticker =
                ticker
                ?? Ticker(everyMilliseconds: 250) { [self] in
                    do {
                        try refresh()
                    } catch {
                        report("the keys cannot be read or their calls booked: \(error)")
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
        let before = current
        if try store.database.dataVersion() != before.version {
            let next = try AccessControl.load(store, previous: before)
            table.withLock { $0 = next }
        }
        for entry in current.byHash.values.joined() { try entry.meter.replenish(store: store) }
    }

    private var current: Table { table.withLock { $0 } }

    /// Whether any key was ever made, for any vendor.
    public var hasKeys: Bool { !current.guarded.isEmpty }

    /// Whether calls to a vendor's API need a key.
    public func wantsKey(vendor: String) -> Bool { current.guarded.contains(vendor) }

    /// A call to a vendor's API comes.
    ///
    /// - Parameters:
    ///   - key: what the call gives as its key.
    ///   - now: nanoseconds of a clock that does not go back.
    ///   - time: microseconds since 1970-01-01 UTC.
    /// - Throws: `SQLiteError` if calls cannot be booked.
    /// - Complexity: O(1); SHA-256 of the key, and once in a block of calls a commit.
    public func decide(vendor: String, key: String?, now: Int64, time: Int64) throws -> Decision {
        let table = current
        guard table.guarded.contains(vendor) else { return .open }
        guard let key, !key.isEmpty else { return .missingKey }
        let hash = Secret.hash(key)
        guard let entry = table.byHash[AccessControl.prefix(hash)]?.first(where: { Secret.equal($0.record.hash, hash) }),
            entry.record.revoked == nil
        else { return .badKey }
        guard entry.record.vendor == vendor else { return .otherVendor }
        let date = CivilDate(microseconds: time)
        switch try entry.meter.admit(now: now, month: date.year * 12 + date.month - 1, store: store) {
        case .admitted(let remaining): return .admitted(entry.meter.plan, remaining: remaining)
        case .tooFast(let rate, let wait): return .tooFast(rate, retryAfterSeconds: Int((wait + 999_999_999) / 1_000_000_000))
        case .quotaUsed: return .quotaUsed(retryAfterSeconds: AccessControl.secondsToNextMonth(time, date))
        }
    }

    /// The plan of a key that is good for a vendor's API, without counting a call; nil for any other key.
    ///
    /// - Complexity: O(1); SHA-256 of the key.
    public func plan(vendor: String, key: String) -> Plan? {
        let hash = Secret.hash(key)
        guard let entry = current.byHash[AccessControl.prefix(hash)]?.first(where: { Secret.equal($0.record.hash, hash) }),
            entry.record.revoked == nil, entry.record.vendor == vendor
        else { return nil }
        return entry.meter.plan
    }

    /// How many calls a minute the plan of a good key has, and how many were made in the minute up to `now`; nil for a plan without such a limit.
    ///
    /// - Complexity: O(log calls); SHA-256 of the key.
    public func minute(vendor: String, key: String, now: Int64) -> (limit: Int, used: Int)? {
        let hash = Secret.hash(key)
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

    /// Reads the keys; meters of keys that keep their plan go on counting.
    private static func load(_ store: KeyStore, previous: Table?) throws -> Table {
        // Read before the keys: a change in between is then seen again at the next look.
        let version = try store.database.dataVersion()
        var meters: [String: KeyMeter] = [:]
        for entry in previous.map({ Array($0.byHash.values.joined()) }) ?? [] { meters[entry.record.id] = entry.meter }
        var byHash: [UInt64: [Entry]] = [:]
        var guarded: Set<String> = []
        for record in try store.list() {
            guarded.insert(record.vendor)
            // A plan that this version does not know opens nothing.
            guard let plan = Plan.named(record.plan, vendor: record.vendor) else { continue }
            let kept = meters[record.id].flatMap { $0.fits(plan) ? $0 : nil }
            byHash[prefix(record.hash), default: []].append(Entry(record: record, meter: kept ?? KeyMeter(id: record.id, plan: plan)))
        }
        return Table(byHash: byHash, guarded: guarded, version: version)
    }

    private static func prefix(_ hash: [UInt8]) -> UInt64 {
        hash.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
