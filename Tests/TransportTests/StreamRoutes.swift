import Foundation
import Pipeline
import Synchronization
import Transport

/// Routes below `/streams`: WebSockets that echo, WebSockets and events that are fed on request, and their count.
final class StreamRoutes: Sendable {
    private struct Clients {
        var sockets: [ObjectIdentifier: WebSocketSession] = [:]
        var streams: [ObjectIdentifier: EventSession] = [:]
        var published = 0
    }

    private let clients = Condition(Clients())
    private let echoes = Atomic<Int>(0)

    /// How many sessions are open.
    var count: Int { clients.withLock { $0.sockets.count + $0.streams.count } + echoes.load(ordering: .sequentiallyConsistent) }

    func mount() -> Mount {
        Mount(
            "/streams",
            routes: [
                Route("/echo", summary: "Echoes") { [self] request in
                    var options = WebSocketOptions()
                    options.maximumMessage = 1 << 18
                    let code = request.query["close"].flatMap { Int($0) }
                    return try .webSocket(request, subprotocols: ["two", "four"], options: options) { [self] in
                        echoes.add(1, ordering: .sequentiallyConsistent)
                        return Echo($0, closing: code) { [self] in echoes.subtract(1, ordering: .sequentiallyConsistent) }
                    }
                },
                Route("/feed", summary: "Sends what is published") { [self] request in
                    var options = WebSocketOptions()
                    options.outgoingLimit = 1 << 20
                    options.closeSeconds = 60
                    return try .webSocket(request, options: options) { [self] session in
                        clients.withLock { $0.sockets[ObjectIdentifier(session)] = session }
                        return Feed { [self] in clients.withLock { $0.sockets[ObjectIdentifier(session)] = nil } }
                    }
                },
                Route("/guarded", summary: "Wants a key") { _ in throw Failure(.unauthorized, "a key is required") },
                Route("/events", summary: "Sends what is published") { [self] request in
                    var options = EventOptions()
                    options.outgoingLimit = 2 << 20
                    options.heartbeatSeconds = request.query["heartbeat"].flatMap { Double($0) } ?? 10
                    return .events(options: options) { [self] session in
                        clients.withLock { $0.streams[ObjectIdentifier(session)] = session }
                        return { [self] in clients.withLock { $0.streams[ObjectIdentifier(session)] = nil } }
                    }
                },
                Route(.post, "/publish", summary: "Sends to all") { [self] request in
                    let count = request.query["count"].flatMap { Int($0) } ?? 1
                    publish(count, size: request.query["size"].flatMap { Int($0) } ?? 10)
                    return Response(text: "ok\n")
                },
                Route(.post, "/end", summary: "Ends the streams of events") { [self] _ in
                    for stream in clients.withLock({ Array($0.streams.values) }) { stream.close() }
                    return Response(text: "ok\n")
                },
                Route("/count", summary: "How many sessions there are") { [self] _ in Response(text: "\(count)\n") },
            ])
    }

    func publish(_ count: Int, size: Int) {
        let words = String(repeating: "x", count: size)
        for _ in 0..<count {
            let (sockets, streams, number) = clients.withLock { clients in
                clients.published += 1
                return (Array(clients.sockets.values), Array(clients.streams.values), clients.published)
            }
            let text = SharedBytes("\(number) \(words)")
            for socket in sockets { socket.send(text: text) }
            let event = ServerSentEvent(id: "\(number)", name: "tick", data: SharedBytes(words))
            for stream in streams { stream.send(event) }
        }
    }

    private final class Feed: WebSocketReceiver {
        let end: () -> Void

        init(_ end: @escaping () -> Void) { self.end = end }

        func closed(code: Int, reason: String) { end() }
    }

    private final class Echo: WebSocketReceiver {
        let session: WebSocketSession
        let code: Int?
        let end: () -> Void

        init(_ session: WebSocketSession, closing code: Int?, _ end: @escaping () -> Void) {
            self.session = session
            self.code = code
            self.end = end
        }

        func received(text: UnsafeBufferPointer<UInt8>) {
            if let code { return session.close(code: code, reason: "as you wish") }
            session.send(text: SharedBytes(text))
        }

        func received(binary: UnsafeBufferPointer<UInt8>) { session.send(binary: SharedBytes(binary)) }

        func closed(code: Int, reason: String) { end() }
    }
}
