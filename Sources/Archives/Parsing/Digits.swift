/// Eight decimal digits at a time in a 64-bit word, the first character in the lowest byte.
enum Digits {
    /// Eight characters `0`.
    static let zeros: UInt64 = 0x3030_3030_3030_3030

    /// Seven characters `0` and a comma.
    static let zerosAndComma: UInt64 = 0x2c30_3030_3030_3030

    /// Eight bytes of text from any address.
    @inline(__always)
    static func load(_ text: UnsafeRawPointer) -> UInt64 {
        UInt64(littleEndian: text.loadUnaligned(as: UInt64.self))
    }

    /// The bits of ``marks(_:)`` that count.
    static let markMask: UInt64 = 0x8080_8080_8080_8080

    /// A word with a bit of ``markMask`` set if not each byte is 0…9. Adding 0x76 carries only out of bytes that are no digits, so no digit
    /// hides another's fault. Marks of several words are joined with `|` and masked once.
    @inline(__always)
    static func marks(_ digits: UInt64) -> UInt64 { (digits &+ 0x7676_7676_7676_7676) | digits }

    /// Like ``marks(_:)`` for seven digits with a byte above them that must be 0.
    @inline(__always)
    static func marksBelowZero(_ digits: UInt64) -> UInt64 { (digits &+ 0x7f76_7676_7676_7676) | digits }

    /// Zero if each byte is 0…9.
    @inline(__always)
    static func faults(_ digits: UInt64) -> UInt64 { marks(digits) & markMask }

    /// The number that eight digits 0…9 make: pairs, then fours, then all eight.
    @inline(__always)
    static func value(_ digits: UInt64) -> Int64 {
        let pairs = ((digits &* 2561) >> 8) & 0x00ff_00ff_00ff_00ff
        let fours = ((pairs &* 6_553_601) >> 16) & 0x0000_ffff_0000_ffff
        return Int64(truncatingIfNeeded: (fours &* 42_949_672_960_001) >> 32)
    }

    /// The upper `count` bytes, 0…8.
    static func upperBytes(_ count: Int) -> UInt64 { count == 0 ? 0 : ~0 << UInt64(64 - 8 * count) }

    /// The lower `count` bytes, 0…8.
    static func lowerBytes(_ count: Int) -> UInt64 { count == 0 ? 0 : ~0 >> UInt64(64 - 8 * count) }
}
