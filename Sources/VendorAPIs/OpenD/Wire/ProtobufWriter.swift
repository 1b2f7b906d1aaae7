import MarketModel

/// Writes protobuf messages by appending fields.
package struct ProtobufWriter: Sendable {
    /// What has been written, and room for more behind it, so that a field is a store and not an append of bytes one by one.
    private var storage: [UInt8] = []
    /// How many bytes have been written.
    private var count = 0

    /// Creates a writer.
    package init() {}

    /// What has been written.
    package var bytes: [UInt8] { Array(storage[..<count]) }

    /// Goes on behind bytes that there are already, in their memory.
    static func append(to bytes: inout [UInt8], _ body: (inout ProtobufWriter) -> Void) {
        var writer = ProtobufWriter()
        swap(&writer.storage, &bytes)
        writer.count = writer.storage.count
        body(&writer)
        writer.storage.removeLast(writer.storage.count - writer.count)
        swap(&writer.storage, &bytes)
    }

    /// Writes an integer, a truth value or an enumeration's number; negative ones take ten bytes.
    package mutating func integer(_ number: Int, _ value: Int64) {
        let value = UInt64(bitPattern: value)
        guard number < 16, value < 1 << 56 else {
            tag(number, 0)
            return varint(value)
        }
        // Eight bytes of seven bits: nearly all numbers.
        var (rest, word, size) = (value, UInt64(0), 0)
        while rest >= 0x80 {
            word |= (rest & 0x7f | 0x80) << UInt64(8 * size)
            rest >>= 7
            size += 1
        }
        put(UInt8(number << 3), word | rest << UInt64(8 * size), size + 1)
    }

    /// Writes a double.
    package mutating func double(_ number: Int, _ value: Double) {
        guard number < 16 else {
            tag(number, 1)
            let word = value.bitPattern
            return put(UInt8(truncatingIfNeeded: word), word >> 8, 7)
        }
        put(UInt8(number << 3 | 1), value.bitPattern, 8)
    }

    /// Writes bytes, or a text's UTF-8.
    package mutating func bytes(_ number: Int, _ value: some Collection<UInt8>) {
        tag(number, 2)
        let size = value.count
        varint(UInt64(size))
        reserve(size)
        let place = count
        storage.withUnsafeMutableBytes { UnsafeMutableRawBufferPointer(rebasing: $0[place..<(place + size)]).copyBytes(from: value) }
        count += size
    }

    /// Writes a day as the text `YYYY-MM-DD`.
    mutating func day(_ number: Int, _ value: CivilDate) {
        guard (0...9999).contains(value.year) else { return bytes(number, value.description.utf8) }
        func digits(_ number: Int) -> UInt64 { UInt64(48 + number / 10) | UInt64(48 + number % 10) << 8 }
        let hyphen = UInt64(UInt8(ascii: "-"))
        tag(number, 2)
        put(10, digits(value.year / 100) | digits(value.year % 100) << 16 | hyphen << 32 | digits(value.month) << 40 | hyphen << 56, 8)
        let day = digits(value.day)
        put(UInt8(truncatingIfNeeded: day), day >> 8, 1)
    }

    /// Writes a message that `body` makes.
    package mutating func message(_ number: Int, _ body: (inout ProtobufWriter) -> Void) {
        tag(number, 2)
        // Room for the length of a short one; the others are moved.
        put(0, 0, 0)
        let start = count
        body(&self)
        let length = count - start
        guard length >= 0x80 else { return storage[start - 1] = UInt8(length) }
        let extra = (UInt64.bitWidth - UInt64(length).leadingZeroBitCount - 1) / 7
        reserve(extra)
        let end = count
        storage.withUnsafeMutableBytes {
            UnsafeMutableRawBufferPointer(rebasing: $0[(start + extra)..<(end + extra)]).copyMemory(from: .init(rebasing: $0[start..<end]))
        }
        count = end + extra
        var rest = length
        for place in (start - 1)..<(start - 1 + extra) {
            storage[place] = UInt8(truncatingIfNeeded: rest) | 0x80
            rest >>= 7
        }
        storage[start - 1 + extra] = UInt8(rest)
    }

    private mutating func tag(_ number: Int, _ type: UInt64) { varint(UInt64(number) << 3 | type) }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            put(UInt8(truncatingIfNeeded: rest) | 0x80, 0, 0)
            rest >>= 7
        }
        put(UInt8(rest), 0, 0)
    }

    /// Writes a byte and the first `size` bytes of a word, the lowest first.
    @inline(__always)
    private mutating func put(_ first: UInt8, _ word: UInt64, _ size: Int) {
        let place = count
        reserve(9)
        // There is room for nine bytes from `place` on: those that do not count are written over by what comes next.
        storage.withUnsafeMutableBytes {
            $0[place] = first
            $0.storeBytes(of: word.littleEndian, toByteOffset: place + 1, as: UInt64.self)
        }
        count = place + 1 + size
    }

    @inline(__always)
    private mutating func reserve(_ size: Int) {
        if storage.count - count < size { grow(size) }
    }

    @inline(never)
    private mutating func grow(_ size: Int) {
        storage.append(contentsOf: repeatElement(0, count: max(size, storage.count, 512)))
    }
}
