import Foundation
import Testing
import Transport

/// wss and https through nginx with certificates of a private authority, directly and through a proxy.
@Suite(.serialized)
struct SecureClientTests {
    let peers: Peers
    let here: String
    let elsewhere: String

    init() throws {
        peers = try Peers.secure.get()
        here = "localhost:\(try #require(peers.places.tls))"
        elsewhere = "localhost:\(try #require(peers.places.elsewhere))"
    }

    private func options(_ file: String?, proxy: String = "") -> ClientOptions {
        .changed {
            $0.caFile = file
            $0.proxy = proxy
        }
    }

    @Test func `A certificate of the given authority for this host is taken`() throws {
        let client = try LoggedLoop(options(peers.authority))
        client.connect("wss://\(here)/ws/echo", link: 1)
        client.connect("wss://127.0.0.1:\(peers.places.tls ?? 0)/ws/echo", link: 2)
        let texts = ["", "a", String(repeating: "z", count: 200_000)]
        for link in 1...2 {
            for text in texts { client.send(text, link: link) }
            #expect(try client.log.waitForMessages(3, of: link) == texts)
        }
        let https = try HTTPClient(options: options(peers.authority))
        #expect(try https.get("https://\(here)/status/200").status == 200)
        #expect(try https.get("https://127.0.0.1:\(peers.places.tls ?? 0)/status/200").status == 200)
    }

    @Test func `Loops that are made meanwhile disturb no handshake`() throws {
        let client = try LoggedLoop(options(peers.authority))
        for link in 1...50 {
            client.connect("wss://\(here)/ws/echo", link: link)
            try withExtendedLifetime(LoggedLoop(options(peers.authority))) {
                let isOpened = try client.log.wait { events in
                    events.contains(.opened(link))
                        ? true : events.contains { if case .closed(link, _) = $0 { true } else { false } } ? false : nil
                }
                #expect(isOpened, "\(client.log.all.suffix(1))")
            }
        }
    }

    @Test func `Many messages arrive over TLS`() throws {
        let client = try LoggedLoop(options(peers.authority))
        client.connect("wss://\(here)/ws/push?n=20000&size=150")
        let messages = try client.log.waitForMessages(20000)
        #expect(messages.map { String($0.prefix { $0 != " " }) } == (0..<20000).map { "\($0)" })
    }

    @Test func `Another authority and the system's refuse it`() throws {
        for file in [peers.otherAuthority, nil] {
            let client = try LoggedLoop(options(file))
            client.connect("wss://\(here)/ws/echo")
            let reason = try client.log.closing()
            #expect(reason.hasPrefix("cannot connect: ") && !client.log.all.contains(.opened(1)), "\(reason)")
            #expect(client.log.closings() == 1)
            let https = try HTTPClient(options: options(file))
            let error = #expect(throws: HTTPClientError.self) { try https.get("https://\(here)/status/200") }
            #expect(error?.isRetryable == false)
        }
    }

    @Test func `A certificate for another host is refused`() throws {
        let client = try LoggedLoop(options(peers.authority))
        client.connect("wss://\(elsewhere)/ws/echo", link: 1)
        client.connect("wss://127.0.0.1:\(peers.places.elsewhere ?? 0)/ws/echo", link: 2)
        for link in 1...2 {
            let reason = try client.log.closing(of: link)
            #expect(reason.hasPrefix("cannot connect: ") && !client.log.all.contains(.opened(link)), "\(reason)")
            #expect(client.log.closings(of: link) == 1)
        }
        #expect(try client.log.closing(of: 2) == "cannot connect: the certificate is not for 127.0.0.1")
        let https = try HTTPClient(options: options(peers.authority))
        let error = #expect(throws: HTTPClientError.self) { try https.get("https://\(elsewhere)/status/200") }
        #expect(error?.isRetryable == false)
    }

