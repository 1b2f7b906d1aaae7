import Foundation
import Testing
import Transport

/// Answers made off the event loops, on real sockets.
struct LateAnswerTests {
    /// A client that sends one request and reads until the server closes.
    private struct Client: ~Copyable {
        let descriptor: Int32

        init(port: Int, path: String) throws {
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = UInt16(port).bigEndian
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            let status = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
            }
            try #require(status == 0)
            let request = Array("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
            try #require(Glibc.write(descriptor, request, request.count) == request.count)
        }

        deinit { close(descriptor) }

        func readToEnd() -> String {
            var text: [UInt8] = []
            var part = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = read(descriptor, &part, part.count)
                if count <= 0 { return String(decoding: text, as: UTF8.self) }
                text += part[..<count]
            }
        }
    }

    private func server(threads: Int = 1) throws -> TestServer {
        try TestServer(threads: threads) {
            $0.workThreads = 2
            $0.workQueue = 3
        }
    }

    private func waitUntil(_ condition: () -> Bool) throws {
        for _ in 0..<5000 where !condition() { usleep(2000) }
        try #require(condition())
    }

    @Test(arguments: [1, 2]) func `Answers arrive as others do, and hold up nobody`(threads: Int) throws {
        let server = try server(threads: threads)
        let (status, output) = try server.run("late")
        #expect(status == 0, "\(output)")
        try waitUntil { server.server.connections == 0 }
        #expect(server.late.count == 0)
    }

    @Test func `Work in flight is answered before the server stops`() throws {
        let server = try server()
        server.late.hold()
        let client = try Client(port: server.server.port, path: "/api/held")
        try waitUntil { server.late.count == 1 }
        let stopping = Thread { server.server.stop(grace: 60) }
        stopping.start()
        usleep(50_000)
        server.late.release()
        let answer = client.readToEnd()
        #expect(answer.hasSuffix("worked\n") && answer.contains("Connection: close"))
        try waitUntil { stopping.isFinished }
    }

    @Test func `Work beyond the grace is cancelled, what waits never runs, and connections are cut off`() throws {
        let server = try server()
        server.late.hold()
        let clients = [Int](0..<4)
        let readers = clients.map { _ in
            Thread { if let client = try? Client(port: server.server.port, path: "/api/held") { _ = client.readToEnd() } }
        }
        for reader in readers { reader.start() }
        try waitUntil { server.late.count == 2 && server.server.connections == 4 }
        server.server.stop(grace: 0.2)
        #expect(server.late.count == 0 && server.late.cancellations == 2)
        try waitUntil { readers.allSatisfy(\.isFinished) }
    }

    @Test func `Work that heeds nothing does not keep the server from stopping`() throws {
        let server = try server()
        server.late.hold()
        let client = try Client(port: server.server.port, path: "/api/stubborn")
        try waitUntil { server.late.count == 1 }
        server.server.stop(grace: 0)
        #expect(client.readToEnd().isEmpty && server.late.count == 1)
        server.late.release()
        try waitUntil { server.late.count == 0 }
    }

    @Test func `A router does at once what an answer waits for, if asked to`() throws {
        let router = Router([LateRoutes().mount(folder: "/nowhere", large: "")])
        let answer = router.respondFully(to: try Request("/api/repeat?n=5"))
        #expect(answer.bodyText == "5\n" && answer.header("X-Left") == "7" && answer.header("X-Work") == "done")
        let refused = router.respondFully(to: try Request("/api/refused"))
        #expect(refused.status == .forbidden && refused.bodyText.hasPrefix("api: not in the plan") && refused.header("X-Left") == "7")
        #expect(router.respondFully(to: try Request("/api/broken")).status == .internalError)
        #expect(router.respondFully(to: try Request("/api/file")).status == .notFound)
    }
}
