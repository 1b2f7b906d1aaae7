import Foundation
import Pipeline
import Synchronization
import Testing
import Transport

struct HTTPClientTests {
    let peers: Peers

    init() throws { peers = try Peers.plain.get() }

    @Test(arguments: [200, 204, 404, 418, 429, 500])
    func `An answer of any status is an answer, with its headers`(status: Int) throws {
        let answer = try HTTPClient(options: .direct).get(peers.http + "/status/\(status)")
        #expect(answer.status == status)
        #expect(answer.header("retry-after") == "7")
        #expect(answer.header("x-mbx-used-weight-1m") == "12")
        #expect(answer.header("absent") == nil)
        if status != 204 { #expect(answer.body == Array("\(status)".utf8)) }
    }

    @Test func `Bodies come whole: long, packed and in chunks`() throws {
        let client = try HTTPClient(options: .direct)
        #expect(try client.get(peers.http + "/size/5000000").body == [UInt8](repeating: UInt8(ascii: "x"), count: 5_000_000))
        #expect(try client.get(peers.http + "/size/0").body.isEmpty)
        #expect(try client.get(peers.http + "/gzip/300000").body.count == 300_000)
        #expect(try client.get(peers.http + "/chunks/1000").body == (0..<1000).flatMap { Array("\($0),".utf8) })
    }

    @Test func `A body that is too long is refused, packed ones by what they unpack to`() throws {
        let client = try HTTPClient(options: .changed { $0.maximumBody = 1000 })
        #expect(try client.get(peers.http + "/size/1000").body.count == 1000)
        for path in ["/size/1001", "/gzip/300000"] {
            let error = #expect(throws: HTTPClientError.self) { try client.get(peers.http + path) }
            #expect(error?.description.contains("longer than 1000 bytes") == true)
            #expect(error?.isRetryable == false)
        }
        #expect(try client.get(peers.http + "/size/10").body.count == 10)
    }

    @Test func `What is sent arrives, and a POST does not change the next GET`() throws {
        let client = try HTTPClient(options: .direct)
        for size in [0, 1, 2000, 1_500_000] {
            let body = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let answer = try client.post(peers.http + "/echo", body: body, headers: [Header("X-Some", "thing")])
            #expect(answer.body == body)
            #expect(answer.header("content-type") == "application/json; charset=utf-8")
            #expect(answer.header("x-expect") == "none")
        }
        let headers = try JSONDecoder().decode(
            Headers.self, from: Data(try client.get(peers.http + "/headers", headers: [Header("X-MBX-TIME-UNIT", "MICROSECOND")]).body))
        #expect(headers.unit == "MICROSECOND")
        #expect(headers.agent == "millrace")
        #expect(headers.type == nil)
    }

    private struct Headers: Decodable {
        var peer: Int
        var unit, agent, type: String?

        enum CodingKeys: String, CodingKey {
            case peer
            case unit = "x-mbx-time-unit"
            case agent = "user-agent"
            case type = "content-type"
        }
    }

    @Test func `A connection is kept between requests`() throws {
        let client = try HTTPClient(options: .direct)
        let peers = try (0..<5).map { _ in
            try JSONDecoder().decode(Headers.self, from: Data(try client.get(self.peers.http + "/headers").body)).peer
        }
        #expect(Set(peers).count == 1)
    }

    @Test(arguments: ["/half", "/nonsense", "/headers-without-end"])
    func `An answer that is not whole is an error`(path: String) throws {
        let client = try HTTPClient(options: .direct)
        let error = #expect(throws: HTTPClientError.self) { try client.get(peers.http + path) }
        #expect(error?.description.contains(peers.http) == true)
        #expect(try client.get(peers.http + "/status/200").status == 200)
    }

    @Test func `Nobody there, no such name and no answer in time are errors that may pass`() throws {
        let free = try ListeningPort()
        let port = free.port
        free.close()
        let client = try HTTPClient(options: .changed { $0.totalSeconds = 1 })
        for url in ["http://127.0.0.1:\(port)/", "http://no-such-host.invalid/", peers.http + "/never"] {
            let error = #expect(throws: HTTPClientError.self) { try client.get(url + "?secret=1") }
            #expect(error?.isRetryable == true)
            #expect(error?.description.contains("secret") == false)
        }
    }

    @Test(arguments: ["", "ftp://127.0.0.1/", "file:///etc/passwd", "http://", "http://host/\r\nX: y", "http://user@host/"])
    func `What is no address is refused`(url: String) throws {
        let error = #expect(throws: HTTPClientError.self) { try HTTPClient(options: .direct).get(url) }
        #expect(error?.description.hasPrefix("not an http or https address") == true)
        #expect(error?.isRetryable == false)
    }

    @Test func `A redirect is an answer`() throws {
        let answer = try HTTPClient(options: .direct).get(peers.http + "/redirect")
        #expect(answer.status == 302)
        #expect(answer.header("location") == "/status/200")
    }

    @Test func `A request that nobody wants any more ends`() throws {
        let client = try HTTPClient(options: .direct)
        let cancellation = Cancellation()
        let outcome = Condition<HTTPClientError?>(nil)
        let url = peers.http + "/never"
        let thread = try #require(
            JoinableThread {
                do throws(HTTPClientError) {
                    _ = try client.get(url, cancellation: cancellation)
                } catch {
                    outcome.withLock { $0 = error }
                }
            })
        cancellation.cancel()
        thread.join()
        #expect(outcome.withLock { $0?.isCancelled } == true)
    }

    @Test func `Many threads share a client`() throws {
        let client = try HTTPClient(options: .direct)
        let wrong = Atomic<Int>(0)
        let url = peers.http
        withExtendedLifetime(client) {
            let threads = (0..<16).compactMap { thread in
                JoinableThread {
                    for round in 0..<50 where (try? client.get(url + "/size/\(thread * 100 + round)"))?.body.count != thread * 100 + round {
                        wrong.add(1, ordering: .relaxed)
                    }
                }
            }
            for thread in threads { thread.join() }
        }
        #expect(wrong.load(ordering: .relaxed) == 0)
    }
}
