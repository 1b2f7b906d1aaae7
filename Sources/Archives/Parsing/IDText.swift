import MarketModel

/// Reads trade ids.
enum IDText {
    /// The id, or nil where the text is not one of this kind.
    static func parse(_ bytes: UnsafeRawBufferPointer, _ kind: TradeIDKind) -> TradeID? {
        switch kind {
        case .none: TradeID(0)
        case .contiguous, .integer: DecimalText.integer(bytes).map { TradeID($0) }
        // A few old rows of UUID venues carry plain numbers.
        case .uuid: uuid(bytes) ?? DecimalText.integer(bytes).flatMap { $0 < 0 ? nil : TradeID($0) }
        }
    }

    /// 32 hexadecimal digits, with hyphens anywhere between them.
    static func uuid(_ bytes: UnsafeRawBufferPointer) -> TradeID? {
        guard bytes.count == 36 || bytes.count == 32 else { return nil }
        var (high, low) = (UInt64(0), UInt64(0))
        var digits = 0
        for byte in bytes {
            if byte == UInt8(ascii: "-") { continue }
            let lower = byte | 0x20
            let digit = byte &- 48 <= 9 ? byte &- 48 : lower >= 97 && lower <= 102 ? lower - 87 : 255
            guard digit < 16 else { return nil }
            high = high << 4 | low >> 60
            low = low << 4 | UInt64(digit)
            digits += 1
        }
        return digits == 32 ? TradeID(high: Int64(bitPattern: high), low: low) : nil
    }
}
