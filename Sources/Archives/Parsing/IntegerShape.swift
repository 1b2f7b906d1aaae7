/// How an integer field of the last rows was written: its length, and the digits before the last eight, which seldom change.
///
/// A field of the next row that has this shape is checked and read without a branch.
struct IntegerShape {
    /// Characters, 1…16.
    private(set) var length = 8
    /// The bytes of the last eight characters that belong to the field.
    private(set) var mask: UInt64 = 0
    private(set) var prefixMask: UInt64 = 0
    private(set) var prefix: UInt64 = 0
    /// What the digits of the prefix stand for.
    private(set) var base: Int64 = 0

    /// Takes the shape of a field; false if it is empty, longer than 16 characters, or has a prefix that is not digits.
    mutating func learn(_ text: UnsafeRawPointer, length: Int) -> Bool {
        guard length >= 1, length <= 16 else { return false }
        self.length = length
        mask = Digits.upperBytes(min(8, length))
        let extra = max(0, length - 8)
        prefixMask = Digits.lowerBytes(extra)
        prefix = Digits.load(text) & prefixMask
        guard extra > 0 else {
            base = 0
            return true
        }
        let digits = (Digits.load(text) ^ Digits.zeros) << UInt64(64 - 8 * extra)
        guard Digits.faults(digits) == 0 else { return false }
        base = Digits.value(digits) * 100_000_000
        return true
    }

    /// Reads the field at `text`, and says with any bit set that it has another shape, other digits, or no comma after it.
    @inline(__always)
    func read(_ text: UnsafeRawPointer) -> (value: Int64, faults: UInt64) {
        let digits = (Digits.load(text + (length &- 8)) ^ Digits.zeros) & mask
        let comma = UInt64(text.load(fromByteOffset: length, as: UInt8.self) ^ UInt8(ascii: ","))
        let faults = Digits.faults(digits) | ((Digits.load(text) ^ prefix) & prefixMask) | comma
        return (base &+ Digits.value(digits), faults)
    }
}
