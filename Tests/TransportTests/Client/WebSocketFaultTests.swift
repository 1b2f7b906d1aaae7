import Foundation
import Pipeline
import Testing
import Transport

/// Links to peers that do wrong: each ends in one `closed`, and the loop goes on.
struct WebSocketFaultTests {
    let peers: Peers

    init() throws { peers = try Peers.plain.get() }

    @Test(arguments: [
        "/half", "/half-header", "/reset", "/reserved-bits", "/unknown-opcode", "/lost-continuation",
    ])
    func `A link that breaks says so once, after what was whole`(path: String) throws {
        let client = try LoggedLoop()
        client.connect(peers.raw + path)
        let reason = try client.log.closing()
        #expect(reason == "the connection broke without a close frame, or the peer broke the protocol")
        client.connect(peers.ws + "/echo", link: 2)
        client.send("well", link: 2)
        #expect(try client.log.waitForMessages(1, of: 2) == ["well"])
        #expect(client.log.closings() == 1)
        #expect(client.log.messages() == ["whole"])
    }

    @Test(arguments: ["/hang-up", "/redirect", "/wrong-accept", "/no-http", "/endless-header", "/deflated"])
    func `An answer that is no upgrade closes the link once`(path: String) throws {
        // Bytes that are no HTTP may be the beginning of a header yet: time decides.
        let client = try LoggedLoop(.changed { if path == "/no-http" { $0.connectSeconds = 8 } })
        client.connect(peers.raw + path)
        let reason = try client.log.closing()
        #expect(reason.hasPrefix("cannot connect: "), "\(reason)")
        if path == "/redirect" { #expect(reason.hasSuffix("HTTP 302")) }
        client.connect(peers.ws + "/echo", link: 2)
        client.send("well", link: 2)
        #expect(try client.log.waitForMessages(1, of: 2) == ["well"])
        #expect(client.log.closings() == 1)
        #expect(!client.log.all.contains(.opened(1)))
    }

    @Test(arguments: ["/endless-parts", "/vast-length"])
    func `A message without end is cut off at the limit`(path: String) throws {
        let client = try LoggedLoop()
        client.connect(peers.raw + path)
        #expect(try client.log.closing() == "a message is longer than \(4 << 20) bytes")
    }

    @Test func `A peer that does not answer the upgrade is given up`() throws {
        let client = try LoggedLoop(.changed { $0.connectSeconds = 1 })
        client.connect(peers.raw + "/stall")
        let reason = try client.log.closing()
        #expect(reason.hasPrefix("cannot connect: "), "\(reason)")
    }

    @Test func `A peer that says nothing is pinged and then given up`() throws {
        let client = try LoggedLoop(.changed { $0.silenceSeconds = 2 })
        client.connect(peers.raw + "/silent")
        #expect(try client.log.closing() == "the connection is dead: nothing received for 2 s")
        // One that answers pings is well.
        let other = try LoggedLoop(.changed { $0.silenceSeconds = 12 })
        other.connect(peers.ws + "/echo")
        try other.log.wait { $0.contains(.pong(1)) ? () : nil }
        #expect(other.log.closings() == 0)
    }

    @Test func `A peer that takes nothing is given up`() throws {
        let client = try LoggedLoop()
        client.connect(peers.raw + "/mute")
        try client.log.wait { $0.contains(.opened(1)) ? () : nil }
        let text = String(repeating: "x", count: 100_000)
        while client.log.closings() == 0 {
            client.send(text)
            client.settle()
        }
        #expect(try client.log.closing().hasPrefix("the peer takes nothing: "))
    }

    @Test func `Bytes that drip, with pings between parts, become the same messages`() throws {
        let client = try LoggedLoop()
        client.connect(peers.raw + "/drip")
        #expect(try client.log.waitForMessages(2) == ["one two", "three"])
    }

    @Test func `The peer's ping is answered with its payload`() throws {
        let client = try LoggedLoop()
        client.connect(peers.raw + "/pinger")
        #expect(try client.log.waitForMessages(1) == ["10 payload"])
    }

    @Test func `Messages that come with the answer to the upgrade are all heard before the end`() throws {
        let client = try LoggedLoop()
        client.connect(peers.raw + "/at-once")
        #expect(try client.log.closing() == "closed by the peer: 4012 restart")
        #expect(client.log.messages() == (0..<1000).map(String.init))
    }

    @Test func `Bytes that are no UTF-8 are handed on`() throws {
        let client = try LoggedLoop()
        client.connect(peers.raw + "/latin")
        #expect(try client.log.waitForMessages(1) == ["\u{FFFD}\u{FFFD}"])
    }

    @Test(arguments: [
        "", "ws:", "http://127.0.0.1/", "ws://", "ws://:80/", "ws://host:0/", "ws://host:65536/", "ws://host/a b", "ws://host/\r\nX: y",
        "ws://ho st/", "ws://user@host/", "ws://[::1/", "ws://币安/", "ws://host/" + String(repeating: "x", count: 9000),
    ])
    func `What is no address is refused with a reason`(url: String) throws {
        let client = try LoggedLoop()
        client.connect(url)
        #expect(try client.log.closing().hasPrefix("not an address of a WebSocket: "))
    }

    @Test func `Nobody there, no such name, and no way out are reasons`() throws {
        let client = try LoggedLoop()
        let free = try ListeningPort()
        let port = free.port
        free.close()
        client.connect("ws://127.0.0.1:\(port)/", link: 1)
        client.connect("ws://localhost:\(port)/", link: 2)
        client.connect("ws://no-such-host.invalid/", link: 3)
        for link in 1...3 {
            let reason = try client.log.closing(of: link)
            #expect(reason.hasPrefix("cannot connect: "), "\(reason)")
        }
        for link in 1...3 { #expect(client.log.closings(of: link) == 1) }
    }

    @Test func `A full backlog does not hold others up`() throws {
        // Listens and never accepts: further connections hang in the kernel.
        let full = try ListeningPort(backlog: 0)
        defer { full.close() }
        let client = try LoggedLoop(.changed { $0.connectSeconds = 8 })
        for link in 10...20 { client.connect("ws://127.0.0.1:\(full.port)/", link: link) }
        client.connect(peers.ws + "/echo", link: 2)
        client.send("well", link: 2)
        #expect(try client.log.waitForMessages(1, of: 2) == ["well"])
        for link in 10...20 { #expect(try client.log.closing(of: link).hasPrefix("cannot connect: ")) }
    }
}

/// A listening socket that nobody serves.
struct ListeningPort {
    let descriptor: Int32
    let port: Int

    init(backlog: Int32 = 1) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, backlog) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        try #require(status)
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    func close() { Glibc.close(descriptor) }
}
