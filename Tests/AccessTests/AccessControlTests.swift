import Access
import Foundation
import MarketModel
import Testing

final class AccessControlTests {
    static let second: Int64 = 1_000_000_000
    /// 2026-11-30T23:59:50Z.
    static let monthEnd: Int64 = 1_796_083_190_000_000

    private let folder = FileManager.default.temporaryDirectory.appending(path: "millrace-access-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private func plan(_ name: String) throws -> Plan { try #require(Plans.standard.named(name, vendor: "oanor")) }

    private func temporaryPath() -> String { folder.appending(path: "catalogue.sqlite").path }

    @Test func `An API is open until its first key, and closed from then on`() throws {
        let store = try KeyStore(path: temporaryPath())
        let access = try AccessControl(store: store)
        #expect(try access.decide(vendor: "oanor", key: nil, now: 0, time: 0) == .open)
        let (record, key) = try store.create(vendor: "oanor", plan: "unlimited", now: 0)
        #expect(key.hasPrefix("oanor_live_") && key.utf8.count == 54)
        try access.refresh()
        // The store is the server's own connection here, which its data version does not tell of: a new control sees it.
        let later = try AccessControl(store: store)
        #expect(try later.decide(vendor: "oanor", key: nil, now: 0, time: 0) == .missingKey)
        #expect(try later.decide(vendor: "oanor", key: key, now: 0, time: 0) == .admitted(plan("unlimited"), remaining: nil))
        #expect(try later.decide(vendor: "other", key: key, now: 0, time: 0) == .open)
        try store.revoke(id: record.id, now: 1)
        let last = try AccessControl(store: store)
        #expect(try last.decide(vendor: "oanor", key: key, now: 0, time: 0) == .badKey)
        #expect(try last.decide(vendor: "oanor", key: nil, now: 0, time: 0) == .missingKey)
    }

    @Test func `A key is refused in another case, cut, extended or empty`() throws {
        let store = try KeyStore(path: temporaryPath())
        let (_, key) = try store.create(vendor: "oanor", plan: "unlimited", now: 0)
        let access = try AccessControl(store: store)
        for wrong in [key.uppercased(), key.lowercased(), String(key.dropLast()), key + "x", " " + key, key + " ", "oanor_live_"] {
            #expect(try access.decide(vendor: "oanor", key: wrong, now: 0, time: 0) == .badKey)
        }
        #expect(try access.decide(vendor: "oanor", key: "", now: 0, time: 0) == .missingKey)
    }

    @Test func `A change made by another process is taken over`() throws {
        let path = temporaryPath()
        let access = try AccessControl(store: KeyStore(path: path))
        let other = try KeyStore(path: path)
        let (record, key) = try other.create(vendor: "oanor", plan: "unlimited", now: 0)
        try access.refresh()
        #expect(try access.decide(vendor: "oanor", key: key, now: 0, time: 0) == .admitted(plan("unlimited"), remaining: nil))
        let (_, next) = try other.rotate(id: record.id)
        try access.refresh()
        #expect(try access.decide(vendor: "oanor", key: key, now: 0, time: 0) == .badKey)
        #expect(try access.decide(vendor: "oanor", key: next, now: 0, time: 0) == .admitted(plan("unlimited"), remaining: nil))
    }

    @Test func `The rate and the month's quota are exact, and the next month begins anew`() throws {
        let store = try KeyStore(path: temporaryPath())
        let (_, key) = try store.create(vendor: "oanor", plan: "free", now: 0)
        let access = try AccessControl(store: store)
        var now: Int64 = 0
        for call in 0..<450 {
            let decision = try access.decide(vendor: "oanor", key: key, now: now, time: AccessControlTests.monthEnd)
            guard case .admitted = decision else {
                Issue.record("call \(call): \(decision)")
                return
            }
            now += AccessControlTests.second / 2
        }
        #expect(
            try access.decide(vendor: "oanor", key: key, now: now, time: AccessControlTests.monthEnd) == .quotaUsed(retryAfterSeconds: 10))
        now += AccessControlTests.second
        let next = AccessControlTests.monthEnd + 10_000_000
        #expect(try access.decide(vendor: "oanor", key: key, now: now, time: next) == .admitted(plan("free"), remaining: 449))
        #expect(try access.decide(vendor: "oanor", key: key, now: now, time: next) == .admitted(plan("free"), remaining: 448))
        #expect(try access.decide(vendor: "oanor", key: key, now: now, time: next) == .tooFast(.second, retryAfterSeconds: 1))
    }

