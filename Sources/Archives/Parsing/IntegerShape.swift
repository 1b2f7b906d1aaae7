/// How an integer field of the last rows was written: its length, and the digits before the last seven, which seldom change.
///
/// A field of the next row that has this shape is checked and read without a branch, its comma included.
struct IntegerShape {
    /// Characters, 1…15.
    private(set) var length = 7
    /// The bytes of the last seven characters and the comma that belong to the field.
    private(set) var mask: UInt64 = 0
    private(set) var prefixMask: UInt64 = 0
    private(set) var prefix: UInt64 = 0
    /// What the digits of the prefix stand for.
    private(set) var base: Int64 = 0

    /// Takes the shape of a field; false if it is empty, longer than 15 characters, or has a prefix that is not digits.
    mutating func learn(_ text: UnsafeRawPointer, length: Int) -> Bool {
        guard length >= 1, length <= 15, let prefix = DigitPrefix(text, length: length - 7) else { return false }
        self.length = length
        mask = Digits.upperBytes(min(7, length) + 1)
        prefixMask = prefix.mask
        self.prefix = prefix.text
        base = prefix.value * 10_000_000
        return true
    }

    /// Reads the field at `text`.
    ///
    /// - Returns: its value; a word with a bit of ``Digits/markMask`` set if it is not made of digits up to a comma; a word that is not zero
    ///   if it has another prefix.
    @inline(__always)
    func read(_ text: UnsafeRawPointer) -> (value: Int64, marks: UInt64, faults: UInt64) {
        let field = (Digits.load(text + (length &- 7)) ^ Digits.zerosAndComma) & mask
        let faults = (Digits.load(text) ^ prefix) & prefixMask
        return (base &+ Digits.value(field << 8), Digits.marksBelowZero(field), faults)
    }
}

/// How a time is written: 13 or 16 digits, all but the last eight as in the row before.
struct TimeShape {
    private(set) var length = 13
    private(set) var prefixMask: UInt64 = 0
    private(set) var prefix: UInt64 = 0
    /// What the digits of the prefix stand for, in microseconds.
    private(set) var base: Int64 = 0
    /// From the time's unit to microseconds.
    private(set) var multiplier: Int64 = 1000

    /// Takes the shape of a field; false unless it is a time in milliseconds or microseconds of this age of the world.
    mutating func learn(_ text: UnsafeRawPointer, length: Int) -> Bool {
        guard length == 13 || length == 16, text.load(as: UInt8.self) != UInt8(ascii: "0"),
            let prefix = DigitPrefix(text, length: length - 8)
        else { return false }
        self.length = length
        multiplier = length == 13 ? 1000 : 1
        prefixMask = prefix.mask
        self.prefix = prefix.text
        base = prefix.value * 100_000_000 * multiplier
        return true
    }

    /// Reads the field at `text`; see ``IntegerShape/read(_:)``.
    @inline(__always)
    func read(_ text: UnsafeRawPointer) -> (value: Int64, marks: UInt64, faults: UInt64) {
        let digits = Digits.load(text + (length &- 8)) ^ Digits.zeros
        let comma = UInt64(text.load(fromByteOffset: length, as: UInt8.self) ^ UInt8(ascii: ","))
        let faults = ((Digits.load(text) ^ prefix) & prefixMask) | comma
        return (base &+ Digits.value(digits) &* multiplier, Digits.marks(digits), faults)
    }
}

/// Up to eight leading digits of a field.
private struct DigitPrefix {
    var mask: UInt64 = 0
    var text: UInt64 = 0
    var value: Int64 = 0

    /// - Parameter length: how many; none if it is not positive. Nil if they are no digits.
    init?(_ field: UnsafeRawPointer, length: Int) {
        guard length > 0 else { return }
        mask = Digits.lowerBytes(length)
        text = Digits.load(field) & mask
        let digits = (text ^ (Digits.zeros & mask)) << UInt64(64 - 8 * length)
        guard Digits.faults(digits) == 0 else { return nil }
        value = Digits.value(digits)
    }
}
