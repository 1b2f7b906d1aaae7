import Access
import Foundation
import Testing
import Transport
import VendorAPIs

/// A gate before single routes: keyless, guarded, and one that takes the demo key.
final class KeyGateTests {
    private let path = NSTemporaryDirectory() + "/millrace-gate-\(UUID().uuidString).sqlite"

    deinit { for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) } }

    private func router(open: Bool, plan: String? = nil) throws -> (Router, key: String?, foreign: String?) {
        let store = try KeyStore(path: path)
        let key = try plan.map { try store.create(vendor: "aperiodic", plan: $0, now: 0).key }
        let foreign = try plan.map { _ in try store.create(vendor: "oanor", plan: "free", now: 0).key }
        let gate = KeyGate(
            vendor: "aperiodic", header: "X-API-KEY", access: try AccessControl(store: store), isOpenWithoutKeys: open, demoKey: "DEMO-KEY",
            otherVendorStatus: .unauthorized)
        let answer: @Sendable (borrowing Request, KeyGate.Grant) throws -> Response = { request, grant in
            if request.query["fail"] != nil { throw Failure(.forbidden, "\(grant)") }
            switch grant {
            case .open: return Response(text: "open")
            case .plan(let plan): return .later { _ in Response(text: plan.name) }
            case .demo: return Response(text: "demo")
            }
        }
        let mount = Mount(
            "/api",
            routes: [
                Route("/catalog", summary: "Keyless") { _ in Response(text: "catalog") },
                Route("/data", summary: "Guarded", handler: gate.guarding("/api/data", answer)),
                Route("/preview", summary: "Takes the demo key", handler: gate.guarding("/api/preview", takingDemoKey: true, answer)),
            ])
        return (Router([mount]), key, foreign)
    }

    private func ask(_ router: Router, _ path: String, _ keys: String...) throws -> String {
        let response = router.respondFully(to: try Request("/api/" + path, headers: keys.map { ("x-api-key", $0) }))
        return response.status == .ok ? response.bodyText : "\(response.status.code)"
    }

    @Test func `What let a request in is judged again without counting as a call`() throws {
        let store = try KeyStore(path: path)
        let access = try AccessControl(store: store)
        let gate = KeyGate(vendor: "aperiodic", header: "X-API-KEY", access: access, isOpenWithoutKeys: true)
        #expect(gate.stillGrants(.open, key: nil))
        // Another connection: a store does not look for its own changes.
        let other = try KeyStore(path: path)
        let (record, key) = try other.create(vendor: "aperiodic", plan: "tier1", now: 0)
        try access.refresh()
        let plan = try #require(Plans.standard.named("tier1", vendor: "aperiodic"))
        #expect(!gate.stillGrants(.open, key: nil))
        // More often than the plan allows calls in a minute.
        for _ in 0..<100 { #expect(gate.stillGrants(.plan(plan), key: key)) }
        #expect(!gate.stillGrants(.plan(plan), key: nil) && !gate.stillGrants(.plan(plan), key: key + "x"))
        #expect(try !gate.stillGrants(.plan(#require(Plans.standard.named("pro", vendor: "aperiodic"))), key: key))
        let foreign = try other.create(vendor: "oanor", plan: "free", now: 0).key
        try access.refresh()
        #expect(!gate.stillGrants(.plan(plan), key: foreign))
        try other.revoke(id: record.id, now: 1)
        try access.refresh()
        #expect(!gate.stillGrants(.plan(plan), key: key))
    }

    @Test func `While no key is wanted everybody is let in, but the demo key opens previews only`() throws {
        let (router, _, _) = try router(open: true)
        for path in ["data", "preview"] {
            #expect(try ask(router, path) == "open" && ask(router, path, "anything") == "open")
        }
        #expect(try ask(router, "catalog", "DEMO-KEY") == "catalog")
        #expect(try ask(router, "preview", "DEMO-KEY") == "demo")
        #expect(try ask(router, "data", "DEMO-KEY") == "401")
        #expect(try ask(router, "data", "demo-key") == "open")
        #expect(try ask(router, "data", "a", "b") == "401")
    }

    @Test func `Beyond loopback a vendor without keys is closed, whatever keys other vendors have`() throws {
        let (router, _, _) = try router(open: false)
        let foreign = try KeyStore(path: path).create(vendor: "oanor", plan: "unlimited", now: 0).key
        #expect(try ask(router, "catalog") == "catalog" && ask(router, "preview", "DEMO-KEY") == "demo")
        for path in ["data", "preview"] {
            #expect(try ask(router, path) == "401" && ask(router, path, "anything") == "401" && ask(router, path, foreign) == "401")
        }
    }

    @Test func `Once there are keys one is wanted, and the handler is told its plan`() throws {
        for open in [true, false] {
            let (router, key, foreign) = try router(open: open, plan: "tier3")
            let (good, other) = (try #require(key), try #require(foreign))
            #expect(try ask(router, "data", good) == "tier3" && ask(router, "preview", good) == "tier3")
            #expect(try ask(router, "catalog") == "catalog" && ask(router, "preview", "DEMO-KEY") == "demo")
            for path in ["data", "preview"] {
                #expect(try ask(router, path) == "401" && ask(router, path, "wrong") == "401" && ask(router, path, other) == "401")
                #expect(try ask(router, path, good, good) == "401")
            }
            #expect(try ask(router, "data", "DEMO-KEY") == "401")
            #expect(try ask(router, "data?fail=1", good) == "403" && ask(router, "data?fail=1") == "401")
        }
    }

    @Test func `Calls beyond the plan's minute are 429 with whole seconds to wait`() throws {
        let (router, key, _) = try router(open: true, plan: "tier1")
        let good = try #require(key)
        for _ in 0..<60 { #expect(try ask(router, "data", good) == "tier1") }
        let refused = router.respondFully(to: try Request("/api/data", headers: [("X-API-KEY", good)]))
        let wait = try #require(refused.header("Retry-After").flatMap { Int($0) })
        #expect(refused.status == .tooManyRequests && (1...60).contains(wait))
    }
}
