import Access
import Foundation
import TestSupport
import Testing

/// Keys whose clients never send them: those of OpenD's WebSocket show the MD5 of theirs.
final class ShownKeyTests {
    private static let second: Int64 = 1_000_000_000
    private let folder: Folder

    init() throws { folder = try Folder() }

    private func path() -> String { folder.path + "/catalogue.sqlite" }

    private func plan(_ name: String) throws -> Plan { try #require(Plans.standard.named(name, vendor: "opend")) }

    @Test func `What is shown of a key opens, and the key itself does not`() throws {
        let store = try KeyStore(path: path())
        let (_, key) = try store.create(vendor: "opend", plan: "unlimited", now: 0)
        let (_, other) = try store.create(vendor: "oanor", plan: "unlimited", now: 0)
        let access = try AccessControl(store: store)
        func call(_ shown: String?, _ vendor: String = "opend") throws -> AccessControl.Decision {
            try access.decide(vendor: vendor, key: shown, now: 0, time: 0)
        }
        let shown = try md5(key)
        #expect(key.hasPrefix("opend_live_") && shown.utf8.count == 32)
        #expect(try call(shown) == .admitted(plan("unlimited"), remaining: nil))
        #expect(try access.plan(vendor: "opend", key: shown) == plan("unlimited"))
        #expect(try call(nil) == .missingKey && call("") == .missingKey)
        // Another key's MD5, another case, parts, and what is only near.
        for wrong in [
            key, shown.uppercased(), String(shown.dropLast()), String(shown.prefix(8)), shown + "0", " " + shown, try md5(other),
            try md5(shown), try md5(key + "\n"), try md5(key.lowercased()),
        ] {
            #expect(try call(wrong) == .badKey && access.plan(vendor: "opend", key: wrong) == nil, "\(wrong)")
        }
        #expect(try call(other) == .otherVendor && access.plan(vendor: "opend", key: other) == nil)
        // Other vendors' clients show their keys as they are.
        #expect(try call(key, "oanor") == .badKey && call(shown, "oanor") == .otherVendor)
        #expect(try call(other, "oanor") == .admitted(#require(Plans.standard.named("unlimited", vendor: "oanor")), remaining: nil))
    }

    @Test func `A key that is rotated is shown by its new MD5 alone, and a revoked one by none`() throws {
        let path = path()
        let access = try AccessControl(store: KeyStore(path: path))
        let other = try KeyStore(path: path)
        let (record, old) = try other.create(vendor: "opend", plan: "standard", now: 0)
        try access.refresh()
        let (_, new) = try other.rotate(id: record.id)
        #expect(try access.plan(vendor: "opend", key: md5(old)) != nil)
        try access.refresh()
        #expect(try access.plan(vendor: "opend", key: md5(old)) == nil && access.plan(vendor: "opend", key: md5(new)) == plan("standard"))
        try other.revoke(id: record.id, now: 1)
        try access.refresh()
        #expect(try access.plan(vendor: "opend", key: md5(new)) == nil && access.wantsKey(vendor: "opend"))
    }

    @Test func `The store keeps neither the key nor what is shown of it`() throws {
        let path = path()
        let (record, key) = try KeyStore(path: path).create(vendor: "opend", plan: "standard", now: 0)
        let secret = key.dropFirst("opend_live_".count)
        #expect(record.hint == "opend_live_\(secret.prefix(5))…")
        let shown = try md5(key)
        let raw = stride(from: 0, to: 32, by: 2).compactMap { UInt8(shown.dropFirst($0).prefix(2), radix: 16) }
        for suffix in ["", "-wal"] {
            guard let bytes = try? Data(contentsOf: URL(fileURLWithPath: path + suffix)) else { continue }
            for trace in [Data(secret.dropFirst(5).utf8), Data(shown.utf8), Data(raw)] { #expect(bytes.range(of: trace) == nil) }
        }
    }

    @Test func `Calls of each kind have the plan's limits for themselves, and the month counts them all`() throws {
        let store = try KeyStore(path: path())
        let mine = Plan(vendor: "opend", name: "mine", callsPerMonth: 10, limits: [CallLimit(2, inSeconds: 30)])
        let (_, key) = try store.create(vendor: "opend", plan: "mine", of: Plans([mine]), now: 0)
        let access = try AccessControl(store: store, plans: Plans([mine]))
        let shown = try md5(key)
        func call(_ tally: Tally, _ seconds: Int64 = 0) throws -> AccessControl.Decision {
            try access.decide(vendor: "opend", key: shown, tally: tally, now: seconds * Self.second, time: 0)
        }
        let limit = AccessControl.Rate(seconds: 30)
        for left in [9, 8] { #expect(try call(.apart(1)) == .admitted(mine, remaining: left)) }
        #expect(try call(.apart(1)) == .tooFast(limit, retryAfterSeconds: 30))
        for left in [7, 6] { #expect(try call(.apart(2), 10) == .admitted(mine, remaining: left)) }
        #expect(try call(.together, 10) == .admitted(mine, remaining: 5))
        for left in [4, 3, 2] { #expect(try call(.monthly, 10) == .admitted(mine, remaining: left)) }
        // Another limit holds for what was counted before, of every kind.
        let wide = Plan(vendor: "opend", name: "mine", callsPerMonth: 10, limits: [CallLimit(3, inSeconds: 30)])
        try access.adopt(Plans([wide]))
        #expect(try call(.apart(1), 29) == .admitted(wide, remaining: 1))
        #expect(try call(.apart(1), 29) == .tooFast(limit, retryAfterSeconds: 1))
        #expect(try call(.apart(2), 29) == .admitted(wide, remaining: 0))
        #expect(try call(.apart(2), 29) == .tooFast(limit, retryAfterSeconds: 11))
        for tally in [Tally.monthly, .together, .apart(3)] {
            guard case .quotaUsed = try call(tally, 29) else {
                Issue.record("a call too many is let in")
                return
            }
        }
    }

    @Test func `The standard plan is the vendor's sixty in thirty seconds`() throws {
        #expect(try plan("standard").limits == [CallLimit(60, inSeconds: 30)] && plan("unlimited").limits.isEmpty)
    }
}
