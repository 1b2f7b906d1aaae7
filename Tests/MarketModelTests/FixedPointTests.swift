import MarketModel
import Testing

struct FixedPointTests {
    @Test(arguments: [
        ("0", 0, 0), ("83.29", 8329, 2), ("0.10700000", 107, 3), ("79972.80", 799_728, 1), ("-12", -12, 0), ("+3.5", 35, 1),
        ("542.0", 542, 0),
        ("1200", 1200, 0), (".5", 5, 1), ("5.", 5, 0), ("1e3", 1000, 0), ("1.58e-3", 158, 5), ("1.500E2", 150, 0), ("0e999", 0, 0),
        ("999999999999999999", 999_999_999_999_999_999, 0), ("0.000000000000000001", 1, 18), ("000123.4500", 12345, 2),
    ])
    func `Decimals are exact and drop trailing zeros`(text: String, mantissa: Int64, scale: Int) throws {
        #expect(try FixedPoint(text: text) == FixedPoint(mantissa: mantissa, scale: scale))
    }

    @Test(arguments: ["", ".", "-", "1.2.3", "12a", "0x10", "NaN", "inf", "1e", "1e+", " 1", "--1", "1,5", "e5"])
    func `Anything else is malformed`(text: String) {
        #expect(throws: DecimalError.malformed) { try FixedPoint(text: text) }
    }

    @Test(arguments: [
        "1000000000000000000", "0.0000000000000000001", "1.234567890123456789", "1e18", "1e400", "1e-400",
        "1234567890123456789012345678901234567890",
    ])
    func `More than 18 digits do not wrap`(text: String) {
        #expect(throws: DecimalError.tooLong) { try FixedPoint(text: text) }
    }

    @Test func `Text goes both ways`() throws {
        for text in ["0", "0.05", "-12", "-0.00000001", "79972.8", "999999999999999999"] {
            #expect(try FixedPoint(text: text).description == text)
        }
    }

    @Test func `Rescaling loses no digit`() {
        #expect(FixedPoint(mantissa: 799_728, scale: 1).rescaled(to: 3) == 79_972_800)
        #expect(FixedPoint(mantissa: 1230, scale: 3).rescaled(to: 2) == 123)
        #expect(FixedPoint(mantissa: 1234, scale: 3).rescaled(to: 2) == nil)
        #expect(FixedPoint(mantissa: FixedPoint.limit, scale: 0).rescaled(to: 1) == nil)
    }
}
