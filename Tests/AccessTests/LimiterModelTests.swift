import Access
import Glibc
import TestSupport
import Testing

/// Keys, windows, quotas and changing plans against a model on another principle: it keeps every call that was let in, and counts.
struct LimiterModelTests {
    /// One key as the documentation has it.
    private struct Model {
        struct Call {
            var now: Int64
            var tally: Tally
            /// The month that it counts in; nil while its plan had no quota.
            var month: Int?
        }

        /// Nil while no plan of its name is there.
        private(set) var plan: Plan?
        private var calls: [Call] = []
        /// How many calls there were when a window of so many seconds came into force.
        private var begun: [Int: Int] = [:]

        mutating func adopt(_ plan: Plan?) {
            var begun: [Int: Int] = [:]
            for limit in plan?.limits ?? [] { begun[limit.seconds] = self.begun[limit.seconds] ?? calls.count }
            (self.plan, self.begun) = (plan, begun)
        }

        /// The server stops and starts: months are kept on disk, windows are not.
        mutating func restart() {
            for seconds in begun.keys { begun[seconds] = calls.count }
        }

        /// How long a call would have to wait for a limit, by trying every moment at which a call leaves the window.
        private func wait(_ limit: CallLimit, _ tally: Tally, _ now: Int64) -> Int64 {
            let length = Int64(limit.seconds) * 1_000_000_000
            let counted = calls[(begun[limit.seconds] ?? 0)...].filter { $0.tally == tally }.map(\.now).filter { now - $0 < length }
            let moments = [now] + counted.map { $0 + length }
            return moments.filter { moment in counted.count { moment - $0 < length } < limit.calls }.map { $0 - now }.min() ?? -1
        }

        /// The longest wait, and the seconds of the windows that ask for it; nil if none does.
        func refusal(of tally: Tally, at now: Int64) -> (wait: Int64, windows: [Int])? {
            let waits = (plan?.limits ?? []).map { (seconds: $0.seconds, wait: wait($0, tally, now)) }
            guard tally != .monthly, let longest = waits.map(\.wait).max(), longest > 0 else { return nil }
            return (longest, waits.filter { $0.wait == longest }.map(\.seconds))
        }

        /// Calls that the month has left; nil without a quota.
        func left(of month: Int) -> Int? { plan?.callsPerMonth.map { quota in quota - calls.count { $0.month == month } } }

        mutating func admit(_ tally: Tally, at now: Int64, month: Int) {
            calls.append(Call(now: now, tally: tally, month: plan?.callsPerMonth == nil ? nil : month))
        }
    }

    /// The months since year 0, by the C library's calendar.
    private static func month(_ microseconds: Int64) -> Int {
        var (seconds, parts) = (time_t(microseconds / 1_000_000), tm())
        gmtime_r(&seconds, &parts)
        return (Int(parts.tm_year) + 1900) * 12 + Int(parts.tm_mon)
    }

    private static func plan(_ random: inout Seeded, _ name: String) -> Plan {
        let lengths = [1, 2, 5, 60, 3600, 86_400].shuffled(using: &random).prefix(Int.random(in: 0...3, using: &random))
        let limits = lengths.map { CallLimit(Int.random(in: 1...8, using: &random), inSeconds: $0) }
        let quotas = [nil, Int.random(in: 1...30, using: &random), Int.random(in: 30...900, using: &random)]
        return Plan(vendor: "oanor", name: name, callsPerMonth: quotas.randomElement(using: &random) ?? nil, limits: limits)
    }

