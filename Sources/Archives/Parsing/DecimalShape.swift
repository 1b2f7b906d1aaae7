/// How a decimal field is written: so many characters, the point at such a place. One shape serves every field written alike.
///
/// *Narrow* shapes, of up to eight characters, are read from one word. *Wide* ones are read as an integer part of up to eight digits, up to
/// eight digits behind the point, and up to eight zeros behind those, which the scale has no place for and which say nothing.
struct DecimalShape {
    static let longest = 25
    static let pointLimit = 9

    /// Characters; 0 marks a shape that the hot parser cannot read.
    private(set) var length = 0
    private(set) var isNarrow = false
    private(set) var pointMask: UInt64 = 0
    private(set) var pointValue: UInt64 = 0
    private(set) var wholeMask: UInt64 = 0
    private(set) var fractionMask: UInt64 = 0
    /// Brings the digits read to the scale of the pass.
    private(set) var multiplier: Int64 = 1
    // The wide parts:
    private(set) var pointOffset = 0
    private(set) var fractionShift: UInt64 = 0
    private(set) var wholeMultiplier: Int64 = 1
    private(set) var zerosMask: UInt64 = 0
    private(set) var zerosOffset = 0

    /// A shape that fits nothing.
    init() {}

    /// - Parameters:
    ///   - length: characters of the field.
    ///   - point: where its point stands, or `length` if it has none.
    ///   - scale: decimals of the pass.
    init(length: Int, point: Int, scale: Int) {
        let decimals = point == length ? 0 : length - point - 1
        let kept = min(decimals, scale)
        let spare = decimals - kept
        guard length >= 1, point >= 1, point <= 8, point == length || decimals >= 1, kept <= 8, spare <= 8, scale <= 10 else { return }
        self.length = length
        multiplier = DecimalShape.power(scale - kept)
        if length <= 8, spare == 0 {
            isNarrow = true
            // Without a point all digits are read where those behind a point would stand.
            fractionMask = Digits.upperBytes(point == length ? length : decimals)
            guard point < length else { return }
            wholeMask = Digits.upperBytes(length) & ~Digits.upperBytes(decimals + 1)
            pointMask = Digits.upperBytes(decimals + 1) & ~Digits.upperBytes(decimals)
            pointValue = pointMask & 0x2e2e_2e2e_2e2e_2e2e
            return
        }
        wholeMask = Digits.upperBytes(point)
        wholeMultiplier = DecimalShape.power(scale)
        pointOffset = point
        fractionMask = Digits.lowerBytes(kept)
        fractionShift = kept == 0 ? 0 : UInt64(64 - 8 * kept)
        zerosMask = Digits.lowerBytes(spare)
        zerosOffset = point + 1 + kept
    }

    private static func power(_ exponent: Int) -> Int64 { (0..<exponent).reduce(1) { product, _ in product * 10 } }

    /// Reads the field at `text`; see ``IntegerShape/read(_:)``.
    @inline(__always)
    func read(_ text: UnsafeRawPointer) -> (value: Int64, marks: UInt64, faults: UInt64) {
        if isNarrow {
            let word = Digits.load(text + (length &- 8)) ^ Digits.zeros
            // Digits before the point move up into its place.
            let digits = (word & wholeMask) << 8 | (word & fractionMask)
            return (Digits.value(digits) &* multiplier, Digits.marks(digits), 0)
        }
        let whole = (Digits.load(text + (pointOffset &- 8)) ^ Digits.zeros) & wholeMask
        let fraction = ((Digits.load(text + (pointOffset &+ 1)) ^ Digits.zeros) & fractionMask) &<< fractionShift
        let zeros = (Digits.load(text + zerosOffset) ^ Digits.zeros) & zerosMask
        let value = Digits.value(whole) &* wholeMultiplier &+ Digits.value(fraction) &* multiplier
        return (value, Digits.marks(whole) | Digits.marks(fraction), zeros)
    }

    /// Whether the comma and the point of the field at `text` stand where this shape has them.
    @inline(__always)
    func fits(_ text: UnsafeRawPointer) -> Bool {
        let comma = text.load(fromByteOffset: length, as: UInt8.self) == UInt8(ascii: ",")
        if isNarrow { return comma && Digits.load(text + (length &- 8)) & pointMask == pointValue }
        return comma && text.load(fromByteOffset: pointOffset, as: UInt8.self) == UInt8(ascii: ".")
    }
}

/// All shapes of decimal fields at one scale.
///
/// Not thread-safe by its pointer: whoever holds the table outlives the pointers into it.
final class DecimalShapes {
    private let table: UnsafeMutablePointer<DecimalShape>
    /// A shape that fits nothing.
    let none: UnsafePointer<DecimalShape>
    private static let count = (DecimalShape.longest + 1) * DecimalShape.pointLimit + 1

    init(scale: Int) {
        table = .allocate(capacity: DecimalShapes.count)
        table.initialize(repeating: DecimalShape(), count: DecimalShapes.count)
        for length in 1...DecimalShape.longest {
            for point in 1..<DecimalShape.pointLimit where point < length {
                table[DecimalShapes.index(length, point)] = DecimalShape(length: length, point: point, scale: scale)
            }
            if length <= 8 { table[DecimalShapes.index(length, 0)] = DecimalShape(length: length, point: length, scale: scale) }
        }
        none = UnsafePointer(table)
    }

    deinit { table.deallocate() }

    /// Point 0 stands for none, which no number that is read here has in its first place.
    private static func index(_ length: Int, _ point: Int) -> Int { 1 + length * DecimalShape.pointLimit + point }

    /// The shape of the field that begins at `text`, or ``none``.
    func shape(at text: UnsafeRawPointer) -> UnsafePointer<DecimalShape> {
        var point = 0
        for at in 0...DecimalShape.longest {
            let byte = text.load(fromByteOffset: at, as: UInt8.self)
            if byte == UInt8(ascii: ",") {
                guard at > 0 else { return none }
                return none + DecimalShapes.index(at, point)
            }
            if byte == UInt8(ascii: ".") {
                guard point == 0, at > 0, at < DecimalShape.pointLimit else { return none }
                point = at
            }
        }
        return none
    }
}
