import Foundation
import Pipeline
import TestSupport
import Testing
import Transport

/// Messages of two bytes: `e` and anything are said again; `b` and n ask for n times 64 KiB; `q` and anything for a last word.
private struct TwoByteSession: ByteSession {
    var deadline: Int64 = .max

    static let part = [UInt8](repeating: UInt8(ascii: "."), count: 1 << 16)

    mutating func receive(_ bytes: ArraySlice<UInt8>, at time: StreamTime, into output: inout StreamOutput) -> Int {
        var rest = bytes
        while rest.count >= 2, !output.isFull, !output.isClosing {
            let message = Array(rest.prefix(2))
            rest = rest.dropFirst(2)
            switch message[0] {
            case UInt8(ascii: "e"): output.append(message)
            case UInt8(ascii: "b"): for _ in 0..<message[1] { output.append(Self.part) }
            default:
                output.append("bye".utf8)
                output.close()
            }
        }
        return bytes.count - rest.count
    }
}

/// A socket of a test.
private final class Socket: Sendable {
    let descriptor: Int32

    init(_ port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        try #require(status == 0)
        // A server that says nothing fails the test and does not hold it for ever.
        var patience = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    @discardableResult
    func send(_ bytes: [UInt8], waits: Bool = true) -> Int {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | (waits ? 0 : Int32(MSG_DONTWAIT)))
            }
            guard count > 0 else { break }
            sent += count
        }
        return sent
    }

    /// Reads up to `count` bytes, fewer if the other side closes.
    func read(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count < count {
            let got = recv(descriptor, &part, min(part.count, count - bytes.count), 0)
            guard got > 0 else { break }
            bytes += part[..<got]
        }
        return bytes
    }

    /// Whether the other side has neither closed nor said anything.
    func isOpen() -> Bool {
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, Int32(MSG_DONTWAIT)) < 0 && errno == EAGAIN
    }

    /// Whether the other side closes without another word.
    func isClosed() -> Bool {
        var byte: UInt8 = 0
        let got = recv(descriptor, &byte, 1, 0)
        return got == 0 || got < 0 && errno == ECONNRESET
    }
}

/// Byte protocols on real sockets.
@Suite struct StreamListenerTests {
    private func waitUntil(_ condition: () -> Bool) throws {
        for _ in 0..<30_000 where !condition() { usleep(2000) }
        try #require(condition())
    }

    private func listener(threads: Int = 1, _ change: (inout StreamLimits) -> Void = { _ in }) throws -> StreamListener {
        var limits = StreamLimits()
        change(&limits)
        return try StreamListener(threads: threads, limits: limits) { _ in TwoByteSession() }
    }

    @Test func `Messages that come in pieces are answered once they are whole`() throws {
        let listener = try listener()
        let socket = try Socket(listener.port)
        for byte in Array("e1e2e3".utf8) {
            socket.send([byte])
            usleep(2000)
        }
        #expect(socket.read(6) == Array("e1e2e3".utf8))
        listener.stop()
        #expect(socket.isClosed() && listener.connections == 0)
    }

    @Test(arguments: [1, 2]) func `Many messages at once are answered in order`(threads: Int) throws {
        let listener = try listener(threads: threads)
        let messages = (0..<200_000).flatMap { [UInt8(ascii: "e"), UInt8(truncatingIfNeeded: $0)] }
        let socket = try Socket(listener.port)
        let sender = Thread { socket.send(messages) }
        sender.start()
        #expect(socket.read(messages.count) == messages)
    }

