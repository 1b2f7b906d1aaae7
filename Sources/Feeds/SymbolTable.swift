import Glibc

/// Turns the bytes of symbols into strings, and a symbol that was seen before into the string made then, so that reading trades allocates
/// nothing.
struct SymbolTable {
    private var slots: [Int32]
    private var strings: [String] = []
    /// A venue has a few thousand symbols; one that sends others without end gets strings that are not kept.
    private static let capacity = 1 << 14

    init() {
        slots = Array(repeating: -1, count: 64)
    }

    mutating func string(_ bytes: UnsafeRawBufferPointer) -> String {
        var slot = Self.hash(bytes) & (slots.count - 1)
        while slots[slot] >= 0 {
            var found = strings[Int(slots[slot])]
            let same = found.withUTF8 { known in
                guard known.count == bytes.count, let (a, b) = known.baseAddress.flatMap({ a in bytes.baseAddress.map { (a, $0) } }) else {
                    return known.count == bytes.count
                }
                return memcmp(a, b, known.count) == 0
            }
            if same { return found }
            slot = (slot + 1) & (slots.count - 1)
        }
        let string = String(decoding: bytes, as: UTF8.self)
        guard strings.count < Self.capacity else { return string }
        slots[slot] = Int32(strings.count)
        strings.append(string)
        if strings.count * 2 > slots.count { grow() }
        return string
    }

    private mutating func grow() {
        slots = Array(repeating: -1, count: slots.count * 2)
        for (index, var string) in strings.enumerated() {
            var slot = string.withUTF8 { Self.hash(UnsafeRawBufferPointer($0)) } & (slots.count - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(index)
        }
    }

    /// FNV-1a, mixed once more since its last steps leave the middle bits of similar names alike.
    private static func hash(_ bytes: UnsafeRawBufferPointer) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return Int(truncatingIfNeeded: ((hash ^ hash >> 32) &* 0x9e37_79b9_7f4a_7c15) >> 32)
    }
}
