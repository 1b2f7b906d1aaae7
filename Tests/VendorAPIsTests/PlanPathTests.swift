import Access
import Foundation
import Lake
import MarketModel
import MarketService
import TestSupport
import Testing
import Transport
import VendorAPIs

/// What plans open of every vendor's API: all façades on one lake without tapes, each behind a key.
final class PlanPathTests {
    private let folder: Folder
    private let access: AccessControl
    private let mounts: [Mount]
    private let router: Router
    private let streams: (aperiodic: AperiodicLive, native: NativeLive)
    private let keys: [String: String]

    private static let headers = [
        "oanor": "x-oanor-key", "aperiodic": "x-api-key", "coinglass": "cg-api-key", "millrace": "authorization",
    ]

    init() throws {
        folder = try Folder()
        let lake = try Lake(directory: folder.path, create: true)
        let store = try KeyStore(path: folder.path + "/catalogue.sqlite")
        let vendors = Plans.standard.vendors
        keys = try Dictionary(
            uniqueKeysWithValues: vendors.map { ($0, try store.create(vendor: $0, plan: "unlimited", now: 0).key) })
        let access = try AccessControl(store: store)
        let live = LiveMarket(lake: lake) { _ in }
        streams = (AperiodicLive(market: live), NativeLive(market: live))
        let market = try MarketService(source: LakeSource(lake))
        let own = KeyGate(
            vendor: "millrace", header: "authorization", scheme: "Bearer", access: access, isOpenWithoutKeys: true,
            closedStatus: .forbidden)
        let aperiodic = KeyGate(
            vendor: "aperiodic", header: "x-api-key", access: access, isOpenWithoutKeys: true, demoKey: Aperiodic.demoKey,
            otherVendorStatus: .unauthorized, closedStatus: .forbidden)
        let coinglass = KeyGate(
            vendor: "coinglass", header: CoinGlass.keyHeader, access: access, isOpenWithoutKeys: true, words: CoinGlass.words,
            rateHeaders: CoinGlass.rateHeaders)
        let interest = try InterestMarket(lake: lake, venues: [:])
        let taker = TakerMarket(lake: lake, market: market, threads: 1)
        mounts = [
            Health.mount(market: market, metrics: { _ in }, gate: own),
            Oanor.mount(
                market: market, gate: KeyGate(vendor: "oanor", header: "x-oanor-key", access: access, isOpenWithoutKeys: true)),
            CoinGlass.mount(interest: interest, taker: taker, gate: coinglass),
            OKX.mount(options: OptionMarket(lake: lake), taker: taker, interest: interest),
            Aperiodic.mount(
                market: market, months: MonthFiles(lake: lake, engine: "1", threads: 1), gate: aperiodic,
                signer: LinkSigner(secret: Array(repeating: 7, count: 32)), publicURL: nil, live: streams.aperiodic),
            Flowsurface.mount(lake: lake, market: market, limits: QueryLimits(), gate: own),
            Native.mount(
                lake: lake, live: streams.native, options: OptionMarket(lake: lake), interest: interest,
                statistics: OptionStatisticTable([]),
                gate: own),
        ]
        router = Router(mounts) { Issue.record("\($0)") }
        self.access = access
    }

    deinit {
        streams.aperiodic.stop()
        streams.native.stop()
    }

    /// Status, and what stands in the body.
    private func ask(_ path: String, _ vendor: String? = nil, at now: Int64 = 0) throws -> (status: Int, text: String) {
        var headers: [(name: String, value: String)] = []
        if let vendor, let key = keys[vendor], let name = Self.headers[vendor] {
            headers = [(name, vendor == "millrace" ? "Bearer " + key : key)]
        }
        let response = router.respondFully(to: try Request(path, headers: headers, time: now))
        return (response.status.code, response.bodyText)
    }