    @Test func `A peer that does not read is not read from either, and loses nothing`() throws {
        let listener = try listener { $0.writeSeconds = 600 }
        let socket = try Socket(listener.port)
        // Each two bytes ask for 98 times 64 KiB, and there are more of them than the sockets hold.
        let question = [UInt8](repeating: UInt8(ascii: "b"), count: 64 << 20)
        var asked = 0
        for _ in 0..<50 {
            asked += socket.send(Array(question[asked...].prefix(4 << 20)), waits: false)
            usleep(10_000)
        }
        #expect(asked < question.count)
        // The bytes beyond what the sockets hold are still asked for one question after another.
        let size = Int(UInt8(ascii: "b")) << 16
        for _ in 0..<4 { #expect(socket.read(size).count == size) }
        #expect(listener.connections == 1)
    }

    @Test func `A peer that takes nothing for too long is cut off`() throws {
        let listener = try listener { $0.writeSeconds = 0.5 }
        let socket = try Socket(listener.port)
        socket.send(Array(repeating: UInt8(ascii: "b"), count: 200))
        #expect(socket.read(1).count == 1)
        try waitUntil { listener.connections == 0 }
        #expect(socket.read(9_800 << 16).count < 9_799 << 16)
    }

    @Test func `A session's deadline ends its connection`() throws {
        let listener = try StreamListener { TwoByteSession(deadline: $0.nanoseconds + 300_000_000) }
        let sockets = try (0..<20).map { _ in try Socket(listener.port) }
        for socket in sockets { #expect(socket.isClosed()) }
        try waitUntil { listener.connections == 0 }
    }

    @Test func `The last word arrives although the peer had more to say`() throws {
        let listener = try listener()
        let socket = try Socket(listener.port)
        socket.send(Array("e1q1".utf8) + Array(repeating: UInt8(ascii: "e"), count: 1 << 16))
        #expect(socket.read(100) == Array("e1bye".utf8))
    }

    @Test func `A peer that was told the last word and stays is cut off`() throws {
        let listener = try listener { $0.closeSeconds = 0.3 }
        let socket = try Socket(listener.port)
        socket.send(Array("q1".utf8))
        #expect(socket.read(100) == Array("bye".utf8))
        try waitUntil { listener.connections == 0 }
    }

    @Test func `Bytes that a session makes nothing of are bounded`() throws {
        struct Deaf: ByteSession {
            var deadline = Int64.max
            mutating func receive(_ bytes: ArraySlice<UInt8>, at time: StreamTime, into output: inout StreamOutput) -> Int { 0 }
        }
        var limits = StreamLimits()
        limits.unreadBytes = 100_000
        let listener = try StreamListener(limits: limits) { _ in Deaf() }
        let socket = try Socket(listener.port)
        socket.send(Array(repeating: 1, count: 100_000))
        try waitUntil { listener.connections == 1 }
        socket.send(Array(repeating: 1, count: 100_000))
        try waitUntil { listener.connections == 0 }
        #expect(socket.isClosed())
    }

    @Test func `A message that has begun has to become whole in time`() throws {
        let listener = try listener { $0.messageSeconds = 1 }
        let (slow, other) = (try Socket(listener.port), try Socket(listener.port))
        other.send(Array("e1".utf8))
        slow.send(Array("e1e".utf8))
        #expect(slow.read(2) == Array("e1".utf8) && slow.isClosed())
        // Whoever has said whole messages may be silent.
        other.send(Array("e2".utf8))
        #expect(other.read(4) == Array("e1e2".utf8))
        #expect(listener.cutoffs(.slowMessage) == 1 && StreamCutoff.allCases.map { listener.cutoffs($0) }.reduce(0, +) == 1)
    }

    @Test func `Peers that together hold too much are cut off, the heaviest first`() throws {
        struct Hoarder: ByteSession {
            var deadline = Int64.max
            mutating func receive(_ bytes: ArraySlice<UInt8>, at time: StreamTime, into output: inout StreamOutput) -> Int { 0 }
        }
        var limits = StreamLimits()
        limits.heldBytes = 4 << 20
        let listener = try StreamListener(limits: limits) { _ in Hoarder() }
        let light = try (0..<3).map { _ in try Socket(listener.port) }
        for socket in light { socket.send(Array(repeating: 1, count: 1000)) }
        let heavy = try (0..<10).map { _ in try Socket(listener.port) }
        for socket in heavy { socket.send(Array(repeating: 1, count: 900_000)) }
        try waitUntil { listener.cutoffs(.crowded) >= 6 && listener.connections == 13 - listener.cutoffs(.crowded) }
        for socket in light { #expect(socket.isOpen()) }
        withExtendedLifetime(heavy) {}
    }

    @Test func `Answers that nobody takes count for what is held`() throws {
        let listener = try listener {
            $0.heldBytes = 32 << 20
            $0.writeSeconds = 600
        }
        // Each asks for 16 MiB, of which the system takes a part.
        let sockets = try (0..<12).map { _ in try Socket(listener.port) }
        for socket in sockets { socket.send([UInt8(ascii: "b"), 255]) }
        try waitUntil { listener.cutoffs(.crowded) >= 6 }
        let other = try Socket(listener.port)
        other.send(Array("e1".utf8))
        #expect(other.read(2) == Array("e1".utf8))
        withExtendedLifetime(sockets) {}
    }

    @Test(arguments: ["127.0.0.1", "::"]) func `One client has so many connections and no more, until some of them end`(host: String) throws
    {
        var limits = StreamLimits()
        limits.connectionsPerClient = 3
        // A machine without IPv6 has no such address.
        guard let listener = try? StreamListener(host: host, limits: limits, makeSession: { _ in TwoByteSession() }) else {
            try #require(host == "::")
            return
        }
        var sockets = try (0..<3).map { _ in try Socket(listener.port) }
        for socket in sockets {
            socket.send(Array("e1".utf8))
            #expect(socket.read(2).count == 2)
        }
        #expect(try Socket(listener.port).isClosed() && listener.cutoffs(.client) == 1 && listener.cutoffs(.full) == 0)
        sockets.removeLast()
        try waitUntil { listener.connections == 2 }
        let next = try Socket(listener.port)
        next.send(Array("e2".utf8))
        #expect(next.read(2) == Array("e2".utf8))
    }

    @Test func `A peer that closes its own side gets the answers to what it said before`() throws {
        let listener = try listener()
        let socket = try Socket(listener.port)
        let messages = (0..<100_000).flatMap { [UInt8(ascii: "e"), UInt8(truncatingIfNeeded: $0)] }
        let sender = Thread {
            socket.send(messages)
            shutdown(socket.descriptor, Int32(SHUT_WR))
        }
        sender.start()
        #expect(socket.read(messages.count) == messages && socket.isClosed())
    }

    @Test(arguments: [1, 2]) func `Two hundred connections at once are served, and connections beyond the limit are closed`(threads: Int)
        throws
    {
        let listener = try listener(threads: threads) { $0.connections = 200 }
        let sockets = try (0..<200).map { _ in try Socket(listener.port) }
        for turn in UInt8(0)..<20 {
            for socket in sockets { socket.send([UInt8(ascii: "e"), turn]) }
            for socket in sockets { #expect(socket.read(2) == [UInt8(ascii: "e"), turn]) }
        }
        #expect(listener.connections == 200)
        #expect(try Socket(listener.port).isClosed())
        listener.stop()
        for socket in sockets { #expect(socket.isClosed()) }
        #expect(listener.connections == 0)
    }

    @Test func `Peers that come and go from many threads leave nothing behind`() throws {
        let listener = try listener(threads: 2)
        let threads = (0..<8).map { number in
            let thread = Thread {
                for turn in 0..<60 {
                    guard let socket = try? Socket(listener.port) else { continue }
                    socket.send(Array(((number + turn) % 3 == 0 ? "e1b\u{8}q1" : "e1b").utf8))
                    if turn % 2 == 0 { _ = socket.read(2) }
                }
            }
            thread.start()
            return thread
        }
        try waitUntil { threads.allSatisfy(\.isFinished) }
        try waitUntil { listener.connections == 0 }
        listener.stop()
        listener.stop()
    }

    @Test func `An address in use is an error that says so`() throws {
        let listener = try listener()
        #expect(throws: ServerError.self) { try StreamListener(port: listener.port) { _ in TwoByteSession() } }
    }
}
