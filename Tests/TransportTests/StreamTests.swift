import Foundation
import Testing
import Transport

/// WebSockets and streams of events, on real sockets.
struct StreamTests {
    private func waitUntil(_ condition: () -> Bool) throws {
        for _ in 0..<30_000 where !condition() { usleep(2000) }
        try #require(condition())
    }

    @Test func `WebSockets follow RFC 6455 frame by frame`() throws {
        let server = try TestServer()
        let (status, output) = try server.run("sockets")
        #expect(status == 0, "\(output)")
        try waitUntil { server.server.connections == 0 }
        #expect(server.streams.count == 0)
    }

    @Test(arguments: [1, 2]) func `Events arrive in order, and clients that leave or do not read harm nobody`(threads: Int) throws {
        let server = try TestServer(threads: threads)
        let (status, output) = try server.run("events")
        #expect(status == 0, "\(output)")
        try waitUntil { server.server.connections == 0 }
        #expect(server.streams.count == 0)
    }

    @Test func `A thousand clients of the websockets package are served at once`() throws {
        let server = try TestServer {
            $0.connections = 3000
            $0.connectionsPerClient = 3000
        }
        let (status, output) = try server.run("subscribers", python: "\(TestServer.root)/.venv/bin/python")
        #expect(status == 0, "\(output)")
        try waitUntil { server.server.connections == 0 }
        #expect(server.streams.count == 0)
    }

    @Test(arguments: [0.0, 60.0]) func `A server that stops closes its sessions first`(grace: Double) throws {
        let server = try TestServer()
        let clients = try (0..<40).map {
            try StreamClient(port: server.server.port, path: $0 % 2 == 0 ? "/streams/feed" : "/streams/events")
        }
        try waitUntil { server.streams.count == 40 }
        server.streams.publish(10, size: 1000)
        let readers = clients.map { client in
            let thread = Thread { client.readToEnd() }
            thread.start()
            return thread
        }
        if grace > 0 { try waitUntil { clients.allSatisfy { $0.count > 10_000 } } }
        server.server.stop(grace: grace)
        #expect(server.streams.count == 0 && server.server.connections == 0)
        try waitUntil { readers.allSatisfy(\.isFinished) }
        guard grace > 0 else { return }
        for (index, client) in clients.enumerated() {
            // A close frame with 1001, or the last chunk.
            #expect(client.ends(with: index % 2 == 0 ? "the server stops" : "0\r\n\r\n"))
        }
    }

    @Test func `Sessions that come and go from many threads leave nothing behind`() throws {
        let server = try TestServer { $0.connectionsPerClient = 1000 }
        let isDone = Thread { while !Thread.current.isCancelled { server.streams.publish(5, size: 100) } }
        isDone.start()
        let threads = (0..<8).map { number in
            let thread = Thread {
                for turn in 0..<50 {
                    let path = ["/streams/feed", "/streams/events", "/streams/echo"][(number + turn) % 3]
                    guard let client = try? StreamClient(port: server.server.port, path: path) else { continue }
                    if turn % 2 == 0 { client.readSome() }
                }
            }
            thread.start()
            return thread
        }
        try waitUntil { threads.allSatisfy(\.isFinished) }
        isDone.cancel()
        try waitUntil { isDone.isFinished && server.streams.count == 0 && server.server.connections == 0 }
    }
}
