import Foundation
import MarketModel
import MillraceClient
import TestSupport
import Testing

/// Servers that are none.
struct HostileTests {
    private static func http(_ body: String, _ head: String = "200 OK", length: Int? = nil) -> [UInt8] {
        Array("HTTP/1.1 \(head)\r\nContent-Type: application/json\r\nContent-Length: \(length ?? body.utf8.count)\r\n\r\n\(body)".utf8)
    }

    private static func instrument(_ change: (inout [String: Any]) -> Void) throws -> [UInt8] {
        var row: [String: Any] = [
            "venue": "binance-spot", "symbol": "BTCUSDT", "atlas": NSNull(), "kind": "spot", "contract_size": 1, "state": "live",
            "reason": NSNull(), "durable_id": "5", "durable_time": 1, "first_time": 1, "last_time": 2, "lag": 3, "days": 1, "trades": 5,
            "open_gaps": 0,
        ]
        change(&row)
        return http(String(decoding: try JSONSerialization.data(withJSONObject: ["instruments": [row]]), as: UTF8.self))
    }

    @Test func `Answers that are none, of other kinds, cut off or endless are errors`() async throws {
        let good = try Listener.answering(Self.instrument { _ in })
        #expect(try await Millrace(url: "http://127.0.0.1:\(good.port)").instruments().first?.trades == 5)
        let hostile: [(String, [UInt8])] = try [
            ("nothing", []), ("noise", (0..<5000).map { UInt8(truncatingIfNeeded: $0 * 7) }), ("not HTTP", Array("SSH-2.0-x\r\n".utf8)),
            ("empty", Self.http("")), ("text", Self.http("<html>")), ("half", Self.http(#"{"instruments":["#)),
            ("no UTF-8", Self.http(#"{"instruments":[]}"#, length: 19) + [0xFF]), ("a list", Self.http("[]")), ("null", Self.http("null")),
            ("a number", Self.http(#"{"instruments":5}"#)), ("rows that are none", Self.http(#"{"instruments":[1,null,"x",[]]}"#)),
            ("cut off", Self.http(#"{"instruments":[]"#, length: 5000)),
            ("chunks", Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz".utf8)),
            ("deep", Self.http(String(repeating: "[", count: 100_000))),
            ("huge headers", Array(("HTTP/1.1 200 OK\r\nX: " + String(repeating: "x", count: 2 << 20)).utf8)),
            ("a redirect", Array("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n".utf8)),
            ("a proxy's page", Self.http("<h1>Bad gateway</h1>", "502 Bad Gateway")),
            ("an odd refusal", Self.http(#"{"error":{"message":5}}"#, "400 Bad Request")),
            ("no venue", Self.instrument { $0["venue"] = "NOT A VENUE" }), ("text as count", Self.instrument { $0["trades"] = "5" }),
            ("a fraction", Self.instrument { $0["trades"] = 5.5 }), ("too large", Self.instrument { $0["last_time"] = 1e30 }),
            ("a word", Self.instrument { $0["state"] = "asleep" }), ("missing", Self.instrument { $0["days"] = nil }),
            ("null", Self.instrument { $0["trades"] = NSNull() }),
        ]
        for (name, bytes) in hostile {
            let listener = try Listener.answering(bytes)
            let millrace = try Millrace(url: "http://127.0.0.1:\(listener.port)", timeoutSeconds: 20)
            let error = await #expect(throws: MillraceError.self, "\(name)") { try await millrace.instruments() }
            #expect(error?.description.isEmpty == false, "\(name)")
        }
    }

    @Test func `An event that is no event ends a stream with an error, and unknown kinds are passed over`() async throws {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
        let ready = "id: a-1\nevent: ready\ndata: {\"id\":\"a-1\",\"type\":\"ready\",\"topics\":[]}\n\n"
        let news = ": hi\n\nid: a-2\r\ndata: {\"id\":\"a-2\",\r\ndata: \"type\":\"news\"}\r\n\r\n"
        let hostile = [
            "data: nonsense\n\n", "data: {}\n\n", "data: {\"type\":\"trades\"}\n\n", "data: {\"type\":\"bar\",\"values\":7}\n\n",
            "data: {\"type\":\"gap\",\"venue\":\"okx-spot\",\"symbol\":\"x\",\"state\":\"open\",\"from_id\":9,\"to_id\":1,\"time_from\":0,\"time_to\":0}\n\n",
            "data: " + String(repeating: "x", count: 17 << 20),
        ]
        let page = try Listener.answering(Self.http("<h1>Log in</h1>"))
        let error = await #expect(throws: MillraceError.self) {
            try await Millrace(url: "http://127.0.0.1:\(page.port)").stream([.trades(.okxSpot, "x")]).collected()
        }
        #expect(error?.kind == .unreadable)
        for bytes in hostile {
            let listener = try Listener.answering(Array((head + ready + news + bytes).utf8))
            let millrace = try Millrace(url: "http://127.0.0.1:\(listener.port)")
            var events: [StreamEvent] = []
            let error = await #expect(throws: MillraceError.self) {
                for try await event in millrace.stream([.trades(.okxSpot, "x")]) { events.append(event) }
            }
            #expect(error?.kind == .unreadable && events.first?.content == .ready && events.count == 1, "\(bytes.prefix(80)): \(events)")
        }
    }

    @Test(.timeLimit(.minutes(2))) func `Cancelled requests and streams let go of their sockets and threads`() async throws {
        // Answers nothing, and an event stream that never ends.
        let silent = try Listener { client in
            var byte: UInt8 = 0
            while read(client, &byte, 1) > 0 {}
        }
        let before = try Self.threads()
        for stream in [false, true] {
            let tasks = (0..<100).map { _ in
                Task {
                    let millrace = try Millrace(url: "http://127.0.0.1:\(silent.port)")
                    if stream {
                        for try await _ in millrace.stream([.trades(.okxSpot, "x")]) {}
                    } else {
                        _ = try await millrace.instruments()
                    }
                }
            }
            try await until("a hundred are on their way") { silent.connections == 100 }
            for task in tasks { task.cancel() }
            for task in tasks {
                if stream {
                    try await task.value
                } else {
                    await #expect(throws: CancellationError.self) { try await task.value }
                }
            }
            try await until("their sockets are closed") { silent.connections == 0 }
        }
        // Other tests run meanwhile, with a few threads of their own.
        try await until("their threads have ended") { (try? Self.threads()).map { $0 < before + 80 } ?? false }
    }

    private static func threads() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count
    }
}
