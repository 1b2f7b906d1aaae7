import CISAL

/// Bytes that grow by numbers of variable length, and are closed by a checksum.
struct ByteWriter {
    /// What was written; the first eight bytes are kept for the checksum.
    private(set) var bytes: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0]

    mutating func removeAll() { bytes.removeSubrange(8...) }

    mutating func put(byte: UInt8) { bytes.append(byte) }

    mutating func put(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// Small numbers of either sign take few bytes.
    mutating func put(signed value: Int64) { put(UInt64(bitPattern: (value << 1) ^ (value >> 63))) }

    mutating func put(count: Int) { put(UInt64(bitPattern: Int64(count))) }

    mutating func put(fixed value: UInt64) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) { put(byte: UInt8(value >> shift & 0xff)) }
    }

    mutating func put(_ text: String) {
        put(count: text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }

    mutating func put(_ block: [UInt8]) {
        put(count: block.count)
        bytes.append(contentsOf: block)
    }

    /// The bytes with their checksum, which also stands for where they belong.
    mutating func closed(place: UInt64) -> [UInt8] {
        let sum = ByteReader.sum(bytes, place: place)
        for index in 0..<8 { bytes[index] = UInt8(sum >> UInt64(8 * index) & 0xff) }
        return bytes
    }
}

/// Reads what a ``ByteWriter`` wrote; every length is checked, and what cannot be read makes the reader fail for good.
struct ByteReader {
    /// Whether something could not be read; numbers read since are 0.
    private(set) var failed = false
    private let bytes: [UInt8]
    private(set) var position = 8

    /// Returns nil unless the checksum is that of these bytes in this place.
    init?(_ bytes: [UInt8], place: UInt64) {
        guard bytes.count >= 8 else { return nil }
        var stored: UInt64 = 0
        for index in 0..<8 { stored |= UInt64(bytes[index]) << UInt64(8 * index) }
        guard stored == ByteReader.sum(bytes, place: place) else { return nil }
        self.bytes = bytes
    }

    static func sum(_ bytes: [UInt8], place: UInt64) -> UInt64 {
        bytes.withUnsafeBufferPointer { bytes in
            // At least the eight bytes of the checksum itself are there, which it leaves out.
            guard let base = bytes.baseAddress, bytes.count >= 8 else { return 0 }
            return crc64_ecma_refl(place, base + 8, UInt64(bytes.count - 8))
        }
    }

    /// How many bytes are left.
    var left: Int { bytes.count - position }

    mutating func byte() -> UInt8 {
        guard position < bytes.count else {
            failed = true
            return 0
        }
        position += 1
        return bytes[position - 1]
    }

    mutating func number() -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while shift < 64 {
            let byte = byte()
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        failed = true
        return 0
    }

    mutating func signed() -> Int64 {
        let value = number()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    /// A number of things, each of which takes at least `size` bytes of what is left.
    mutating func count(of size: Int = 1) -> Int {
        let value = number()
        guard value <= UInt64(left / max(1, size)) else {
            failed = true
            return 0
        }
        return Int(value)
    }

    mutating func integer() -> Int { Int(Int64(bitPattern: number())) }

    mutating func fixed() -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 8) { value |= UInt64(byte()) << shift }
        return value
    }

    mutating func block() -> [UInt8] {
        let count = count()
        guard !failed else { return [] }
        position += count
        return Array(bytes[(position - count)..<position])
    }

    mutating func text() -> String { String(decoding: block(), as: UTF8.self) }
}
