import Foundation
import TestSupport
import Testing
import VendorAPIs

@Suite struct ProtobufTests {
    @Test func `What is written is read back`() throws {
        var random = Seeded.fresh()
        for _ in 0..<2000 {
            var writer = ProtobufWriter()
            let integer = Int64(truncatingIfNeeded: random.next() >> (random.next() % 64))
            let double = Double(bitPattern: random.next())
            let text = String(repeating: "权", count: Int(random.next() % 100))
            let depth = Int(random.next() % 300)
            writer.integer(1, integer)
            writer.double(2, double)
            writer.bytes(3, text.utf8)
            writer.message(63) { $0.bytes(7, Array(repeating: 9, count: depth)) }
            writer.integer(900, 5)
            let message = try #require(ProtobufMessage(writer.bytes[...]))
            #expect(message.integer(1) == integer && message.text(3) == text)
            #expect(message.double(2)?.bitPattern == double.bitPattern)
            let inner = try #require(message.bytes(63).flatMap { ProtobufMessage($0) })
            #expect(inner.bytes(7)?.count == depth)
            #expect(message.integer(2) == nil && message.double(1) == nil && message.bytes(1) == nil && message.integer(4) == nil)
        }
    }

    @Test func `Unknown fields of every wire type are passed over, and the last of equals counts`() throws {
        let bytes: [UInt8] =
            [0x08, 0x01]
            // Field 20: a varint, 64 bits, bytes, a group with a group in it, 32 bits.
            + [0xa0, 0x01, 0x80, 0x01] + [0xa1, 0x01, 1, 2, 3, 4, 5, 6, 7, 8] + [0xa2, 0x01, 2, 0xff, 0xff]
            + [0xa3, 0x01, 0x08, 0x05, 0xab, 0x01, 0xac, 0x01, 0xa4, 0x01] + [0xa5, 0x01, 1, 2, 3, 4]
            // A field of the greatest number there is.
            + [0xf8, 0xff, 0xff, 0xff, 0x0f, 0x01] + [0x08, 0x96, 0x01]
        #expect(try #require(ProtobufMessage(bytes[...])).integer(1) == 150)
        #expect(ProtobufMessage([])?.integer(1) == nil && ProtobufMessage([]) != nil)
    }

    @Test(
        arguments: [
            [0x08], [0x08, 0x80], [0x00, 0x01], [0x0a, 0x02, 0x41], [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
            [0x09, 1, 2, 3], [0x0d, 1, 2], [0x0b, 0x14], [0x0c], [0x0f, 0], [0x0b],
            [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02],
            [0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00],
            [UInt8](repeating: 0x0b, count: 100_000),
        ] as [[UInt8]]) func `What is no message is refused`(bytes: [UInt8])
    {
        #expect(ProtobufMessage(bytes[...]) == nil)
    }

    @Test func `Any bytes, and any change of good ones, are read or refused`() {
        var random = Seeded.fresh()
        for _ in 0..<20_000 {
            var writer = ProtobufWriter()
            writer.integer(1, 5)
            writer.message(2) { $0.bytes(1, "abc".utf8) }
            var bytes = writer.bytes
            for _ in 0..<Int(random.next() % 4) {
                bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            bytes = Array(bytes.prefix(Int(random.next() % UInt64(bytes.count + 1))))
            guard let message = ProtobufMessage(bytes[...]) else { continue }
            #expect((message.bytes(2)?.count ?? 0) <= bytes.count)
            _ = message.text(2)
        }
    }

    @Test func `A text that is no UTF-8 is none`() throws {
        let message = try #require(ProtobufMessage([0x0a, 0x02, 0xc3, 0x28]))
        #expect(message.text(1) == nil && message.bytes(1)?.count == 2)
    }
}
