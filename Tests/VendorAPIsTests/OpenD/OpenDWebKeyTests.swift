import Access
import Foundation
import MarketModel
import MarketService
import TestSupport
import Testing
import Transport
import VendorAPIs

/// The keys of the WebSocket: who is let in, for how long, and how often they may ask.
final class OpenDWebKeyTests {
    private static let second: Int64 = 1_000_000_000
    private let folder: Folder
    private let access: AccessControl
    /// What `millrace keys` would have open beside the server.
    private let store: KeyStore

    init() throws {
        folder = try Folder()
        let path = folder.path + "/catalogue.sqlite"
        access = try AccessControl(store: KeyStore(path: path))
        store = try KeyStore(path: path)
    }

    private func session(isOpenWithoutKeys: Bool = true, quota: OpenDQuota = .vendor) throws -> Client {
        let rows = try ["2026-06-12", "2024-06-11"].map { text in
            try OptionStatistic(
                market: .usSecurities, day: #require(CivilDate(text)), measure: .volume, count: #require(PutCallCount(calls: 4, puts: 2)),
                source: "test")
        }
        let keys = OpenDKeyring(access: access, isOpenWithoutKeys: isOpenWithoutKeys)
        return Client(OpenDWebSession(statistics: OptionStatisticTable(rows), connection: 77, keys: keys, quota: quota, at: Client.start))
    }

    /// A client without a socket, and its clock.
    private struct Client {
        static let start = StreamTime(nanoseconds: 5, microseconds: 1_781_600_000_000_000)
        private var session: OpenDWebSession
        var time = start

        init(_ session: OpenDWebSession) { self.session = session }

        /// Sends a message; returns the header's error and words, the close code, and what the body says.
        mutating func send(_ command: UInt32, _ body: [UInt8]) throws -> (error: Int, words: String, code: Int?, body: ProtobufMessage) {
            let reply = session.receive(OpenDWebMessage(command: command, section: 9, body: body[...]).question[...], at: time)
            let bytes = try #require(reply.message)
            let words = String(decoding: bytes[24..<44].prefix { $0 != 0 }, as: UTF8.self)
            return (Int(bytes[23]), words, reply.end?.code, try #require(ProtobufMessage(bytes[44...])))
        }

        /// Logs in with what it shows of its key; whether that was good.
        mutating func logIn(_ shown: String) throws -> Bool {
            let answer = try send(1, OpenDWebKeyTests.logIn(shown))
            #expect(answer.words == (answer.error == 0 ? "" : "invalid key") && answer.code == (answer.error == 0 ? nil : 1008))
            return answer.error == 0
        }

        /// Asks for a market's volume; what it is refused with, or "" for an answer.
        mutating func ask(page: String? = nil) throws -> String {
            var writer = ProtobufWriter()
            writer.message(1, OpenDPeer.volume("2024-06-01", "2026-06-15", key: page.map { Array($0.utf8) }))
            let answer = try send(3301, writer.bytes)
            return answer.error == 0 ? answer.body.text(2) ?? "" : answer.words
        }

        /// Asks for an underlying of which nothing is known, which counts; what it is refused with.
        mutating func askUnderlying() throws -> String? {
            var writer = ProtobufWriter()
            writer.message(1) { question in
                question.message(1) { owner in
                    owner.integer(1, 11)
                    owner.bytes(2, "AAPL".utf8)
                }
            }
            return try send(3302, writer.bytes).body.text(2)
        }

        /// The close code of a connection that says nothing, as of now.
        var code: Int? { session.end(at: time.nanoseconds)?.code }
    }

    private static func logIn(_ shown: String) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.message(1) { fields in
            fields.bytes(4, shown.utf8)
            fields.bytes(6, "JavaScript".utf8)
        }
        return writer.bytes
    }

    private func make(_ plan: String, of plans: Plans = .standard) throws -> (id: String, shown: String) {
        let (record, key) = try store.create(vendor: "opend", plan: plan, of: plans, now: 0)
        try access.refresh()
        return (record.id, try md5(key))
    }

