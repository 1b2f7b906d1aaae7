import Foundation
import TestSupport
import Testing
import Transport
import VendorAPIs

/// A session that is asked without sockets, by a clock of the test.
@Suite struct OpenDSessionTests {
    @Test func `The real client's first frame is answered with all that it has to know`() throws {
        var peer = OpenDPeer()
        let frame = try #require(try peer.send(OpenDFrameTests.hello).first)
        #expect(frame.protocolID == 1001 && frame.serial == 0x065d && frame.format == 0)
        let answer = try OpenDPeer.Answer(frame)
        let content = try #require(answer.content)
        #expect(answer.ret == 0 && content.integer(1) == 1011 && content.integer(2) == 0 && content.integer(3) == 77)
        #expect(content.text(4) == OpenDPeer.identity.key && content.integer(5) == 10 && content.text(6) == nil)
    }

    @Test func `Nothing but InitConnect is taken first, and that once`() throws {
        for protocolID in [1002, 1004, 3301, 4000] as [UInt32] {
            var peer = OpenDPeer()
            #expect(try peer.send(OpenDPeer.frame(protocolID, [0x0a, 0])).isEmpty && peer.isClosed, "\(protocolID)")
        }
        var peer = OpenDPeer()
        try peer.begin()
        #expect(try peer.send(OpenDFrameTests.hello).isEmpty && peer.isClosed)
    }

    @Test func `A first message that is wrong in any way closes without a word`() throws {
        var hash = OpenDFrameTests.hello
        hash[20] ^= 1
        var format = OpenDFrameTests.hello
        format[6] = 2
        let noClient = OpenDPeer.frame(1001, [0x0a, 0x03, 0x08, 0xac, 0x02])
        for bytes in [hash, format, noClient, OpenDPeer.frame(1001, []), OpenDPeer.frame(1001, Array("{}".utf8), format: .json)] {
            var peer = OpenDPeer()
            #expect(try peer.send(bytes).isEmpty && peer.isClosed)
        }
        // Nobody who has not said who it is sends more than a little.
        var long = Array(OpenDFrameTests.hello.prefix(44))
        long[12...15] = [1, 16, 0, 0]
        var peer = OpenDPeer()
        #expect(try peer.send(long).isEmpty && peer.isClosed)
    }

    @Test func `A frame whose hash is wrong closes`() throws {
        var peer = OpenDPeer()
        try peer.begin()
        var bytes = OpenDPeer.frame(1004, [0x0a, 0x02, 0x08, 0x01])
        bytes[16] ^= 0x80
        #expect(try peer.send(bytes).isEmpty && peer.isClosed)
    }

    @Test func `Frames that come byte by byte, or all at once, get the same answers`() throws {
        let frames = OpenDFrameTests.hello + (1...20).flatMap { OpenDPeer.frame(1004, serial: $0, [0x0a, 0x02, 0x08, 0x01]) }
        var whole = OpenDPeer()
        let expected = try whole.send(frames).map { Array($0.body) + [UInt8($0.serial & 0xff)] }
        #expect(expected.count == 21)
        var random = Seeded.fresh()
        for _ in 0..<50 {
            var peer = OpenDPeer()
            var got: [[UInt8]] = []
            var rest = frames[...]
            while !rest.isEmpty {
                let count = random.next() % 3 == 0 ? 1 : Int(random.next() % 200) + 1
                got += try peer.send(Array(rest.prefix(count))).map { Array($0.body) + [UInt8($0.serial & 0xff)] }
                rest = rest.dropFirst(count)
            }
            #expect(got == expected && !peer.isClosed)
        }
    }

