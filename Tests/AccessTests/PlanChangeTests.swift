import Access
import TestSupport
import Testing

/// Plans that change while keys are in use.
final class PlanChangeTests {
    private static let second: Int64 = 1_000_000_000
    private let folder: Folder

    init() throws { folder = try Folder() }

    private func plans(_ changed: Plan...) -> Plans { Plans(Plans.standard.all + changed) }

    private func path() -> String { folder.path + "/catalogue.sqlite" }

    @Test func `A change of one plan leaves what others have counted`() throws {
        let store = try KeyStore(path: path())
        let (_, free) = try store.create(vendor: "oanor", plan: "free", now: 0)
        let (_, tier) = try store.create(vendor: "aperiodic", plan: "tier1", now: 0)
        let access = try AccessControl(store: store)
        for index in 0..<60 {
            let decision = try access.decide(vendor: "aperiodic", key: tier, now: Int64(index), time: 0)
            guard case .admitted = decision else {
                Issue.record("\(decision)")
                return
            }
        }
        for _ in 0..<2 { _ = try access.decide(vendor: "oanor", key: free, now: 0, time: 0) }
        try access.adopt(plans(Plan(vendor: "oanor", name: "free", callsPerMonth: 450, callsPerSecond: 5)))
        #expect(
            try access.decide(vendor: "aperiodic", key: tier, now: 100, time: 0) == .tooFast(.minute, retryAfterSeconds: 60))
        // Two calls of this second are made already, and of the month.
        for left in [447, 446, 445] {
            guard case .admitted(let plan, let remaining) = try access.decide(vendor: "oanor", key: free, now: 0, time: 0) else {
                Issue.record("refused with \(left) to be left")
                return
            }
            #expect(remaining == left && plan.callsPerSecond == 5)
        }
        #expect(try access.decide(vendor: "oanor", key: free, now: 0, time: 0) == .tooFast(.second, retryAfterSeconds: 1))
        try access.adopt(.standard)
        #expect(try access.decide(vendor: "oanor", key: free, now: 0, time: 0) == .tooFast(.second, retryAfterSeconds: 1))
    }

    @Test func `A quota that is lowered below what is used refuses, and one that is raised lets in again`() throws {
        let store = try KeyStore(path: path())
        let (_, key) = try store.create(vendor: "oanor", plan: "free", now: 0)
        let access = try AccessControl(store: store)
        func call(_ index: Int) throws -> AccessControl.Decision {
            try access.decide(vendor: "oanor", key: key, now: Int64(index) * PlanChangeTests.second, time: 0)
        }
        for index in 0..<10 { _ = try call(index) }
        for quota in [10, 5] {
            try access.adopt(plans(Plan(vendor: "oanor", name: "free", callsPerMonth: quota)))
            guard case .quotaUsed = try call(20) else {
                Issue.record("let in beyond \(quota)")
                return
            }
        }
        let raised = Plan(vendor: "oanor", name: "free", callsPerMonth: 12)
        try access.adopt(plans(raised))
        #expect(try call(30) == .admitted(raised, remaining: 1) && call(31) == .admitted(raised, remaining: 0))
        guard case .quotaUsed = try call(32) else {
            Issue.record("let in beyond 12")
            return
        }
    }

    @Test func `Windows of any length hold all at once`() throws {
        let store = try KeyStore(path: path())
        let (_, key) = try store.create(vendor: "oanor", plan: "free", now: 0)
        let plan = Plan(vendor: "oanor", name: "free", callsPerSecond: 2, limits: [CallLimit(3, inSeconds: 30)])
        let access = try AccessControl(store: store, plans: plans(plan))
        func call(_ seconds: Int64) throws -> AccessControl.Decision {
            try access.decide(vendor: "oanor", key: key, now: seconds * PlanChangeTests.second, time: 0)
        }
        #expect(try call(0) == .admitted(plan, remaining: nil) && call(0) == .admitted(plan, remaining: nil))
        #expect(try call(0) == .tooFast(.second, retryAfterSeconds: 1))
        #expect(try call(1) == .admitted(plan, remaining: nil))
        #expect(try call(10) == .tooFast(AccessControl.Rate(seconds: 30), retryAfterSeconds: 20))
        #expect(try call(30) == .admitted(plan, remaining: nil))
        #expect("\(AccessControl.Rate(seconds: 30))" == "in 30 seconds")
    }

    @Test func `A key whose plan is gone opens nothing and is named, and a revoked one stays revoked`() throws {
        let path = path()
        let access = try AccessControl(store: KeyStore(path: path))
        let other = try KeyStore(path: path)
        let mine = Plan(vendor: "oanor", name: "mine", callsPerMonth: 1000)
        let (record, key) = try other.create(vendor: "oanor", plan: "mine", of: plans(mine), now: 0)
        let (ended, lost) = try other.create(vendor: "oanor", plan: "mine", of: plans(mine), now: 0)
        try access.refresh()
        func call(_ key: String) throws -> AccessControl.Decision { try access.decide(vendor: "oanor", key: key, now: 0, time: 0) }
        #expect(try call(key) == .badKey && access.keysWithoutPlan.map(\.id).sorted() == [record.id, ended.id].sorted())
        try access.adopt(plans(mine))
        #expect(try call(key) == .admitted(mine, remaining: 999) && access.keysWithoutPlan.isEmpty)
        try other.revoke(id: ended.id, now: 1)
        try access.refresh()
        #expect(try call(lost) == .badKey)
        try access.adopt(.standard)
        #expect(try call(key) == .badKey && call(lost) == .badKey && access.keysWithoutPlan.map(\.id) == [record.id])
        try access.adopt(plans(mine))
        // What was booked ahead went back with the plan.
        #expect(try call(key) == .admitted(mine, remaining: 998) && call(lost) == .badKey)
    }

    @Test func `Plans that change under many callers let in exactly as many as the greatest limit`() async throws {
        let store = try KeyStore(path: path())
        let (_, key) = try store.create(vendor: "oanor", plan: "free", now: 0)
        func plan(_ calls: Int) -> Plans { plans(Plan(vendor: "oanor", name: "free", callsPerMinute: calls, limits: [])) }
        let choices = [plan(50), plan(100), plan(75)]
        let access = try AccessControl(store: store, plans: choices[0])
        // The clock stands still: nothing leaves the window.
        @Sendable func admitted(of calls: Int) throws -> Int {
            var count = 0
            for _ in 0..<calls {
                if case .admitted = try access.decide(vendor: "oanor", key: key, now: 0, time: 0) { count += 1 }
            }
            return count
        }
        let before = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<3 { group.addTask { try admitted(of: 2000) } }
            group.addTask {
                for turn in 0..<200 {
                    try access.adopt(choices[turn % 3])
                    try access.refresh()
                }
                return 0
            }
            return try await group.reduce(0, +)
        }
        try access.adopt(choices[1])
        #expect(try before + admitted(of: 200) == 100)
    }

    @Test func `A window that is resized at any time equals one that remembers every call`() {
        var random = Seeded.fresh()
        for _ in 0..<200 {
            var limit = Int.random(in: 1...8, using: &random)
            var window = SlidingWindow(limit: limit, length: 100)
            var admitted: [Int64] = []
            var now: Int64 = 0
            for _ in 0..<300 {
                now += Int64.random(in: 0...40, using: &random)
                if Int.random(in: 0..<10, using: &random) == 0 {
                    limit = Int.random(in: 1...8, using: &random)
                    window.resize(to: limit)
                }
                let inside = admitted.suffix(while: { now - $0 < 100 })
                #expect(window.used(at: now) == inside.count)
                let wait = window.admit(at: now)
                let expected = inside.count < limit ? nil : inside[inside.endIndex - limit] + 100 - now
                #expect(wait == expected, "at \(now), limit \(limit)")
                if wait == nil { admitted.append(now) }
            }
        }
    }
}

extension Array where Element == Int64 {
    /// The longest end of which all elements fit.
    fileprivate func suffix(while fits: (Int64) -> Bool) -> ArraySlice<Int64> {
        self[(lastIndex { !fits($0) }.map { $0 + 1 } ?? 0)...]
    }
}
