import Foundation
import MarketModel
import MarketService
import Testing
import Transport
import VendorAPIs

/// A client of a session without sockets: it keeps what it sent and was sent, and its own clock.
struct OpenDPeer {
    var session: OpenDSession
    var time = StreamTime(nanoseconds: 5_000_000_000, microseconds: 1_781_600_000_000_000)
    /// What the session has not dealt with.
    var unread: [UInt8] = []
    var isClosed = false
    var cipher: OpenDCipher?

    static let identity = OpenDIdentity(connection: 77, key: "0123456789abcdef", vector: "fedcba9876543210")

    init(_ statistics: any OptionStatistics = OptionStatisticTable([]), key: OpenDKey? = nil, demandsKey: Bool = false) {
        session = OpenDSession(statistics: statistics, identity: Self.identity, key: key, demandsKey: demandsKey, at: time)
    }

    /// Gives the session bytes, and returns the frames that it sends.
    mutating func send(_ bytes: [UInt8]) throws -> [OpenDFrame] {
        unread += bytes
        var frames: [OpenDFrame] = []
        while !isClosed, !unread.isEmpty {
            var output = StreamOutput()
            let used = session.receive(unread[...], at: time, into: &output)
            unread.removeFirst(used)
            var rest = output.bytes[...]
            while !rest.isEmpty {
                guard case .frame(let frame, let size) = OpenDFrame.read(rest) else { throw Broken() }
                frames.append(frame)
                rest = rest.dropFirst(size)
            }
            isClosed = output.isClosing
            if used == 0 { break }
        }
        return frames
    }

    struct Broken: Error {}

    /// Asks in protobuf, and returns the fields of the answer.
    mutating func ask(_ protocolID: UInt32, serial: UInt32 = 9, _ body: (inout ProtobufWriter) -> Void = { _ in }) throws -> Answer {
        var writer = ProtobufWriter()
        writer.message(1, body)
        let frames = try send(Self.frame(protocolID, serial: serial, writer.bytes, cipher: cipher))
        let frame = try #require(frames.first)
        #expect(frames.count == 1 && frame.protocolID == protocolID && frame.serial == serial && frame.format == 0)
        return try Answer(frame, cipher)
    }

    /// Asks in JSON.
    mutating func ask(_ protocolID: UInt32, json: String) throws -> [String: Any] {
        let frame = try #require(try send(Self.frame(protocolID, serial: 3, Array(json.utf8), format: .json)).first)
        #expect(frame.format == 1 && frame.digest == OpenDDigest.sha1(frame.body))
        return try #require(try JSONSerialization.jsonObject(with: Data(frame.body)) as? [String: Any])
    }

    /// Begins as the real client does.
    mutating func begin() throws { #expect(try ask(1001, Self.hello).ret == 0) }

    static func hello(_ writer: inout ProtobufWriter) {
        writer.integer(1, 300)
        writer.bytes(2, "PyNormal".utf8)
        writer.integer(4, -1)
    }

    static func frame(
        _ protocolID: UInt32, serial: UInt32 = 9, _ body: [UInt8], format: OpenDFormat = .protobuf, cipher: OpenDCipher? = nil
    ) -> [UInt8] {
        let sealed = cipher.flatMap { $0.seal(body) } ?? body
        var bytes: [UInt8] = []
        OpenDFrame(protocolID: protocolID, format: format, serial: serial, digest: OpenDDigest.sha1(body[...]), body: sealed)
            .write(to: &bytes)
        return bytes
    }

    /// 3301 for a market's volume.
    static func volume(_ begin: String, _ end: String, market: Int64 = 1, measure: Int64 = 0, key: [UInt8]? = nil)
        -> (inout ProtobufWriter) -> Void
    {
        { writer in
            writer.integer(1, market)
            writer.integer(2, measure)
            writer.bytes(3, begin.utf8)
            writer.bytes(4, end.utf8)
            if let key { writer.bytes(5, key) }
        }
    }

    /// An answer in protobuf.
    struct Answer {
        let ret: Int64
        let words: String?
        let content: ProtobufMessage?

        init(_ frame: OpenDFrame, _ cipher: OpenDCipher? = nil) throws {
            let body = try #require(cipher == nil ? Array(frame.body) : cipher?.open(frame.body))
            #expect(!body.isEmpty && frame.digest == OpenDDigest.sha1(body[...]))
            let message = try #require(ProtobufMessage(body[...]))
            ret = try #require(message.integer(1))
            words = message.text(2)
            content = message.bytes(4).flatMap { ProtobufMessage($0) }
        }
    }
}

/// A key made for tests alone.
enum OpenDTestKey {
    static let pem = makePEM(1024)

    static func makePEM(_ bits: Int) -> [UInt8] {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = ["genrsa", "-traditional", "\(bits)"]
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return [] }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Array(data)
    }
}
