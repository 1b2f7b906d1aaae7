import JSONReading
import MarketModel
import Testing

/// Reads a text and prints what was understood, strings in brackets.
func understood(_ text: String, reader: JSONReader = JSONReader()) -> String {
    understood(Array(text.utf8), reader: reader)
}

func understood(_ bytes: [UInt8], reader: JSONReader = JSONReader()) -> String {
    func show(_ value: JSONValue) -> String {
        switch value.kind {
        case .array: "[" + value.elements.map(show).joined(separator: " ") + "]"
        case .object:
            "{" + value.members.map { String(decoding: $0.key, as: UTF8.self) + "=" + show($0.value) }.joined(separator: " ") + "}"
        case .string: "<" + (value.string ?? "?") + ">"
        default: String(decoding: value.bytes, as: UTF8.self)
        }
    }
    do {
        return try bytes.withUnsafeBytes { try reader.read($0, show) }
    } catch {
        return "fault: \(error)"
    }
}

struct JSONTests {
    @Test func `Every kind of value is read, and a number keeps its text`() {
        #expect(
            understood(#" {"a":[1,-0.10,1e5 ,{}],"b":{"c":null,"d":[true,false]},"e":"x" } "#)
                == "{a=[1 -0.10 1e5 {}] b={c=null d=[true false]} e=<x>}")
        #expect(understood("[]") == "[]")
        #expect(understood("7 ") == "7")
        #expect(understood("123456789012345678901234567890.5") == "123456789012345678901234567890.5")
    }

    @Test func `Escapes become what they stand for`() {
        #expect(understood(#"["\"\\\/\b\n\r\t\f","\u00e9\u5e01\uD83D\uDE00","a\u0000b"]"#) == "[<\"\\/\u{8}\n\r\t\u{c}> <é币😀> <a\0b>]")
        #expect(understood(#"{"\u0061":1}"#) == "{a=1}")
        #expect(understood(#"["币安人生USDT"]"#) == "[<币安人生USDT>]")
        for broken in [#"["\x"]"#, #"["\u12"]"#, #"["\uD83D"]"#, #"["\uDE00"]"#, #"["\uD83D\u0041"]"#, #"["\uzzzz"]"#] {
            #expect(understood(broken) == "fault: not JSON", "\(broken)")
        }
    }

    @Test(arguments: [
        "", " ", "{", "}", "[", "]", "{]", "[}", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1]]", "[1][2]", "{\"a\"}", "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}", "{1:2}", "{\"a\":1 \"b\":2}", "{\"a\" 1}", "{\"a\":1:2}", "[:]", "[1:2]", "tru", "truex", "nul", "nulll", "01", "-", "+1",
        "1.",
        ".5", "1e", "1e+", "0x1", "1 2", "NaN", "'a'", "\"", "\"a", "[\"a]", "[\"a\"b]", "[b\"a\"]", "[\"a\" \"b\"]", "\"a\nb\"", "[1]\0",
        "\0",
        "\u{feff}[1]", "pong",
    ])
    func `What is not one whole JSON value is a fault`(text: String) {
        #expect(understood(text) == "fault: not JSON")
    }

    @Test func `Bytes that are not UTF-8 are a fault`() {
        #expect(understood([0x22, 0xFF, 0x22]) == "fault: not UTF-8")
        #expect(understood([0x5B, 0x22, 0xED, 0xA0, 0x80, 0x22, 0x5D]) == "fault: not UTF-8")
        #expect(understood([0x22, 0xC0, 0x80, 0x22]) == "fault: not UTF-8")
        #expect(understood([0]) == "fault: not JSON")
        #expect(understood([0x5B, 0x5D, 0]) == "fault: not JSON")
    }

    @Test func `Depth and size have limits that a reader survives`() {
        let reader = JSONReader(maxBytes: 1000, maxDepth: 4)
        #expect(understood("[[[[]]]]", reader: reader) == "[[[[]]]]")
        #expect(understood("[[[[[]]]]]", reader: reader) == "fault: nested too deeply")
        #expect(understood(String(repeating: "[", count: 1000), reader: reader) == "fault: nested too deeply")
        #expect(understood("\"" + String(repeating: "a", count: 999) + "\"", reader: reader) == "fault: too large")
        #expect(understood("[1]", reader: reader) == "[1]")
    }

    @Test func `A reader grows with its texts and reads the next as if it were new`() {
        let reader = JSONReader()
        for size in [1, 5000, 10, 100_000, 3] {
            let text = "[" + Array(repeating: "12", count: size).joined(separator: ",") + "]"
            #expect(understood(text, reader: reader).count == size * 3 + 1)
            #expect(understood("[1,", reader: reader) == "fault: not JSON")
        }
    }

    @Test func `Decimals and integers come from the text, in quotes or not`() throws {
        let cases: [(String, FixedPoint?)] = [
            ("0.00000001", FixedPoint(mantissa: 1, scale: 8)), ("61804.80", FixedPoint(mantissa: 618_048, scale: 1)),
            ("0.1", FixedPoint(mantissa: 1, scale: 1)), ("0", FixedPoint(mantissa: 0)), ("0.000", FixedPoint(mantissa: 0)),
            ("1e-7", FixedPoint(mantissa: 1, scale: 7)), ("-12.50", FixedPoint(mantissa: -125, scale: 1)),
            ("123456789012345678", FixedPoint(mantissa: 123_456_789_012_345_678)),
            ("0.123456789012345678", FixedPoint(mantissa: 123_456_789_012_345_678, scale: 18)), ("1234567890123456789", nil),
            ("100000000000000000000", nil), ("12345678901234567.89", nil),
        ]
        for (text, expected) in cases {
            for quoted in [text, "\"\(text)\""] {
                let bytes = Array(quoted.utf8)
                let found = try bytes.withUnsafeBytes { try JSONReader().read($0) { $0.decimal } }
                #expect(found == expected, "\(quoted)")
            }
        }
        let integers: [(String, Int64?)] = [
            ("9223372036854775807", .max), ("9223372036854775808", nil), ("-5", -5), ("1.0", nil), ("1e3", nil), ("\"12\"", 12),
            ("\"\"", nil),
            ("\"-\"", nil), ("true", nil), ("[1]", nil), ("99999999999999999999", nil),
        ]
        for (text, expected) in integers {
            let bytes = Array(text.utf8)
            #expect(try bytes.withUnsafeBytes { try JSONReader().read($0) { $0.integer } } == expected, "\(text)")
        }
    }

    @Test func `Members are found by name, the first of two, and lists of other kinds are empty`() throws {
        let bytes = Array(#"{"aa":[1,[2,{"b":3}],4],"b":5,"b":6}"#.utf8)
        try bytes.withUnsafeBytes { raw in
            try JSONReader().read(raw) { value in
                #expect(value["b"]?.integer == 5)
                #expect(value["a"] == nil)
                #expect(value.elements.map { $0.kind }.isEmpty)
                #expect(value["aa"]?.members.map { $0.value.kind }.isEmpty == true)
                #expect(value["aa"]?.elements.compactMap(\.integer) == [1, 4])
                #expect(value["b"]?.string == nil)
                #expect(value["b"]?["x"] == nil)
            }
        }
    }
}
