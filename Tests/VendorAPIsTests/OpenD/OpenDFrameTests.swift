import Foundation
import TestSupport
import Testing
import VendorAPIs

@Suite struct OpenDFrameTests {
    /// What the vendor's Python client sends first.
    static let hello = bytes(
        """
        4654e903000000005d0600002800000085a9e559ffd2b280eb0b8a2c51cf71cb67ff66d20000000000000000
        0a2608ac02120850794e6f726d616c180120ffffffffffffffffff0128003206507974686f6e3800
        """)

    static func bytes(_ hexadecimal: String) -> [UInt8] {
        let digits = hexadecimal.filter(\.isHexDigit).compactMap { $0.hexDigitValue }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    @Test func `The real client's first frame is read, and written alike`() throws {
        guard case .frame(let frame, let size) = OpenDFrame.read(Self.hello[...]) else { throw OpenDPeer.Broken() }
        #expect(size == 84 && frame.protocolID == 1001 && frame.format == 0 && frame.serial == 0x065d && frame.body.count == 40)
        #expect(frame.digest == OpenDDigest.sha1(frame.body))
        var written: [UInt8] = []
        frame.write(to: &written)
        #expect(written == Self.hello)
        let fields = try #require(ProtobufMessage(frame.body)?.bytes(1).flatMap { ProtobufMessage($0) })
        #expect(fields.integer(1) == 300 && fields.text(2) == "PyNormal" && fields.integer(4) == -1 && fields.text(6) == "Python")
    }

    @Test func `A frame is partial up to its last byte, wherever the bytes lie`() throws {
        for count in 0..<Self.hello.count {
            let bytes = [9, 9, 9] + Self.hello.prefix(count)
            guard case .partial = OpenDFrame.read(bytes[3...]) else {
                Issue.record("\(count)")
                continue
            }
        }
        let two = Self.hello + Self.hello.prefix(5)
        guard case .frame(_, size: 84) = OpenDFrame.read(two[...]) else { throw OpenDPeer.Broken() }
    }

    @Test func `Anything but FT, and a body that is too long, are refused as soon as they are seen`() throws {
        var wrong = Self.hello
        wrong[1] = UInt8(ascii: "t")
        var long = Array(Self.hello.prefix(16))
        long[12...15] = [1, 0, 16, 0]
        for bytes in [wrong, Array(wrong.prefix(2)), [0], long, Array("GET / HTTP/1.1\r\n".utf8)] {
            guard case .refused = OpenDFrame.read(bytes[...]) else {
                Issue.record("\(bytes)")
                continue
            }
        }
        long[12] = 0
        guard case .partial = OpenDFrame.read(long[...]) else { throw OpenDPeer.Broken() }
        guard case .refused = OpenDFrame.read(long[...], longestBody: 4096) else { throw OpenDPeer.Broken() }
    }

    @Test func `What stands in the version and in the reserved bytes does not matter`() throws {
        var bytes = Self.hello
        bytes[7] = 200
        bytes[36...43] = [1, 2, 3, 4, 5, 6, 7, 8]
        guard case .frame(let frame, _) = OpenDFrame.read(bytes[...]) else { throw OpenDPeer.Broken() }
        #expect(frame.body.count == 40)
    }

    @Test func `Random bytes never trap`() {
        var random = Seeded.fresh()
        for _ in 0..<20_000 {
            var bytes = (0..<Int(random.next() % 80)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            for (place, byte) in "FT".utf8.enumerated() where bytes.count > place && random.next() % 4 > 0 { bytes[place] = byte }
            if bytes.count > 15 { bytes[13...15] = [0, 0, 0] }
            guard case .frame(let frame, let size) = OpenDFrame.read(bytes[...]) else { continue }
            #expect(size == 44 + frame.body.count && size <= bytes.count)
        }
    }
}