    @Test func `A plan's calls a minute are exact, and a refused call counts for nothing`() throws {
        let store = try KeyStore(path: temporaryPath())
        let (_, key) = try store.create(vendor: "aperiodic", plan: "tier1", now: 0)
        let access = try AccessControl(store: store)
        let tier1 = try #require(Plans.standard.named("tier1", vendor: "aperiodic"))
        func call(_ now: Int64) throws -> AccessControl.Decision { try access.decide(vendor: "aperiodic", key: key, now: now, time: 0) }
        // Sixty calls in the first half second, and then none until a minute after the first.
        for index in 0..<60 { #expect(try call(Int64(index) * 8_000_000) == .admitted(tier1, remaining: nil)) }
        #expect(try call(480_000_000) == .tooFast(.minute, retryAfterSeconds: 60))
        #expect(try call(58_500_000_000) == .tooFast(.minute, retryAfterSeconds: 2))
        #expect(try call(59_999_999_999) == .tooFast(.minute, retryAfterSeconds: 1))
        #expect(try call(60_000_000_000) == .admitted(tier1, remaining: nil))
        #expect(try call(60_000_000_000) == .tooFast(.minute, retryAfterSeconds: 1))
    }

    @Test func `Aperiodic's tiers open ever shorter bars, and raw files in one`() throws {
        func plan(_ name: String) throws -> Plan { try #require(Plans.standard.named(name, vendor: "aperiodic")) }
        for name in ["tier1", "tier2"] { #expect(try plan(name).smallestInterval == .m1) }
        for name in ["tier3", "pro"] { #expect(try plan(name).smallestInterval == .s15) }
        for name in ["prime", "prime-raw", "unlimited"] { #expect(try plan(name).smallestInterval == .s1) }
        #expect(Plans.standard.all.filter { $0.vendor == "aperiodic" && $0.hasRawFiles }.map(\.name) == ["prime-raw", "unlimited"])
        #expect(try !plan("tier3").hasLiveStream && plan("pro").hasLiveStream)
        for vendor in Plans.standard.vendors {
            let unlimited = try #require(Plans.standard.named("unlimited", vendor: vendor))
            #expect(unlimited == Plan(vendor: vendor, name: "unlimited"))
            #expect(unlimited.callsPerMinute == nil && unlimited.callsPerMonth == nil && unlimited.callsPerSecond == nil)
        }
    }

    @Test func `Killing a server gives no call back; stopping it returns those not made`() throws {
        let path = temporaryPath()
        let (_, key) = try KeyStore(path: path).create(vendor: "oanor", plan: "starter", now: 0)
        func calls(_ count: Int, _ access: AccessControl) throws -> Int? {
            var last: Int?
            for call in 0..<count {
                let now = Int64(call) * AccessControlTests.second
                if case .admitted(_, let left) = try access.decide(vendor: "oanor", key: key, now: now, time: 0) { last = left }
                try access.refresh()
            }
            return last
        }
        // Dropped without a stop, as a kill would.
        let left = try calls(100, AccessControl(store: KeyStore(path: path)))
        #expect(left == 11_400)
        let second = try AccessControl(store: KeyStore(path: path))
        let after = try #require(try calls(1, second))
        // A block is 115 calls: a block and a half may be lost, never gained.
        #expect(after <= 11_399 && after >= 11_399 - 173)
        try second.stop()
        #expect(try calls(1, AccessControl(store: KeyStore(path: path))) == after - 1)
    }

    @Test func `The store keeps no key`() throws {
        let path = temporaryPath()
        let (record, key) = try KeyStore(path: path).create(vendor: "oanor", plan: "pro", now: 5)
        let secret = key.dropFirst("oanor_live_".count)
        #expect(record.hint == "oanor_live_\(secret.prefix(5))…")
        for suffix in ["", "-wal"] {
            guard let file = fopen(path + suffix, "r") else { continue }
            defer { fclose(file) }
            var bytes = [UInt8](repeating: 0, count: 1 << 20)
            let count = fread(&bytes, 1, bytes.count, file)
            #expect(String(decoding: bytes[..<count], as: UTF8.self).contains(secret.dropFirst(5)) == false)
        }
    }

    @Test func `Unknown vendors, plans and keys are named`() throws {
        let store = try KeyStore(path: temporaryPath())
        #expect { try store.create(vendor: "nobody", plan: "free", now: 0) } throws: { "\($0)".contains("nobody") }
        #expect { try store.create(vendor: "oanor", plan: "gold", now: 0) } throws: { "\($0)".contains("gold") && "\($0)".contains("pro") }
        #expect { try store.revoke(id: "key_x", now: 0) } throws: { "\($0)".contains("key_x") }
        #expect { try store.rotate(id: "key_x") } throws: { "\($0)".contains("key_x") }
    }
}
