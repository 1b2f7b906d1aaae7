import MarketModel
import MarketService
import TestSupport
import Testing
import Transport
import VendorAPIs

/// The WebSocket of the JavaScript client, by messages written as its layout is documented.
@Suite struct OpenDWebTests {
    private static let time = StreamTime(nanoseconds: 5, microseconds: 1_781_600_000_000_000)

    private func session() -> OpenDWebSession {
        let rows = ["2026-06-12", "2026-06-11"].compactMap { CivilDate($0) }.compactMap { day in
            PutCallCount(calls: 4, puts: 2).map {
                OptionStatistic(market: .usSecurities, day: day, measure: .volume, count: $0, source: "test")
            }
        }
        return OpenDWebSession(statistics: OptionStatisticTable(rows), connection: 77, at: Self.time)
    }

    private func logIn(_ key: String = "") -> [UInt8] {
        var writer = ProtobufWriter()
        writer.message(1) { fields in
            fields.bytes(4, key.utf8)
            fields.bytes(6, "JavaScript".utf8)
        }
        return OpenDWebMessage(command: 1, section: 0x0102_0304_0506_0708, body: writer.bytes[...]).question
    }

    /// The header's parts and the body of an answer.
    private func parts(_ message: [UInt8]?) throws -> (
        command: UInt32, section: [UInt8], error: Int32, words: String, body: ProtobufMessage
    ) {
        let bytes = try #require(message)
        try #require(bytes.count > 44)
        #expect(Array(bytes[..<8]) == Array("ft-v1.0\0".utf8))
        let command = bytes[8..<12].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        let error = bytes[20..<24].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        let words = String(decoding: bytes[24..<44].prefix { $0 != 0 }, as: UTF8.self)
        return (command, Array(bytes[12..<20]), Int32(bitPattern: error), words, try #require(ProtobufMessage(bytes[44...])))
    }

    @Test func `A client logs in, and asks as others do`() throws {
        var session = session()
        #expect(logIn()[..<20] == [0x66, 0x74, 0x2d, 0x76, 0x31, 0x2e, 0x30, 0, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8])
        let login = try parts(session.receive(logIn()[...], at: Self.time).message)
        #expect(login.command == 1 && login.section == [1, 2, 3, 4, 5, 6, 7, 8] && login.error == 0 && login.words.isEmpty)
        let content = try #require(login.body.bytes(4).flatMap { ProtobufMessage($0) })
        #expect(login.body.integer(1) == 0 && content.integer(1) == 1_781_600_000 && content.integer(2) == 77)
        var writer = ProtobufWriter()
        writer.message(1, OpenDPeer.volume("2026-06-01", "2026-06-15"))
        let question = OpenDWebMessage(command: 3301, section: 9, body: writer.bytes[...]).question
        let reply = session.receive(question[...], at: Self.time)
        let answer = try parts(reply.message)
        #expect(answer.command == 3301 && answer.section == [0, 0, 0, 0, 0, 0, 0, 9] && answer.error == 0 && reply.end == nil)
        #expect(answer.body.integer(1) == 0 && answer.body.bytes(4)?.isEmpty == false)
        let unknown = OpenDWebMessage(command: 3203, section: 9, body: []).question
        #expect(try parts(session.receive(unknown[...], at: Self.time).message).body.integer(1) == -1)
    }

    @Test func `Who has not logged in within half a minute is let go, and who has may stay`() {
        var session = session()
        #expect(session.end(at: 30_000_000_004) == nil && session.end(at: 30_000_000_005)?.code == 1008)
        _ = session.receive(logIn()[...], at: Self.time)
        #expect(session.end(at: .max) == nil)
    }

    @Test func `Nothing is taken before the client has logged in, and no message that is none`() throws {
        var session = session()
        let question = OpenDWebMessage(command: 1002, section: 1, body: []).question
        let reply = session.receive(question[...], at: Self.time)
        #expect(try parts(reply.message).error == 1 && reply.end?.code == 1008)
        var wrong = logIn()
        wrong[0] = 0
        for bytes in [wrong, Array(logIn().prefix(19)), []] {
            var session = self.session()
            let reply = session.receive(bytes[...], at: Self.time)
            #expect(reply.message == nil && reply.end?.code == 1008)
        }
        var malformed = self.session()
        let bad = OpenDWebMessage(command: 1, section: 1, body: [0xff]).question
        #expect(try parts(malformed.receive(bad[...], at: Self.time).message).words == "invalid message")
    }

    @Test func `Words are twenty characters at most`() {
        let message = OpenDWebMessage(command: 1, section: 1, body: [5])
        #expect(message.answer(error: -2, words: String(repeating: "x", count: 30)).count == 45)
        #expect(Array(message.answer(error: -2)[20..<24]) == [0xff, 0xff, 0xff, 0xfe])
    }

    @Test func `Damaged messages never trap`() {
        var random = Seeded.fresh()
        for _ in 0..<3000 {
            var session = session()
            if random.next() % 2 == 0 { _ = session.receive(logIn()[...], at: Self.time) }
            var bytes = logIn()
            for _ in 0..<3 { bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next()) }
            let reply = session.receive(bytes.prefix(Int(random.next() % 64))[...], at: Self.time)
            if let message = reply.message { #expect(message.count > 44) }
        }
    }
}
