import Foundation
import TestSupport
import Testing
import Transport
import VendorAPIs

@Suite struct OpenDCipherTests {
    private static let secret = Array(OpenDPeer.identity.key.utf8)
    private static let vector = Array(OpenDPeer.identity.vector.utf8)

    @Test(arguments: [OpenDCipher.Mode.cbc(vector: vector), .ftaes]) func `What is encrypted is decrypted, at every length`(
        mode: OpenDCipher.Mode
    ) throws {
        let cipher = OpenDCipher(key: Self.secret, mode: mode)
        for count in 0...100 {
            let bytes = (0..<count).map { UInt8($0) }
            let sealed = try #require(cipher.seal(bytes))
            #expect(sealed.count % 16 == 0 && !sealed.isEmpty && cipher.open(sealed[...]) == bytes)
        }
    }

    @Test func `The vendors' own mode pads with zeros and says how much of the last block counts`() throws {
        let cipher = OpenDCipher(key: Self.secret, mode: .ftaes)
        let sealed = try #require(cipher.seal(Array("0123456789".utf8)))
        #expect(sealed.count == 32 && Array(sealed[16..<31]) == Array(repeating: 0, count: 15) && sealed[31] == 10)
        let whole = try #require(cipher.seal(Array("0123456789abcdef".utf8)))
        #expect(whole.count == 32 && whole[31] == 0)
    }

    @Test(arguments: [OpenDCipher.Mode.cbc(vector: vector), .ftaes]) func `Anything else is refused or decrypted, and never traps`(
        mode: OpenDCipher.Mode
    ) {
        let cipher = OpenDCipher(key: Self.secret, mode: mode)
        var random = Seeded.fresh()
        for count in [0, 1, 15, 16, 17, 32, 48, 4096] {
            for _ in 0..<200 {
                let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
                if let opened = cipher.open(bytes[...]) { #expect(opened.count <= count) }
            }
        }
        #expect(cipher.open([]) == nil && cipher.open(Array(repeating: 1, count: 15)[...]) == nil)
    }

    @Test func `Keys that clients could not read are refused`() throws {
        _ = try OpenDKey(pem: OpenDTestKey.pem)
        #expect(throws: OpenDKeyError.self) { try OpenDKey(pem: OpenDTestKey.makePEM(2048)) }
        #expect(throws: OpenDKeyError.self) { try OpenDKey(pem: Array("no key".utf8)) }
        #expect(throws: OpenDKeyError.self) { try OpenDKey(pem: []) }
    }

    /// The first message as a client with the key file writes it.
    private func sealedHello(_ key: OpenDKey, algorithm: Int64?) throws -> [UInt8] {
        var writer = ProtobufWriter()
        writer.message(1) { fields in
            fields.integer(1, 300)
            fields.bytes(2, Array(repeating: UInt8(ascii: "x"), count: 150))
            if let algorithm { fields.integer(4, algorithm) }
        }
        var bytes: [UInt8] = []
        OpenDFrame(
            protocolID: 1001, format: .protobuf, serial: 4, digest: OpenDDigest.sha1(writer.bytes[...]),
            body: try #require(key.seal(writer.bytes))
        ).write(to: &bytes)
        return bytes
    }

    @Test(arguments: [2, 0, nil] as [Int64?]) func `A client with the key is answered in its cipher`(algorithm: Int64?) throws {
        let key = try OpenDKey(pem: OpenDTestKey.pem)
        var peer = OpenDPeer(key: key)
        let frame = try #require(try peer.send(try sealedHello(key, algorithm: algorithm)).first)
        #expect(frame.body.count == 128)
        let body = try #require(key.open(frame.body))
        #expect(OpenDDigest.sha1(body[...]) == frame.digest)
        let content = try #require(ProtobufMessage(body[...])?.bytes(4).flatMap { ProtobufMessage($0) })
        #expect(content.text(4) == OpenDPeer.identity.key)
        #expect(content.text(6) == (algorithm == 2 ? OpenDPeer.identity.vector : nil))
        peer.cipher = OpenDCipher(key: Self.secret, mode: algorithm == 2 ? .cbc(vector: Self.vector) : .ftaes)
        for _ in 0..<3 { #expect(try peer.ask(1004) { $0.integer(1, 5) }.content?.integer(1) == 1_781_600_000) }
        // A frame that is not encrypted is no frame here.
        #expect(try peer.send(OpenDPeer.frame(1004, [0x0a, 0x02, 0x08, 0x01])).isEmpty && peer.isClosed)
    }

    @Test func `A client with a key file that wants nothing encrypted encrypts its first message, and is answered in the clear`() throws {
        let key = try OpenDKey(pem: OpenDTestKey.pem)
        var peer = OpenDPeer(key: key)
        let frame = try #require(try peer.send(try sealedHello(key, algorithm: -1)).first)
        #expect(try OpenDPeer.Answer(frame).ret == 0)
        #expect(try peer.ask(1004) { $0.integer(1, 5) }.ret == 0)
    }

    @Test func `A server with a key takes plain clients too, unless it demands the key`() throws {
        let key = try OpenDKey(pem: OpenDTestKey.pem)
        var peer = OpenDPeer(key: key)
        try peer.begin()
        #expect(try peer.ask(1004) { $0.integer(1, 5) }.ret == 0)
        var strict = OpenDPeer(key: key, demandsKey: true)
        let answer = try strict.ask(1001, OpenDPeer.hello)
        #expect(answer.ret == -1 && answer.content == nil && answer.words?.isEmpty == false && !strict.isClosed)
        // It is still a stranger.
        #expect(strict.session.deadline == strict.time.nanoseconds + 30_000_000_000)
        #expect(try strict.send(OpenDPeer.frame(1004, [0x0a, 0x02, 0x08, 0x01])).isEmpty && strict.isClosed)
        var known = OpenDPeer(key: key, demandsKey: true)
        #expect(try known.send(try sealedHello(key, algorithm: 2)).count == 1 && !known.isClosed)
    }

    @Test func `Another key, no key, and an unknown cipher get nowhere`() throws {
        let (key, other) = (try OpenDKey(pem: OpenDTestKey.pem), try OpenDKey(pem: OpenDTestKey.makePEM(1024)))
        var wrong = OpenDPeer(key: other)
        #expect(try wrong.send(try sealedHello(key, algorithm: 2)).isEmpty && wrong.isClosed)
        var none = OpenDPeer()
        #expect(try none.send(try sealedHello(key, algorithm: 2)).isEmpty && none.isClosed)
        var unknown = OpenDPeer(key: key)
        let frame = try #require(try unknown.send(try sealedHello(key, algorithm: 7)).first)
        let body = try #require(key.open(frame.body))
        #expect(ProtobufMessage(body[...])?.integer(1) == -1 && !unknown.isClosed)
    }
}
