import Access
import Config
import MarketModel
import TestSupport
import Testing

struct PlansTests {
    private static let paths = [
        "coinglass": ["/api/futures/open-interest/history", "/api/futures/cvd/history", "/api/futures/volume/footprint-history"],
        "oanor": ["/orderflow-api/v1/flow", "/orderflow-api/v1/large"], "millrace": ["/v1/gaps", "/v1/stream"],
        "aperiodic": ["/api/v1/data/{bucket}", "/api/v1/data/raw/{dataset}", "/api/v1/stream"],
    ]

    private func read(_ text: String) -> (plans: Plans?, faults: [String]) {
        do throws(ConfigFaults) {
            return (try Plans(document: text.utf8, over: .standard, datasets: ["flow", "impact"], paths: PlansTests.paths), [])
        } catch {
            return (nil, error.faults.map { $0.line(in: "plans.json5") })
        }
    }

    @Test func `The standard document says what each vendor sells`() {
        func aperiodic(_ name: String, _ rate: Int, _ interval: Interval, live: Bool, raw: Bool = false) -> Plan {
            Plan(
                vendor: "aperiodic", name: name, callsPerMinute: rate, smallestInterval: interval, hasRawFiles: raw, hasLiveStream: live,
                liveConnections: live ? 10 : nil)
        }
        #expect(
            Plans.standard.all == [
                aperiodic("tier1", 60, .m1, live: false), aperiodic("tier2", 120, .m1, live: false),
                aperiodic("tier3", 300, .s15, live: false), aperiodic("pro", 600, .s15, live: true),
                aperiodic("prime", 1200, .s1, live: true), aperiodic("prime-raw", 1200, .s1, live: true, raw: true),
                Plan(vendor: "aperiodic", name: "unlimited"),
                Plan(
                    vendor: "coinglass", name: "hobbyist", callsPerMinute: 30, smallestInterval: .h4,
                    closed: ["/api/futures/cvd/history", "/api/futures/volume/footprint-history"]),
                Plan(
                    vendor: "coinglass", name: "startup", callsPerMinute: 80, smallestInterval: .m30,
                    closed: ["/api/futures/volume/footprint-history"]),
                Plan(vendor: "coinglass", name: "standard", callsPerMinute: 300, closed: ["/api/futures/volume/footprint-history"]),
                Plan(vendor: "coinglass", name: "professional", callsPerMinute: 1200), Plan(vendor: "coinglass", name: "enterprise"),
                Plan(vendor: "coinglass", name: "unlimited"), Plan(vendor: "millrace", name: "unlimited"),
                Plan(vendor: "oanor", name: "free", callsPerMonth: 450, callsPerSecond: 2),
                Plan(vendor: "oanor", name: "starter", callsPerMonth: 11_500, callsPerSecond: 6),
                Plan(vendor: "oanor", name: "pro", callsPerMonth: 68_000, callsPerSecond: 18),
                Plan(vendor: "oanor", name: "business", callsPerMonth: 360_000, callsPerSecond: 45),
                Plan(vendor: "oanor", name: "unlimited"),
                Plan(vendor: "opend", name: "standard", limits: [CallLimit(60, inSeconds: 30)]), Plan(vendor: "opend", name: "unlimited"),
            ])
    }

    @Test func `A file adds plans, and replaces those of the same vendor and name`() throws {
        let plans = try #require(
            read(
                """
                { plans: [
                    { vendor: 'oanor', name: 'free', calls_per_second: 1, limits: [{ calls: 60, seconds: 30 }] }, // stricter
                    { vendor: 'aperiodic', name: 'trial-1', datasets: ['flow'], live_stream: false, smallest_interval: '5m' },
                ] }
                """
            ).plans)
        let free = try #require(plans.named("free", vendor: "oanor"))
        #expect(free == Plan(vendor: "oanor", name: "free", callsPerSecond: 1, limits: [CallLimit(60, inSeconds: 30)]))
        #expect(plans.names(vendor: "oanor") == ["free", "starter", "pro", "business", "unlimited"])
        let trial = try #require(plans.named("trial-1", vendor: "aperiodic"))
        #expect(trial.opens(dataset: "flow") && !trial.opens(dataset: "impact") && trial.smallestInterval == .m5)
        #expect(plans.all.count == Plans.standard.all.count + 1)
        #expect(read("{}").plans == .standard)
    }

    @Test func `Every fault of a file is told, each at its line`() {
        let faults = read(
            """
            { plans: [
              { vendor: 'oanor', name: 'a', calls_per_minut: 5 },
              { vendor: 'oanr', name: 'A b' },
              { vendor: 'oanor', smallest_interval: '7m' },
              { vendor: 'coinglass', name: 'x', closed: ['cvds'], limits: [{ calls: 1, seconds: 60 }, { calls: 0 }], calls_per_minute: 3 },
              { vendor: 'oanor', name: 'a', raw_files: true },
              { vendor: 'coinglass', name: 'y', closed: ['/cvd/history', '/api/futures/*', '/v1/gaps'], history_days: 0 },
              { vendor: 'oanor', name: 'z', endpoints: ['/orderflow-api/v1/flwo', 3], history_days: 9 },
              { vendor: 'aperiodic', name: 'b', datasets: ['flo'] },
              'free',
            ], plan: 1 }
            """
        ).faults
        #expect(
            faults == [
                "plans.json5:2:33: 'calls_per_minut' is no setting of a plan. Did you mean 'calls_per_minute'?",
                "plans.json5:3:13: 'vendor' is one of aperiodic, coinglass, millrace, oanor, opend, not 'oanr'. Did you mean 'oanor'?",
                "plans.json5:3:27: 'name' is of 1 to 32 small letters, digits and hyphens, not 'A b'",
                "plans.json5:4:3: a plan wants 'name'",
                "plans.json5:4:22: 'smallest_interval' changes nothing in the API of oanor",
                "plans.json5:4:41: 'smallest_interval' is one of 1s 5s 15s 30s 1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d 1w, not '7m'."
                    + " Did you mean '1m'?",
                "plans.json5:5:46: 'closed' is a list of paths of the API of coinglass, one that ends in * for all that begin so, not 'cvds'",
                "plans.json5:5:64: the plan has a limit for 60 s already", "plans.json5:5:91: a limit wants 'seconds'",
                "plans.json5:5:100: 'calls' is a whole number from 1 to 100000, not 0",
                "plans.json5:6:3: oanor has a plan 'a' already, in line 2",
                "plans.json5:6:33: 'raw_files' changes nothing in the API of oanor",
                "plans.json5:7:46: 'closed' is a list of paths of the API of coinglass, one that ends in * for all that begin so,"
                    + " not '/cvd/history'. Did you mean '/api/futures/cvd/history'?",
                "plans.json5:7:80: 'closed' is a list of paths of the API of coinglass, one that ends in * for all that begin so,"
                    + " not '/v1/gaps'",
                "plans.json5:7:107: 'history_days' is a whole number from 1 to 36500, not 0",
                "plans.json5:8:45: 'endpoints' is a list of paths of the API of oanor, one that ends in * for all that begin so,"
                    + " not '/orderflow-api/v1/flwo'. Did you mean '/orderflow-api/v1/flow'?",
                "plans.json5:8:71: 'endpoints' is a list of paths of the API of oanor, one that ends in * for all that begin so, not 3",
                "plans.json5:8:75: 'history_days' changes nothing in the API of oanor",
                "plans.json5:9:48: 'datasets' is a list of flow, impact, not 'flo'. Did you mean 'flow'?",
                "plans.json5:10:3: a plan is an object in braces, not 'free'",
                "plans.json5:11:4: 'plan' is no setting of the configuration. Did you mean 'plans'?",
            ])
    }

    @Test func `Paths are opened by name or by what they begin with, and closed the same way`() {
        func opened(_ endpoints: Set<String>?, _ closed: Set<String> = []) -> [String] {
            let plan = Plan(vendor: "aperiodic", name: "a", endpoints: endpoints, closed: closed)
            return ["/v1/data/{bucket}", "/v1/data/raw/{dataset}", "/v1/stream"].filter { plan.opens(path: $0) }
        }
        #expect(opened(nil) == opened(["*"]) && opened(nil).count == 3 && opened([]).isEmpty && opened(nil, ["*"]).isEmpty)
        #expect(opened(["/v1/data/*"]) == ["/v1/data/{bucket}", "/v1/data/raw/{dataset}"])
        #expect(opened(["/v1/data/*"], ["/v1/data/raw/{dataset}"]) == ["/v1/data/{bucket}"])
        #expect(!Plan(vendor: "aperiodic", name: "a").closesPaths && Plan(vendor: "aperiodic", name: "a", endpoints: []).closesPaths)
        #expect(Plan(vendor: "aperiodic", name: "a", closed: ["/v1/stream"]).closesPaths)
        #expect(opened(["/v1/data", "/v1/stream"]) == ["/v1/stream"] && opened(nil, ["/v1/data*"]) == ["/v1/stream"])
    }

    @Test func `Days of history are counted back from today, UTC`() {
        let noon = CivilDate(epochDay: 20_000).microseconds + CivilDate.dayLength / 2
        #expect(Plan(vendor: "millrace", name: "a", historyDays: 7).firstDay(at: noon) == CivilDate(epochDay: 19_993))
        #expect(Plan(vendor: "millrace", name: "a").firstDay(at: noon) == nil)
    }

    @Test func `What is shown reads back as the same plans`() throws {
        #expect(read(Plans.standardDocument).plans == .standard)
        var random = Seeded.fresh()
        for _ in 0..<300 {
            let plans = Plans((0..<5).map { PlansTests.plan(&random, name: "plan-\($0)") } + Plans.standard.all)
            let again = read(plans.document)
            #expect(again.plans == Plans(Plans.standard.all + plans.all), "\(again.faults) \(plans.document)")
        }
    }

    private static func plan(_ random: inout Seeded, name: String) -> Plan {
        func maybe(_ random: inout Seeded, _ range: ClosedRange<Int>) -> Int? {
            Bool.random(using: &random) ? Int.random(in: range, using: &random) : nil
        }
        let limits = maybe(&random, 1...100).map { [CallLimit($0, inSeconds: Int.random(in: 1...86_400, using: &random))] } ?? []
        let (month, minute, second) = (maybe(&random, 1...1_000_000), maybe(&random, 1...100_000), maybe(&random, 1...100))
        func some(_ vendor: String, _ random: inout Seeded) -> Set<String>? {
            guard Bool.random(using: &random) else { return nil }
            let patterns = (paths[vendor] ?? []).flatMap { [$0, $0.dropLast(3) + "*"] } + ["*"]
            return Set(patterns.filter { _ in Bool.random(using: &random) })
        }
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            return Plan(
                vendor: "oanor", name: name, callsPerMonth: month, callsPerMinute: minute, callsPerSecond: second, limits: limits,
                endpoints: some("oanor", &random), closed: some("oanor", &random) ?? [])
        case 3:
            return Plan(
                vendor: "millrace", name: name, hasLiveStream: Bool.random(using: &random), liveConnections: maybe(&random, 1...50),
                historyDays: maybe(&random, 1...36_500), endpoints: some("millrace", &random))
        case 1:
            return Plan(
                vendor: "coinglass", name: name, callsPerMonth: month, callsPerMinute: minute, limits: limits,
                smallestInterval: Interval.allCases.randomElement(using: &random) ?? .s1,
                historyDays: maybe(&random, 1...400), closed: some("coinglass", &random) ?? [])
        default:
            return Plan(
                vendor: "aperiodic", name: name, callsPerSecond: second, limits: limits, hasRawFiles: Bool.random(using: &random),
                hasLiveStream: Bool.random(using: &random), liveConnections: maybe(&random, 1...50),
                datasets: Bool.random(using: &random) ? ["impact", "flow"] : nil, historyDays: maybe(&random, 1...400),
                endpoints: some("aperiodic", &random), closed: some("aperiodic", &random) ?? [])
        }
    }
}