    @Test func `The MD5 of a good key is let in, and nothing else`() throws {
        let key = try store.create(vendor: "opend", plan: "standard", now: 0).key
        let revoked = try make("standard")
        try store.revoke(id: revoked.id, now: 1)
        let other = try store.create(vendor: "oanor", plan: "unlimited", now: 0).key
        try access.refresh()
        let shown = try md5(key)
        for (wrong, isGood) in [
            (shown, true), (shown.uppercased(), false), (String(shown.prefix(31)), false), (shown + "0", false), (key, false), ("", false),
            (try md5(other), false), (other, false), (revoked.shown, false), (String(repeating: "0", count: 32), false),
        ] {
            var client = try session()
            #expect(try client.logIn(wrong) == isGood, "\(wrong)")
            #expect(try client.ask() == (isGood ? "" : "log in first"), "\(wrong)")
        }
    }

    @Test func `Without a key ever made anybody is let in on loopback, and nobody beyond`() throws {
        var (client, stranger) = (try session(), try session(isOpenWithoutKeys: false))
        #expect(try client.logIn("") && client.ask() == "" && client.code == nil)
        #expect(try !stranger.logIn("") && !stranger.logIn("5ebe2294ecd0e0f08eab7690d2a6ee69"))
        // With the first key who was let in without one has to go, whether it asks or not.
        let (_, shown) = try make("standard")
        #expect(client.code == 4001)
        #expect(try client.ask() == "invalid key")
        #expect(try client.logIn(shown) && client.ask() == "" && client.code == nil)
    }

