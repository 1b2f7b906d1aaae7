import Foundation
import Synchronization
import Testing
import Transport

/// On real sockets: each test starts a server and tries it with a client of Conformance/http.
struct ServerTests {
    func check(_ script: String, _ arguments: [String] = [], _ change: (inout ServerLimits) -> Void = { _ in }) throws {
        let server = try TestServer(change)
        let (status, output) = try server.run(script, arguments)
        #expect(status == 0, "\(output)")
    }

    @Test func `Methods, headers, keep-alive, pipelining, bodies, gzip and queries`() throws {
        try check("semantics")
    }

    @Test func `Byte ranges and validators of files`() throws {
        try check("ranges")
    }

    @Test func `Smuggling, oversize requests and too many connections are refused`() throws {
        try check("hostile")
    }

    @Test func `Slow clients are cut off, and good ones are not`() throws {
        try check("deadlines") {
            $0.headerSeconds = 1
            $0.bodySeconds = 1
            $0.writeSeconds = 1
            $0.idleSeconds = 2
        }
    }

    @Test func `Ten thousand damaged requests do no harm`() throws {
        let seed = Int.random(in: 0..<1 << 32)
        print("seed \(seed)")
        // Many of them are left without a word, and are noticed to be gone a moment later.
        try check("mutated", ["10000", "\(seed)"]) { $0.connectionsPerClient = 2000 }
    }

    @Test func `Pages of other origins and names that are not ours get nothing`() throws {
        var origins = OriginPolicy()
        origins.names = ["data.example.com"]
        origins.shared = [try #require(WebOrigin("https://charts.example.com"))]
        let server = try TestServer(origins: origins)
        let (status, output) = try server.run("origins")
        #expect(status == 0, "\(output)")
    }

    @Test func `What clients hold of the server's memory is bounded`() throws {
        let server = try TestServer {
            $0.connectionsPerClient = 1000
            $0.heldBodies = 4 << 20
            $0.heldAnswers = 16 << 20
            $0.heldEvents = 6 << 20
            $0.heldFrames = 3 << 20
        }
        let (status, output) = try server.run("budgets")
        #expect(status == 0, "\(output)")
        for _ in 0..<5000 where server.held.kinds.contains(where: { $0.held != 0 }) { usleep(2000) }
        for kind in server.held.kinds { #expect(kind.held == 0 && kind.shed > 0, "\(kind)") }
    }

    @Test func `Whoever observes a server is told of each answer, without its query`() throws {
        let told = Mutex<[AnsweredRequest]>([])
        let router = Router([
            Mount(
                "/api", name: "vendor",
                routes: [
                    Route("/items/{name}", summary: "An item") { _ in Response(text: "item\n") },
                    Route("/late", summary: "Takes a while") { _ in .later { _ in Response(text: "late\n") } },
                ])
        ])
        let server = try Server(router: router) { answered in told.withLock { $0.append(answered) } }
        defer { server.stop(grace: 1) }
        let client = try HTTPClient(options: ClientOptions())
        var ids: [String?] = []
        for path in ["/api/items/a?key=secret", "/api/late", "/api/nothing?x", "/other"] {
            let answer = try client.get("http://127.0.0.1:\(server.port)\(path)")
            ids.append(answer.header("x-request-id"))
        }
        let all = told.withLock { $0 }
        #expect(all.map(\.path) == ["/api/items/a", "/api/late", "/api/nothing", "/other"])
        #expect(all.map(\.status.code) == [200, 200, 404, 404])
        #expect(all.map(\.facade) == ["vendor", "vendor", "vendor", "none"])
        #expect(all.map { Optional($0.id.description) } == ids)
        #expect(all.allSatisfy { $0.client == "127.0.0.1" && $0.method == .get && $0.nanoseconds > 0 })
    }

    @Test func `A request in flight is answered before the server stops`() throws {
        let server = try TestServer()
        let script = """
            import sys; sys.path.insert(0, "\(TestServer.root)/Conformance/http")
            from client import Connection
            idle = Connection(("127.0.0.1", \(server.server.port)))
            busy = Connection(("127.0.0.1", \(server.server.port)))
            assert idle.request("/hello").status == 200
            busy.send("GET /slow HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n")
            print("sent", flush=True)
            response = busy.response()
            assert response.body == b"done\\n" and response.header("Connection") == "close" and busy.ends() and idle.ends()
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script]
        process.environment = ProcessInfo.processInfo.environment.merging(["PYTHONDONTWRITEBYTECODE": "1"]) { $1 }
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        #expect(try pipe.fileHandleForReading.read(upToCount: 5) == Data("sent\n".utf8))
        Thread.sleep(forTimeInterval: 0.1)
        let start = Date()
        server.server.stop(grace: 10)
        #expect(Date().timeIntervalSince(start) < 5)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    @Test func `A port in use is named`() throws {
        let server = try TestServer()
        #expect {
            _ = try Server(router: Router([]), port: server.server.port)
        } throws: { "\($0)".contains("127.0.0.1:\(server.server.port) is in use") }
        #expect {
            _ = try Server(router: Router([]), host: "not an address")
        } throws: { "\($0)".contains("is not an address") }
    }
}
