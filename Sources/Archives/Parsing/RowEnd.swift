/// The end of an aggTrades row: one or two booleans in whatever case, and a line end with or without `\r`.
struct RowEnd {
    /// `true`, then what follows it up to and with the line end (futures) or the comma (spot).
    private var yes = Word()
    private var no = Word()
    /// The rest of a spot row, from the second boolean on, which is nearly always the same.
    private var best = Word()
    private var difference: UInt64 = 0
    private var maskDifference: UInt64 = 0

    private struct Word {
        var text: UInt64 = 0
        var mask: UInt64 = 0
        var length: Int = 0

        /// - Parameter tail: one or two characters in its lower bytes.
        init(_ word: StaticString = "", case fold: UInt64 = 0, tail: UInt64 = 0, tailLength: Int = 0) {
            let letters = word.utf8CodeUnitCount
            text = word.withUTF8Buffer { $0.reversed().reduce(0) { $0 << 8 | UInt64($1) } }
            text ^= fold & Digits.lowerBytes(letters)
            text |= tail << UInt64(8 * letters)
            length = letters + tailLength
            mask = Digits.lowerBytes(length)
        }

        @inline(__always)
        func faults(_ word: UInt64) -> UInt64 { (word ^ text) & mask }
    }

    /// Takes the case of the booleans and the kind of line end from a row.
    mutating func learn(_ text: UnsafeRawPointer, _ stop: UnsafeRawPointer, isSpot: Bool) -> Bool {
        var line = text
        while line < stop, line.load(as: UInt8.self) != UInt8(ascii: "\n") { line += 1 }
        let length = line - text
        guard line < stop, length >= 4, length <= 16 else { return false }
        let hasReturn = (line - 1).load(as: UInt8.self) == UInt8(ascii: "\r")
        let lineEnd: (text: UInt64, length: Int) = hasReturn ? (0x0a0d, 2) : (0x0a, 1)
        let fold = RowEnd.fold(text)
        let second = text + (RowEnd.isTrue(text) ? 5 : 6)
        let hasSecond = second < line && (second - 1).load(as: UInt8.self) == UInt8(ascii: ",")
        guard hasSecond == isSpot else { return false }
        if isSpot {
            yes = Word("true", case: fold, tail: 0x2c, tailLength: 1)
            no = Word("false", case: fold, tail: 0x2c, tailLength: 1)
            let word: StaticString = RowEnd.isTrue(second) ? "true" : "false"
            best = Word(word, case: RowEnd.fold(second), tail: lineEnd.text, tailLength: lineEnd.length)
        } else {
            yes = Word("true", case: fold, tail: lineEnd.text, tailLength: lineEnd.length)
            no = Word("false", case: fold, tail: lineEnd.text, tailLength: lineEnd.length)
        }
        difference = yes.text ^ no.text
        maskDifference = yes.mask ^ no.mask
        return true
    }

    private static func isTrue(_ text: UnsafeRawPointer) -> Bool { text.load(as: UInt8.self) | 0x20 == UInt8(ascii: "t") }

    /// What makes lower-case letters those of the row: nothing, a capital, or capitals throughout.
    private static func fold(_ text: UnsafeRawPointer) -> UInt64 {
        guard text.load(as: UInt8.self) & 0x20 == 0 else { return 0 }
        return text.load(fromByteOffset: 1, as: UInt8.self) & 0x20 == 0 ? 0x2020_2020_2020_2020 : 0x20
    }

    /// The end of a futures row: 1 for true, the bytes it takes, and any bit set if it is something else.
    ///
    /// Sides are as good as random, so there must be no branch on them: bit 4 tells `t` from `f` in either case, and what it selects the
    /// rest is compared with. (A comparison here would become a branch.)
    @inline(__always)
    func read(_ text: UnsafeRawPointer) -> (isTrue: UInt64, length: Int, faults: UInt64) {
        let word = Digits.load(text)
        let isTrue = (word >> 4) & 1
        let select = 0 &- isTrue
        let expected = no.text ^ (difference & select)
        let mask = no.mask ^ (maskDifference & select)
        return (isTrue, no.length &- Int(truncatingIfNeeded: isTrue), (word ^ expected) & mask)
    }

    /// The end of a spot row, whose second boolean has to be the one learnt.
    @inline(__always)
    func readSpot(_ text: UnsafeRawPointer) -> (isTrue: UInt64, length: Int, faults: UInt64) {
        let maker = read(text)
        return (maker.isTrue, maker.length &+ best.length, maker.faults | best.faults(Digits.load(text + maker.length)))
    }
}