    @Test func `Every decision about two thousand keys is what counting all their calls says`() throws {
        var random = Seeded.fresh()
        var verdicts: [String: Int] = [:]
        for round in 0..<600 {
            let folder = try Folder()
            var bench = try Bench(folder.path + "/catalogue.sqlite", keys: 4, &random)
            for _ in 0..<120 {
                let verdict = try bench.step(&random)
                verdicts[verdict.said, default: 0] += 1
                guard verdict.isRight else {
                    Issue.record("round \(round): \(verdict.said)")
                    return
                }
            }
            try bench.access.stop()
        }
        // A test whose schedules never come to one of these would prove nothing of it.
        for said in ["admitted", "too fast", "quota used", "bad key"] { #expect(verdicts[said] ?? 0 > 300, "\(verdicts)") }
    }

    /// Some keys of one store, and what should become of them.
    private struct Bench {
        let path: String
        var access: AccessControl
        private let keys: [String]
        private var models: [Model]
        private var plans: [Plan?]
        private var now: Int64
        private var time: Int64

        init(_ path: String, keys count: Int, _ random: inout Seeded) throws {
            self.path = path
            let plans = (0..<count).map { LimiterModelTests.plan(&random, "plan-\($0)") }
            let store = try KeyStore(path: path)
            keys = try plans.map { try store.create(vendor: "oanor", plan: $0.name, of: Plans(plans), now: 0).key }
            self.plans = plans
            access = try AccessControl(store: KeyStore(path: path), plans: Plans(plans))
            models = plans.map { plan in
                var model = Model()
                model.adopt(plan)
                return model
            }
            now = Int64.random(in: -5_000_000_000...5_000_000_000, using: &random)
            time = Int64.random(in: 0...4_000_000_000_000_000, using: &random)
        }

        /// Something happens, and mostly a call comes.
        ///
        /// - Returns: what was said to it, and whether the model says the same.
        mutating func step(_ random: inout Seeded) throws -> (said: String, isRight: Bool) {
            let index = keys.indices.randomElement(using: &random) ?? 0
            pass(index, &random)
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<4:
                plans[index] = LimiterModelTests.plan(&random, "plan-\(index)")
                try adopt()
            case 4:
                plans[index] = nil
                try adopt()
            case 5..<8:
                for index in plans.indices where plans[index] == nil { plans[index] = LimiterModelTests.plan(&random, "plan-\(index)") }
                try adopt()
            case 8:
                try access.stop()
                access = try AccessControl(store: KeyStore(path: path), plans: Plans(plans.compactMap(\.self)))
                for index in models.indices { models[index].restart() }
            case 9..<20: try access.refresh()
            default: break
            }
            let tally = [Tally.together, .together, .apart(1), .apart(2), .monthly].randomElement(using: &random) ?? .together
            return try call(index, tally)
        }

        private mutating func adopt() throws {
            try access.adopt(Plans(plans.compactMap(\.self)))
            for index in models.indices { models[index].adopt(plans[index]) }
        }

        /// Time stands still, goes on, leaps, or stops one nanosecond before or at the end of a wait.
        private mutating func pass(_ index: Int, _ random: inout Seeded) {
            let length: Int64 =
                switch Int.random(in: 0..<12, using: &random) {
                case 0..<4: 0
                case 4..<8: Int64.random(in: 0...700_000_000, using: &random)
                case 8: Int64.random(in: 0...100_000_000_000, using: &random)
                case 9: Int64.random(in: 0...200_000_000_000_000, using: &random)
                default: max(0, (models[index].refusal(of: .together, at: now)?.wait ?? 0) - Int64.random(in: 0...1, using: &random))
                }
            now += length
            time += length / 1000
            switch Int.random(in: 0..<60, using: &random) {
            case 0: time += 40 * 86_400_000_000
            // A clock that was wrong is put back.
            case 1: time = max(0, time - Int64.random(in: 0...(40 * 86_400_000_000), using: &random))
            default: break
            }
        }

        private mutating func call(_ index: Int, _ tally: Tally) throws -> (said: String, isRight: Bool) {
            let month = LimiterModelTests.month(time)
            let (refusal, left) = (models[index].refusal(of: tally, at: now), models[index].left(of: month))
            switch try access.decide(vendor: "oanor", key: keys[index], tally: tally, now: now, time: time) {
            case .badKey: return ("bad key", models[index].plan == nil)
            case .tooFast(let rate, let seconds):
                guard let refusal else { return ("too fast at \(now), and nothing is", false) }
                let isRight = refusal.windows.contains(rate.seconds) && seconds == (refusal.wait + 999_999_999) / 1_000_000_000
                return ("too fast", isRight && models[index].plan != nil)
            case .quotaUsed(let seconds):
                guard let left, left <= 0, refusal == nil else { return ("quota used, and \(left ?? -1) are left", false) }
                // The first whole second that lies in another month.
                func later(_ seconds: Int) -> Int { LimiterModelTests.month(time + Int64(seconds) * 1_000_000) }
                return ("quota used", later(seconds) == month + 1 && later(seconds - 1) == month)
            case .admitted(let plan, let remaining):
                guard plan == models[index].plan, refusal == nil, left.map({ $0 > 0 }) ?? true else { return ("admitted wrongly", false) }
                models[index].admit(tally, at: now, month: month)
                return ("admitted", remaining == left.map { $0 - 1 })
            case .open, .missingKey, .otherVendor: return ("not judged", false)
            }
        }
    }
}
