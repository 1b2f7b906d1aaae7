import Foundation
import Synchronization
import Testing
import Transport

/// Bodies that are made while they are sent, on real sockets.
struct BodyTests {
    private func read(_ port: Int, _ path: String, pausing: useconds_t = 0) throws -> String {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        try #require(status == 0)
        let request = Array("GET \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".utf8)
        try #require(Glibc.write(descriptor, request, request.count) == request.count)
        usleep(pausing)
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &part, part.count)
            if count <= 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += part[..<count]
        }
    }

    private func waitUntil(_ condition: () -> Bool) throws {
        for _ in 0..<5000 where !condition() { usleep(2000) }
        try #require(condition())
    }

    @Test(arguments: [1, 2]) func `They arrive whole or visibly cut, wait for their clients and for nobody else`(threads: Int) throws {
        let server = try TestServer(threads: threads) {
            $0.workThreads = 4
            $0.streamedAnswers = 2
        }
        let (status, output) = try server.run("bodies")
        #expect(status == 0, "\(output)")
        try waitUntil { server.server.connections == 0 }
        try waitUntil { server.held.kinds.first { $0.name == "answers" }?.held == 0 }
    }

    @Test func `One that is on its way is finished before the server stops`() throws {
        let server = try TestServer()
        let answer = Mutex("")
        let client = Thread {
            // Slow enough that the stop comes first.
            let text = try? read(server.server.port, "/numbers?n=2000000", pausing: 400_000)
            answer.withLock { $0 = text ?? "no answer" }
        }
        client.start()
        try waitUntil { server.bodies.pieces > 1 }
        server.server.stop(grace: 20)
        try waitUntil { answer.withLock { !$0.isEmpty } }
        #expect(answer.withLock { $0.hasSuffix("1999999\n\r\n0\r\n\r\n") })
    }

    @Test func `One that cannot be finished in time is cut off`() throws {
        let server = try TestServer()
        let answer = Mutex("")
        server.bodies.pause()
        let client = Thread {
            let text = try? read(server.server.port, "/numbers?n=2000000")
            answer.withLock { $0 = text ?? "no answer" }
        }
        client.start()
        try waitUntil { server.bodies.pieces > 1 }
        server.server.stop(grace: 0.2)
        try waitUntil { answer.withLock { !$0.isEmpty } }
        #expect(answer.withLock { !$0.hasSuffix("0\r\n\r\n") })
    }
}
