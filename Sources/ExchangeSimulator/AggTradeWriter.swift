/// Turns the rows of a block into text.
struct AggTradeWriter: Sendable {
    let generator: TapeGenerator
    let clock: TapeClock
    let layout: AggTradeLayout

    /// An upper bound of the length of a row: five integers of 19 digits, a price and a size of 19 digits with points and padding.
    static let longestRow = 170

    /// The text of a block.
    ///
    /// - Parameter start: what the blocks before it add up to.
    func text(of block: TapeBlock, from start: TapeSums) -> [UInt8] {
        let head = block.index == 0 ? Array(layout.header.utf8) : []
        return Array(unsafeUninitializedCapacity: head.count + block.rows * AggTradeWriter.longestRow) { buffer, count in
            // The buffer has room for `longestRow` bytes a row, so no row can pass its end.
            guard let base = buffer.baseAddress else { return }
            var cursor = TextCursor(base)
            cursor.write(head)
            write(block, from: start, to: &cursor)
            count = cursor.position - base
        }
    }

    private func write(_ block: TapeBlock, from start: TapeSums, to cursor: inout TextCursor) {
        let shape = generator.shape
        let priceDigits = layout.priceDigits ?? shape.priceDecimals
        let quantityDigits = layout.quantityDigits ?? shape.quantityDecimals
        let tails = (Array(layout.makerIsBuyer.utf8), Array(layout.makerIsSeller.utf8))
        var id = shape.firstID + Int64(block.firstRow)
        var slice = 0
        var out = cursor
        generator.generate(block, from: start, sized: true) { row in
            out.write(UInt64(id))
            out.comma()
            out.write(UInt64(max(1, shape.firstPrice &+ row.sums.price &* shape.step)), decimals: shape.priceDecimals, padded: priceDigits)
            out.comma()
            out.write(UInt64(row.lots), decimals: shape.quantityDecimals, padded: quantityDigits)
            out.comma()
            let last = shape.firstFill &+ row.sums.fills
            out.write(UInt64(last &- row.fills &+ 1))
            out.comma()
            out.write(UInt64(last))
            out.comma()
            out.write(UInt64(clock.time(after: row.sums.gap, slice: &slice)))
            out.write(row.buyerIsMaker ? tails.0 : tails.1)
            id &+= 1
        }
        cursor = out
    }
}

/// A place in a text buffer that moves on as it is written to. Whoever makes it vouches for the room.
struct TextCursor {
    private(set) var position: UnsafeMutablePointer<UInt8>

    init(_ position: UnsafeMutablePointer<UInt8>) { self.position = position }

    @inline(__always)
    mutating func comma() {
        position.pointee = UInt8(ascii: ",")
        position += 1
    }

    @inline(__always)
    mutating func write(_ bytes: [UInt8]) {
        for byte in bytes {
            position.pointee = byte
            position += 1
        }
    }

    /// Writes a whole number.
    @inline(__always)
    mutating func write(_ value: UInt64) {
        let digits = TextCursor.digits(value)
        write(value, digits: digits)
    }

    /// Writes `value` ÷ 10^decimals with `padded` digits after the point, or no point if there are none.
    @inline(__always)
    mutating func write(_ value: UInt64, decimals: Int, padded: Int) {
        let unit = TextCursor.powers[decimals]
        let (whole, part) = value.quotientAndRemainder(dividingBy: unit)
        write(whole)
        guard padded > 0 else { return }
        position.pointee = UInt8(ascii: ".")
        position += 1
        write(part, digits: decimals)
        for _ in decimals..<max(decimals, padded) {
            position.pointee = UInt8(ascii: "0")
            position += 1
        }
    }

    @inline(__always)
    private mutating func write(_ value: UInt64, digits: Int) {
        var rest = value
        var at = position + digits
        position = at
        for _ in 0..<digits {
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            at -= 1
            at.pointee = 48 &+ UInt8(truncatingIfNeeded: digit)
            rest = quotient
        }
    }

    @inline(__always)
    private static func digits(_ value: UInt64) -> Int {
        var count = 1
        var limit: UInt64 = 10
        while value >= limit, count < 19 {
            limit &*= 10
            count &+= 1
        }
        return count
    }

    private static let powers: [UInt64] = (0...18).map { exponent in (0..<exponent).reduce(1) { power, _ in power * 10 } }
}
