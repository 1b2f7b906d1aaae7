import MarketModel
import Transport

extension Oanor {
    /// Places after the point, as the vendor's examples show them.
    enum Places {
        /// Base quantities: the examples show five, which is BTCUSDT's own scale.
        static let base = 8
        static let quote = 2
        static let ratio = 4
        static let seconds = 1
    }
}

extension JSONWriter {
    /// Writes a member whose value is an exact number rounded to places, ties away from zero, without trailing zeros.
    mutating func member(_ name: StaticString, _ mantissa: Int128, scale: Int, places: Int) {
        if scale <= places {
            member(name, decimal: mantissa, scale: scale)
        } else if let rounded = ExactRounding.nearest(mantissa, tenTo: scale, places: places) {
            member(name, decimal: rounded, scale: places)
        } else {
            // Only a product beyond 128 bits comes here, and dividing by a power of ten makes none.
            member(name, decimal: mantissa, scale: scale)
        }
    }

    /// Writes a member whose value is a ratio rounded to places; null where the divisor is zero.
    mutating func member(_ name: StaticString, ratio numerator: Int128, to denominator: Int128, places: Int) {
        if denominator > 0, let rounded = ExactRounding.nearest(numerator, over: denominator, places: places) {
            member(name, decimal: rounded, scale: places)
        } else {
            key(name)
            // Beyond 128 bits the double nearest to the ratio is as good as the ratio.
            value(denominator > 0 ? ExactQuotient.nearest(numerator, over: denominator) : nil)
        }
    }
}