    @Test func `KeepAlive tells the time, and GetGlobalState all that clients ask for`() throws {
        var peer = OpenDPeer()
        try peer.begin()
        #expect(try peer.ask(1004) { $0.integer(1, 5) }.content?.integer(1) == 1_781_600_000)
        let state = try #require(try peer.ask(1002) { $0.integer(1, 0) }.content)
        for number in [1, 2, 3, 4, 5] { #expect(state.integer(number) == 0) }
        #expect(state.integer(6) == 1 && state.integer(7) == 0 && state.integer(8) == 1011 && state.integer(9) == 7108)
        #expect(state.integer(10) == 1_781_600_000 && state.double(11) == 1_781_600_000 && state.integer(16) == 77)
        #expect(try #require(state.bytes(12).flatMap { ProtobufMessage($0) }).integer(1) == 10)
    }

    @Test func `An unknown protocol is refused with a word, and the connection stays`() throws {
        var peer = OpenDPeer()
        try peer.begin()
        for protocolID in [0, 1003, 3203, 3310, UInt32.max] {
            let answer = try peer.ask(protocolID, serial: protocolID)
            #expect(answer.ret == -1 && answer.content == nil && answer.words?.hasPrefix("未支持的协议") == true)
        }
        #expect(try peer.ask(1004) { $0.integer(1, 5) }.ret == 0)
    }

    @Test func `Deadlines are half a minute for a stranger, and more than clients are silent for the others`() throws {
        var peer = OpenDPeer()
        let start = peer.time.nanoseconds
        #expect(peer.session.deadline == start + 30_000_000_000)
        peer.time.nanoseconds += 10_000_000_000
        // Bytes that make no frame change nothing.
        _ = try peer.send(Array(OpenDFrameTests.hello.prefix(50)))
        #expect(peer.session.deadline == start + 30_000_000_000)
        _ = try peer.send(Array(OpenDFrameTests.hello.dropFirst(50)))
        #expect(peer.session.deadline > peer.time.nanoseconds + 33_000_000_000)
        let before = peer.session.deadline
        peer.time.nanoseconds += 8_000_000_000
        _ = try peer.ask(1004) { $0.integer(1, 5) }
        #expect(peer.session.deadline == before + 8_000_000_000)
    }

    @Test func `A session stops between two frames while much waits to be sent`() throws {
        var peer = OpenDPeer()
        try peer.begin()
        let frames = (0..<20_000).flatMap { OpenDPeer.frame(1004, serial: $0, [0x0a, 0x02, 0x08, 0x01]) }
        var output = StreamOutput()
        let used = peer.session.receive(frames[...], at: peer.time, into: &output)
        #expect(used > 0 && used < frames.count && used % (frames.count / 20_000) == 0 && output.isFull)
        #expect(try peer.send(frames).count == 20_000)
    }

    @Test func `JSON is answered in JSON, with long numbers as texts`() throws {
        var peer = OpenDPeer()
        let hello = #"{"c2s": {"clientVer": 300, "clientID": "PyNormal", "recvNotify": true, "packetEncAlgo": -1, "aiType": 0}}"#
        let content = try #require(try peer.ask(1001, json: hello)["s2c"] as? [String: Any])
        #expect(content["connID"] as? String == "77" && content["keepAliveInterval"] as? Int == 10)
        #expect(content["loginUserID"] as? String == "0" && content["connAESKey"] as? String == OpenDPeer.identity.key)
        let state = try peer.ask(1002, json: #"{"c2s": {"userID": "0"}}"#)
        #expect(state["retType"] as? Int == 0)
        let fields = try #require(state["s2c"] as? [String: Any])
        #expect(fields["qotLogined"] as? Bool == true && (fields["programStatus"] as? [String: Any])?["type"] as? Int == 10)
        for body in ["{", "[]", "{}", #"{"c2s":5}"#, ""] {
            #expect(try peer.ask(3301, json: body)["retType"] as? Int == -1, "\(body)")
        }
        #expect(try peer.ask(5000, json: "{}")["retMsg"] as? String == "未支持的协议 5000")
    }

    @Test func `Damaged frames never trap, before the beginning and after`() throws {
        var random = Seeded.fresh()
        let good = [OpenDFrameTests.hello, OpenDPeer.frame(3301, [0x0a, 0x04, 0x08, 1, 0x10, 0]), OpenDPeer.frame(1002, [])]
        for _ in 0..<3000 {
            var peer = OpenDPeer()
            if random.next() % 2 == 0 { try peer.begin() }
            for _ in 0..<3 where !peer.isClosed {
                var bytes = good[Int(random.next() % 3)]
                for _ in 0..<Int(random.next() % 3) {
                    bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
                }
                for frame in try peer.send(bytes) { #expect(!frame.body.isEmpty) }
            }
        }
    }
}
