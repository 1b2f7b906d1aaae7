import Foundation
import Testing
import Transport

struct JSONWriterTests {
    static func json(_ body: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter(capacity: 16)
        body(&writer)
        return writer.text
    }

    @Test func `Members and elements keep their order and get their commas`() {
        let text = JSONWriterTests.json { json in
            json.beginObject()
            json.member("a", 1)
            json.key("b")
            json.beginArray()
            json.value(1)
            json.beginObject()
            json.endObject()
            json.null()
            json.value(true)
            json.endArray()
            json.member("c", "x")
            json.key(escaping: "d\"")
            json.beginArray()
            json.endArray()
            json.endObject()
        }
        #expect(text == #"{"a":1,"b":[1,{},null,true],"c":"x","d\"":[]}"#)
    }

    @Test func `Texts read back as they were, whatever is in them`() throws {
        let texts = ["", "plain", "\"\\/\u{8}\u{c}\n\r\t", "\u{0}\u{1}\u{1f}\u{7f}", "Größe €🚀", "e\u{301}"]
        for text in texts {
            let json = JSONWriterTests.json { $0.value(text) }
            let back = try JSONSerialization.jsonObject(with: Data(json.utf8), options: .fragmentsAllowed) as? String
            #expect(back?.unicodeScalars.elementsEqual(text.unicodeScalars) == true)
        }
    }

    @Test(
        arguments: [
            (0, 0, "0"), (0, 5, "0"), (5, 2, "0.05"), (-5, 2, "-0.05"), (6_334_246, 2, "63342.46"), (100, 2, "1"), (100, 0, "100"),
            (1230, 2, "12.3"), (-6786, 4, "-0.6786"), (1, 18, "0.000000000000000001"), (10, 1, "1"),
            (Int128(Int64.min), 0, "-9223372036854775808"),
        ] as [(Int128, Int, String)])
    func `Decimals are exact and drop trailing zeros`(mantissa: Int128, scale: Int, text: String) {
        #expect(JSONWriterTests.json { $0.value(decimal: mantissa, scale: scale) } == text)
    }

    @Test func `The widest decimals fit`() {
        #expect(JSONWriterTests.json { $0.value(decimal: .max, scale: 0) } == "170141183460469231731687303715884105727")
        #expect(JSONWriterTests.json { $0.value(decimal: .min, scale: 0) } == "-170141183460469231731687303715884105728")
        #expect(JSONWriterTests.json { $0.value(decimal: .max, scale: 38) } == "1.70141183460469231731687303715884105727")
        #expect(JSONWriterTests.json { $0.value(decimal: 1, scale: 38) } == "0.00000000000000000000000000000000000001")
    }

    @Test(
        arguments: [
            (0.0, "0"), (-0.0, "0"), (1, "1"), (100_000, "100000"), (0.1, "0.1"), (1e16, "10000000000000000"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"), (1.5e21, "1.5e+21"), (1e-6, "0.000001"), (1.5e-6, "0.0000015"), (1e-7, "1e-7"), (1.25e-7, "1.25e-7"),
            (123_456.789, "123456.789"), (-2.5, "-2.5"), (.leastNonzeroMagnitude, "5e-324"),
            (1.7976931348623157e308, "1.7976931348623157e+308"),
            (.infinity, "null"), (.nan, "null"), (9_007_199_254_740_992, "9007199254740992"),
        ] as [(Double, String)])
    func `Doubles are spelled as JavaScript spells them`(number: Double, text: String) {
        #expect(JSONWriterTests.json { $0.value(number) } == text)
    }

    @Test func `Every double reads back to itself`() {
        let seed = UInt64.random(in: 0 ... .max)
        var state = seed
        for _ in 0..<20_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let number = Double(bitPattern: state ^ state >> 29)
            guard number.isFinite else { continue }
            let text = JSONWriterTests.json { $0.value(number) }
            #expect(Double(text) == number, "seed \(seed), \(number) became \(text)")
        }
    }

    @Test func `Doubles that need no exponent have none, no digit too many, and no point without digits`() {
        let seed = UInt64.random(in: 0 ... .max)
        var state = seed
        for _ in 0..<20_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let exponent = Int(state >> 59) - 25
            let number = Double(sign: state & 1 == 0 ? .plus : .minus, exponent: 3 * exponent, significand: Double(1 + state >> 12))
            guard number.magnitude >= 1e-6, number.magnitude < 1e21 else { continue }
            let text = JSONWriterTests.json { $0.value(number) }
            let digits = text.filter { $0.isNumber }.drop { $0 == "0" }
            #expect(Double(text) == number, "seed \(seed), \(number) became \(text)")
            #expect(!text.contains("e") && !text.hasSuffix(".0") && !text.hasSuffix("."), "seed \(seed), \(number) became \(text)")
            #expect(digits.count <= 17 || number.magnitude >= 1e17, "seed \(seed), \(number) became \(text)")
        }
    }
}
