import Foundation
import Pipeline
import Testing
import Transport

/// Links to a good server, the `websockets` library's.
struct WebSocketTests {
    let peers: Peers

    init() throws { peers = try Peers.plain.get() }

    @Test func `Texts of any length come back as they were sent`() throws {
        let client = try LoggedLoop()
        client.connect(peers.ws + "/echo")
        let texts = [0, 1, 125, 126, 127, 4096, 16384, 65535, 65536, 300_000].map { String(repeating: "é", count: $0) }
        for text in texts { client.send(text) }
        #expect(try client.log.waitForMessages(texts.count) == texts)
        #expect(client.log.all.first == .opened(1))
    }

    @Test func `Messages in parts are handed on whole`() throws {
        let client = try LoggedLoop()
        client.connect(peers.ws + "/parts?n=1000")
        let messages = try client.log.waitForMessages(3)
        #expect(messages[0] == (0..<1000).map { "\($0)," }.joined())
        #expect(messages[1] == "whole")
        #expect(messages[2] == String(repeating: "a", count: 70000) + String(repeating: "b", count: 70000))
    }

    @Test func `Many messages arrive in order with times that are now`() throws {
        let client = try LoggedLoop()
        let before = Int64(Date().timeIntervalSince1970 * 1e6)
        client.connect(peers.ws + "/push?n=20000&size=150")
        let messages = try client.log.waitForMessages(20000)
        #expect(messages.map { String($0.prefix { $0 != " " }) } == (0..<20000).map { "\($0)" })
        let times = client.log.times.withLock { $0 }
        let after = Int64(Date().timeIntervalSince1970 * 1e6)
        #expect(times.allSatisfy { ($0 >= before - 1_000_000) && $0 <= after + 1_000_000 })
    }

    @Test func `A message of the longest length is taken, and a longer one closes the link`() throws {
        let client = try LoggedLoop(.changed { $0.maximumMessage = 100_000 })
        client.log.keepsText = false
        client.connect(peers.ws + "/sizes?of=100000,100001,5")
        #expect(try client.log.closing() == "a message is longer than 100000 bytes")
        client.connect(peers.ws + "/sizes?of=0,7,99999", link: 2)
        #expect(try client.log.waitForMessages(3, of: 2) == ["0", "7", "99999"])
        #expect(client.log.messages() == ["100000"])
    }

    @Test func `A ping is answered`() throws {
        let client = try LoggedLoop()
        client.connect(peers.ws + "/echo")
        let loop = client.loop
        loop.perform { for _ in 0..<3 { loop.ping(link: 1) } }
        try client.log.wait { $0.count { $0 == .pong(1) } == 3 ? () : nil }
    }

    @Test(arguments: [(1000, ""), (1001, "going away"), (4001, "wörds")])
    func `The peer's close code and words are the reason`(code: Int, words: String) throws {
        let client = try LoggedLoop()
        let escaped = words.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        client.connect(peers.ws + "/close?code=\(code)&reason=\(escaped)")
        #expect(try client.log.closing() == "closed by the peer: \(code)\(words.isEmpty ? "" : " \(words)")")
        #expect(client.log.all.first == .opened(1))
    }

    @Test(arguments: [400, 401, 403, 429, 500, 503])
    func `A refused upgrade says its status`(status: Int) throws {
        let client = try LoggedLoop()
        client.connect(peers.ws + "/refuse/\(status)")
        #expect(try client.log.closing() == "cannot connect: the upgrade was refused with HTTP \(status)")
        #expect(client.log.all.count == 1)
    }

    @Test func `The request names the client and its host, and offers no extension`() throws {
        let client = try LoggedLoop(.changed { $0.userAgent = "millrace/test" })
        client.connect("ws://localhost:\(peers.places.ws)/agent?x=1")
        let message = try #require(try client.log.waitForMessages(1).first)
        let headers = try JSONDecoder().decode([String: String?].self, from: Data(message.utf8))
        #expect(headers["User-Agent"] == "millrace/test")
        #expect(headers["Host"] == "localhost:\(peers.places.ws)")
        #expect(headers["Sec-WebSocket-Extensions"] == .some(nil))
    }

    @Test func `Nothing is heard of a link that was closed, and its number is free`() throws {
        let client = try LoggedLoop()
        let (loop, log, url) = (client.loop, client.log, peers.ws)
        nonisolated(unsafe) var seen = 0
        log.act = { event in
            guard case .message(1, _) = event else { return }
            seen += 1
            guard seen == 10 else { return }
            loop.close(link: 1)
            loop.connect(link: 1, url: url + "/echo")
            loop.send(link: 1, text: "second")
        }
        client.connect(url + "/push?n=100000&size=100")
        try log.wait { $0.contains(.message(1, "second")) ? () : nil }
        let events = log.all
        #expect(events.count { if case .message = $0 { true } else { false } } == 11)
        #expect(events.count { $0 == .opened(1) } == 2)
        #expect(log.closings() == 0)
    }

    @Test func `What was sent before closing arrives, and closing says 1000`() throws {
        let client = try LoggedLoop()
        client.connect(peers.raw + "/closing-words")
        try client.log.wait { $0.contains(.opened(1)) ? () : nil }
        let loop = client.loop
        loop.perform { loop.close(link: 1) }
        while try peers.counts()["closed_with"] != 1000 { usleep(10_000) }
        client.settle()
        #expect(client.log.closings() == 0)
    }

    @Test func `Work is done in its order, and ticks go on`() throws {
        let client = try LoggedLoop(tickMilliseconds: 1)
        let order = Condition<[Int]>([])
        for index in 0..<10_000 { client.loop.perform { order.withLock { $0.append(index) } } }
        client.settle()
        #expect(order.withLock { $0 } == Array(0..<10_000))
        #expect(client.log.ticks.wait(atMostMilliseconds: 60_000) { $0 >= 10 ? () : nil } != nil)
    }

    @Test func `A thousand links share a loop`() throws {
        let client = try LoggedLoop()
        for link in 1...1000 {
            client.connect(peers.ws + "/echo", link: link)
            client.send("from \(link)", link: link)
        }
        let events = try client.log.wait { events in
            events.count { if case .message = $0 { true } else { false } } == 1000 ? events : nil
        }
        for link in 1...1000 { #expect(LinkLog.messages(events, of: link) == ["from \(link)"]) }
        #expect(!events.contains { if case .closed = $0 { true } else { false } })
        client.loop.stop()
        #expect(client.log.all.count == 2000)
    }

    @Test func `Stopping ends loops with links in every state, from any thread`() throws {
        for round in 0..<10 {
            let client = try LoggedLoop()
            for link in 1...10 {
                client.connect(peers.ws + (link % 2 == 0 ? "/push?n=100000" : "/echo"), link: link)
                client.connect(peers.raw + "/stall", link: 100 + link)
                client.connect(peers.raw + "/mute", link: 200 + link)
            }
            if round % 2 == 0 { try client.log.wait { $0.contains(.opened(2)) ? () : nil } }
            if round % 5 == 0 {
                let loop = client.loop
                loop.perform { loop.stop() }
            }
            client.loop.stop()
            client.loop.stop()
            client.loop.perform { Issue.record("work after the end") }
            let count = client.log.all.count
            usleep(1000)
            #expect(client.log.all.count == count)
        }
    }

    @Test func `The handler goes with the loop`() throws {
        weak var handler: LinkLog?
        do {
            let client = try LoggedLoop()
            handler = client.log
            client.settle()
        }
        // The thread's own hold on it ends just after the loop has.
        for _ in 0..<60_000 where handler != nil { usleep(1000) }
        #expect(handler == nil)
    }
}