    /// The path with something in the place of its patterns.
    private static func filled(_ path: String) -> String {
        path.replacing("{dataset}", with: "trades").replacing(#/\{\w+\}/#, with: "flow")
    }

    private func adopt(_ plan: Plan) throws { try access.adopt(Plans(Plans.standard.all + [plan])) }

    @Test func `The paths that plans may name are those that want a key`() throws {
        var guarded: Set<String> = []
        for mount in mounts {
            for route in mount.routes {
                let (status, text) = try ask(Self.filled(mount.prefix + route.path))
                let isRefused = status == 401 || text.contains("API key missing.")
                #expect(isRefused == (mount.key ?? route.key != nil), "\(mount.prefix + route.path)")
                if isRefused { guarded.insert(mount.prefix + route.path) }
            }
        }
        let named = KeyedPaths.ofVendor.values.flatMap { $0 }
        #expect(guarded == Set(named) && named.count == guarded.count)
        // The standard plans are read without them.
        for plan in Plans.standard.all {
            for path in plan.closed { #expect(KeyedPaths.ofVendor[plan.vendor]?.contains(path) == true, "\(plan.name) \(path)") }
        }
    }

    @Test func `A path that a plan closes is refused as the vendor refuses, and the others are not`() throws {
        let refusals = [
            "oanor": (402, #""success":false"#), "aperiodic": (403, #""code":"endpoint_not_in_plan""#),
            "coinglass": (200, #"{"code":"401","msg":"Upgrade plan"}"#), "millrace": (403, "the plan does not include this path"),
        ]
        for (vendor, paths) in KeyedPaths.ofVendor {
            let (status, words) = try #require(refusals[vendor])
            func isRefused(_ path: String) throws -> Bool {
                let answer = try ask(Self.filled(path), vendor)
                return answer.status == status && answer.text.contains(words)
            }
            for path in paths {
                try adopt(Plan(vendor: vendor, name: "unlimited", closed: [path]))
                for other in paths { #expect(try isRefused(other) == (other == path), "\(other) without \(path)") }
                try adopt(Plan(vendor: vendor, name: "unlimited", endpoints: [path]))
                for other in paths { #expect(try isRefused(other) == (other != path), "\(other) with \(path) only") }
            }
        }
    }

    @Test func `A closed path stays closed however it is written`() throws {
        try adopt(Plan(vendor: "oanor", name: "unlimited", closed: ["/orderflow-api/v1/flow"]))
        for path in ["/orderflow-api/v1/flow", "/orderflow-api/v1/%66low?symbol=X", "/orderflow-api/v1/%66%6C%6f%77"] {
            #expect(try ask(path, "oanor").status == 402, "\(path)")
        }
        #expect(try ask("/orderflow-api/v1/meta", "oanor").status == 200)
        try adopt(Plan(vendor: "coinglass", name: "unlimited", closed: ["/api/futures/cvd/*"]))
        #expect(try ask("/api/futures/%63vd/history", "coinglass").text.contains("Upgrade plan"))
    }

    @Test func `The native API tells of no more days than the plan opens`() throws {
        let now = CivilDate(epochDay: 20_500).microseconds + 17 * 3_600_000_000
        let first = CivilDate(epochDay: 20_493).microseconds
        try adopt(Plan(vendor: "millrace", name: "unlimited", historyDays: 7))
        let early = try ask("/v1/gaps?from=\(first - 1)", "millrace", at: now)
        #expect(early.status == 403 && early.text.contains("from=\(first) or later"))
        #expect(try ask("/v1/gaps?from=\(first)", "millrace", at: now).status == 200 && ask("/v1/gaps", "millrace", at: now).status == 200)
        // The last window ended an hour ago, the first one of the seven days eight hours into them.
        let windows = try ask("/v1/options/flow?coin=BTC&limit=24", "millrace", at: now)
        #expect(windows.status == 403 && windows.text.contains("limit=23 or less"), "\(windows)")
        #expect(try ask("/v1/options/flow?coin=BTC&limit=23", "millrace", at: now).status == 404)
        #expect(try ask("/v1/options/flow?coin=BTC", "millrace", at: now).status == 404)
    }
}