    @Test func `A key that is revoked or rotated ends its open sessions, between login and first question too`() throws {
        let (gone, turned, kept) = (try make("standard"), try make("unlimited"), try make("unlimited"))
        var clients = [try session(), try session(), try session(), try session()]
        for (index, key) in [gone, gone, turned, kept].enumerated() { #expect(try clients[index].logIn(key.shown)) }
        #expect(try clients[0].ask() == "" && clients.allSatisfy { $0.code == nil })
        try store.revoke(id: gone.id, now: 1)
        let new = try md5(store.rotate(id: turned.id).key)
        try access.refresh()
        #expect(clients.map(\.code) == [4001, 4001, 4001, nil])
        // Who asks before that is noticed gets no answer, of whatever kind.
        for command in [3301, 3302, 1002, 1004, 7777] as [UInt32] {
            for index in 0..<3 {
                let answer = try clients[index].send(command, [])
                #expect(answer.error == 1 && answer.words == "invalid key" && answer.code == 4001 && answer.body.integer(1) == -1)
            }
        }
        #expect(try clients[3].ask() == "" && !clients[0].logIn(gone.shown) && !clients[2].logIn(turned.shown))
        #expect(try clients[2].logIn(new) && clients[2].ask() == "")
    }

    @Test func `Sixty first pages of each kind in thirty seconds are a key's, whatever connections it has`() throws {
        let (first, second, free) = (try make("standard"), try make("standard"), try make("unlimited"))
        var (one, two, other, unlimited) = (try session(), try session(), try session(), try session())
        #expect(try one.logIn(first.shown) && two.logIn(first.shown) && other.logIn(second.shown) && unlimited.logIn(free.shown))
        for _ in 0..<30 { #expect(try one.ask() == "" && two.ask() == "") }
        let words = "获取期权市场统计频率太高，请求失败，每30秒最多60次。"
        #expect(try one.ask() == words && two.ask() == words && other.ask() == "")
        // Further pages do not count, and neither do other protocols.
        #expect(try one.ask(page: "2025-06-15") == "")
        #expect(try one.send(1002, []).body.integer(1) == 0)
        for _ in 0..<60 { #expect(try one.askUnderlying() == "没有该标的的期权统计数据") }
        #expect(try two.askUnderlying() == "获取期权标的历史统计频率太高，请求失败，每30秒最多60次。")
        for _ in 0..<200 { #expect(try unlimited.ask() == "") }
        one.time.nanoseconds += 30 * Self.second - 1
        #expect(try one.ask() == words)
        one.time.nanoseconds += 1
        #expect(try one.ask() == "")
    }

    @Test func `Without a key the vendor's limit is a connection's`() throws {
        var (one, two) = (try session(), try session())
        #expect(try one.logIn("") && two.logIn(""))
        for _ in 0..<60 { #expect(try one.ask() == "") }
        #expect(try one.ask() == "获取期权市场统计频率太高，请求失败，每30秒最多60次。" && two.ask() == "")
    }

    @Test func `A plan of one's own has its limits and its month, and a change of it holds at once for open sessions`() throws {
        func plans(_ calls: Int, month: Int?) -> Plans {
            Plans(
                Plans.standard.all + [
                    Plan(vendor: "opend", name: "mine", callsPerMonth: month, limits: [CallLimit(calls, inSeconds: 5)])
                ])
        }
        let key = try make("mine", of: plans(2, month: 4))
        try access.adopt(plans(2, month: 4))
        var client = try session()
        #expect(try client.logIn(key.shown) && client.ask() == "" && client.ask() == "")
        #expect(try client.ask() == "获取期权市场统计频率太高，请求失败，每5秒最多2次。")
        try access.adopt(plans(3, month: 4))
        #expect(try client.ask() == "" && client.ask() == "获取期权市场统计频率太高，请求失败，每5秒最多3次。")
        // Further pages count in the month, or one could ask for all with them.
        #expect(try client.ask(page: "2025-06-15") == "" && client.ask(page: "2025-06-15") == "本月请求次数已用完")
        try access.adopt(plans(9, month: nil))
        #expect(try client.ask() == "" && client.code == nil)
        try access.adopt(.standard)
        #expect(client.code == 4001)
    }

    @Test func `Over a real WebSocket a key is let in until it is revoked, and a stranger is closed`() throws {
        let day = try #require(CivilDate("2026-06-12"))
        let count = try #require(PutCallCount(calls: 4, puts: 2))
        let table = OptionStatisticTable([OptionStatistic(market: .usSecurities, day: day, measure: .volume, count: count, source: "test")])
        access.follow { Issue.record("\($0)") }
        let key = try make("standard")
        let mount = OpenDService(statistics: table).webSocketMount(access: access, isOpenWithoutKeys: true)
        let server = try Server(router: Router([mount]))
        defer { server.stop(grace: 0) }
        let script = """
            import asyncio, sys, websockets
            login, question, bad = (bytes.fromhex(word) for word in sys.argv[2:5])
            async def main():
                async with websockets.connect(f"ws://127.0.0.1:{sys.argv[1]}/") as socket:
                    await socket.send(bad)
                    print((await socket.recv())[20:35])
                    await socket.wait_closed()
                    print(socket.close_code)
                async with websockets.connect(f"ws://127.0.0.1:{sys.argv[1]}/") as socket:
                    await socket.send(login)
                    print((await socket.recv())[20:24].hex())
                    await socket.send(question)
                    answer = await socket.recv()
                    print(answer[8:24].hex(), b"2026-06-12" in answer, flush=True)
                    await socket.wait_closed()
                    print(socket.close_code)
            asyncio.run(main())
            """
        var writer = ProtobufWriter()
        writer.message(1, OpenDPeer.volume("2026-06-01", "2026-06-15"))
        func hex(_ command: UInt32, _ body: [UInt8]) -> String {
            OpenDWebMessage(command: command, section: 9, body: body[...]).question
                .map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        }
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "\(StreamService.root)/.venv/bin/python")
        process.arguments = [
            "-c", script, "\(server.port)", hex(1, Self.logIn(key.shown)), hex(3301, writer.bytes), hex(1, Self.logIn("no")),
        ]
        process.standardOutput = output
        try process.run()
        // It says nothing more until its connection is closed.
        var text = ""
        while !text.contains("True\n"), case let more = output.fileHandleForReading.availableData, !more.isEmpty {
            text += String(decoding: more, as: UTF8.self)
        }
        try store.revoke(id: key.id, now: 1)
        text += String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(text == "b'\\x00\\x00\\x00\\x01invalid key'\n1008\n00000000\n00000ce5000000000000000900000000 True\n4001\n", "\(text)")
        try access.stop()
    }
}