    @Test func `No TLS where TLS is expected is refused`() throws {
        let client = try LoggedLoop(options(peers.authority))
        client.connect("wss://localhost:\(peers.places.ws)/echo")
        #expect(try client.log.closing().hasPrefix("cannot connect: "))
        #expect(throws: HTTPClientError.self) {
            try HTTPClient(options: options(peers.authority)).get("https://localhost:\(peers.places.http)/")
        }
    }

    @Test func `A file without certificates is refused at the start`() throws {
        for file in ["/does/not/exist.pem", "/dev/null"] {
            let error = #expect(throws: WebSocketError.self) { _ = try LoggedLoop(options(file)) }
            #expect(error?.description.contains(file) == true)
        }
        #expect(throws: HTTPClientError.self) { try HTTPClient(options: options("/does/not/exist.pem")) }
        let client = try HTTPClient(options: options("/dev/null"))
        let error = #expect(throws: HTTPClientError.self) { try client.get("https://\(here)/") }
        #expect(error?.isRetryable == false)
    }

    @Test func `A proxy is gone through, for both kinds and with and without TLS`() throws {
        let before = try peers.counts()["connects"] ?? 0
        let proxied = options(peers.authority, proxy: "http://127.0.0.1:\(peers.places.proxy)")
        let client = try LoggedLoop(proxied)
        client.connect("wss://\(here)/ws/echo", link: 1)
        client.connect(peers.ws + "/echo", link: 2)
        // The proxy looks names up, and takes every name for this machine: the certificate is what tells.
        client.connect("wss://elsewhere.example:\(peers.places.elsewhere ?? 0)/ws/echo", link: 3)
        for link in 1...3 {
            client.send("through \(link)", link: link)
            #expect(try client.log.waitForMessages(1, of: link) == ["through \(link)"])
        }
        let http = try HTTPClient(options: proxied)
        #expect(try http.get("https://\(here)/status/200").status == 200)
        #expect(try http.get(peers.http + "/status/200").status == 200)
        #expect(try peers.counts()["connects"] == before + 5)
    }

    @Test func `A proxy's password is sent, and its refusal is a reason`() throws {
        let before = try peers.counts()["authorized"] ?? 0
        let port = peers.places.shutProxy
        let known = options(peers.authority, proxy: "http://user:secret@localhost:\(port)")
        let client = try LoggedLoop(known)
        client.connect("wss://\(here)/ws/echo")
        client.send("through")
        #expect(try client.log.waitForMessages(1) == ["through"])
        #expect(try HTTPClient(options: known).get("https://\(here)/status/200").status == 200)
        #expect(try peers.counts()["authorized"] == before + 2)

        let unknown = options(peers.authority, proxy: "localhost:\(port)")
        let refused = try LoggedLoop(unknown)
        refused.connect("wss://\(here)/ws/echo")
        #expect(try refused.log.closing().hasPrefix("cannot connect: "))
        #expect(throws: HTTPClientError.self) { try HTTPClient(options: unknown).get("https://\(here)/status/200") }
    }

    @Test(arguments: ["socks5://127.0.0.1:1", "https://127.0.0.1:1", "http://", "http://host:0"])
    func `A proxy of another kind is refused in words`(proxy: String) throws {
        let client = try LoggedLoop(options(nil, proxy: proxy))
        client.connect("wss://\(here)/ws/echo")
        #expect(try client.log.closing() == "the proxy \(proxy) cannot be used: give http://host:port")
        let error = #expect(throws: HTTPClientError.self) { try HTTPClient(options: options(nil, proxy: proxy)).get("https://\(here)/") }
        #expect(error?.description.contains("cannot be used") == true)
    }

    /// Which way a WebSocket and a request go under some environment: through the proxy, or directly.
    private func ways(_ environment: [String: String], host: String = "localhost") throws -> String {
        let before = try peers.counts()["connects"] ?? 0
        var options = options(peers.authority)
        options.proxy = nil
        options.environment = { environment[$0] }
        let client = try LoggedLoop(options)
        let http = try HTTPClient(options: options)
        client.connect("wss://\(host):\(peers.places.tls ?? 0)/ws/echo", link: 1)
        try client.log.wait { $0.contains(.opened(1)) ? () : nil }
        let wss = try peers.counts()["connects"] ?? 0
        client.connect("ws://\(host):\(peers.places.ws)/echo", link: 2)
        try client.log.wait { $0.contains(.opened(2)) ? () : nil }
        let ws = try peers.counts()["connects"] ?? 0
        _ = try http.get("https://\(host):\(peers.places.tls ?? 0)/status/200")
        let https = try peers.counts()["connects"] ?? 0
        _ = try http.get("http://\(host):\(peers.places.http)/status/200")
        let plain = try peers.counts()["connects"] ?? 0
        return "wss \(wss - before) ws \(ws - wss) https \(https - ws) http \(plain - https)"
    }

    @Test func `The environment's proxy is taken by curl's rules, by both clients`() throws {
        let proxy = "http://127.0.0.1:\(peers.places.proxy)"
        #expect(try ways([:]) == "wss 0 ws 0 https 0 http 0")
        #expect(try ways(["https_proxy": proxy]) == "wss 1 ws 0 https 1 http 0")
        #expect(try ways(["HTTPS_PROXY": proxy]) == "wss 1 ws 0 https 1 http 0")
        #expect(try ways(["http_proxy": proxy]) == "wss 0 ws 1 https 0 http 1")
        #expect(try ways(["HTTP_PROXY": proxy]) == "wss 0 ws 0 https 0 http 0")
        #expect(try ways(["all_proxy": "127.0.0.1:\(peers.places.proxy)"]) == "wss 1 ws 1 https 1 http 1")
        for list in ["*", "localhost", "example.org, .localhost", "other,LOCALHOST"] {
            #expect(try ways(["ALL_PROXY": proxy, "no_proxy": list]) == "wss 0 ws 0 https 0 http 0")
        }
        for list in ["host", "localhost.org", "127.0.0.2"] {
            #expect(try ways(["ALL_PROXY": proxy, "NO_PROXY": list]) == "wss 1 ws 1 https 1 http 1")
        }
        #expect(try ways(["ALL_PROXY": proxy, "NO_PROXY": "127.0.0.1"], host: "127.0.0.1") == "wss 0 ws 0 https 0 http 0")
    }
}
