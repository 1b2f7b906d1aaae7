import Config
import TestSupport
import Testing

struct JSON5Tests {
    private func read(_ text: String) throws -> ConfigValue.Kind { try JSON5.read(text.utf8).kind }

    /// What is wrong with a text, as `line:column: message`.
    private func fault(_ bytes: some Collection<UInt8>) -> String? {
        do throws(ConfigFault) {
            _ = try JSON5.read(bytes)
            return nil
        } catch {
            return String(error.line(in: "").dropFirst())
        }
    }

    private func fault(_ text: String) -> String? { fault(Array(text.utf8)) }

    @Test func `What people write is read`() throws {
        let text = """
            \u{FEFF}// a comment
            { bare: 1, 'single': "it's", "double": 'say "so"', $_ü1: [1, 2,], /* and
            another */ \\u0061b: {}, nothing: null, yes: true, no: false, }
            """
        guard case .object(let members) = try read(text) else {
            Issue.record("no object")
            return
        }
        #expect(members.map(\.name) == ["bare", "single", "double", "$_ü1", "ab", "nothing", "yes", "no"])
        #expect(members.map(\.position.line) == [2, 2, 2, 2, 3, 3, 3, 3])
        #expect(members[0].position == ConfigPosition(line: 2, column: 3) && members[0].value.position.column == 9)
        #expect(members[1].value.kind == .text("it's") && members[2].value.kind == .text("say \"so\""))
        #expect(members[4].value.kind == .object([]) && members[5].value.kind == .null && members[6].value.kind == .bool(true))
        if case .list(let list) = members[3].value.kind { #expect(list.map(\.kind) == [.integer(1), .integer(2)]) }
    }

    @Test(arguments: [
        ("12", ConfigValue.Kind.integer(12)), ("-0", .integer(0)), ("+7", .integer(7)), ("0x1F", .integer(31)), ("-0XfF", .integer(-255)),
        ("5.", .integer(5)), (".5", .real(0.5)), ("-.25", .real(-0.25)), ("1e3", .integer(1000)), ("12.5e-1", .real(1.25)),
        ("1.5E+1", .integer(15)), ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
        ("9223372036854775808", .real(9_223_372_036_854_775_808)), ("0xFFFFFFFFFFFFFFFFFF", .real(4_722_366_482_869_645_213_696)),
        ("Infinity", .real(.infinity)), ("-Infinity", .real(-.infinity)), ("1e999", .real(.infinity)), ("1e-999", .integer(0)),
    ])
    func `Numbers are read as scripts read them`(text: String, kind: ConfigValue.Kind) throws {
        #expect(try read(text) == kind)
    }

    @Test func `Escapes mean what they mean in scripts`() throws {
        #expect(try read(#"'\x41\u0042\uD83D\uDE00\n\t\v\0\'\"\\\q'"#) == .text("AB😀\n\t\u{0B}\0'\"\\q"))
        #expect(try read("'one \\\nline \\\r\nonly'") == .text("one line only"))
        #expect(try read("'\u{2028}'") == .text("\u{2028}"))
        if case .real(let number) = try read("NaN") { #expect(number.isNaN) } else { Issue.record("no number") }
    }

    @Test(arguments: [
        ("", "1:1: a value is wanted here, not the end of the file"),
        ("{\n  a: 1\n  b: 2\n}", "3:3: ',' or '}' is wanted here, not 'b': the object begins in line 1"),
        ("[1, 2\n", "2:1: ',' or ']' is wanted here, not the end of the file: the list begins in line 1"),
        ("{ a 1 }", "1:5: ':' is wanted after 'a', not '1'"), ("{ 1: 2 }", "1:3: a name or '}' is wanted here, not '1'"),
        ("[,]", "1:2: a value is wanted here, not ','"), ("[1,,]", "1:4: a value is wanted here, not ','"),
        ("yes", "1:1: 'yes' is no value: a text stands in quotes"), ("'abc\n'", "1:1: this text has no end"),
        ("1 2", "1:3: the file holds one value, and '2' comes after it"), ("012", "1:1: a number does not begin with 0"),
        ("12a", "1:1: 'a' cannot follow a number"), ("1.2.3", "1:1: '.' cannot follow a number"), ("0x", "1:1: hexadecimal digits"),
        ("+", "1:1: a number has digits"), ("1e", "1:1: digits are wanted after the exponent's 'e'"), ("-yes", "1:1: a number is wanted"),
        ("/* a\n", "1:1: this comment has no end"), ("/", "1:1: a value is wanted here, not '/'"), (#"'\u12'"#, "1:2: this escape wants 4"),
        (#"'\uD800'"#, "1:2: half a surrogate pair"), (#"'\uDC00\uD800'"#, "1:2: half a surrogate pair"), (#"'\01'"#, "1:2: '\\0' with"),
        (#"'\1'"#, "1:2: '\\1' is no escape"), ("{ a\\n: 1 }", "1:4: a name without quotes"), ("\r\n\r\n\r x", "4:2: 'x' is no value"),
        ("['ü😀', x]", "1:8: 'x' is no value"), ("\u{1B}[2J", #"1:1: a value is wanted here, not '\u{1B}'"#),
    ])
    func `What is wrong is said by line and column`(text: String, message: String) {
        let told = fault(text)
        #expect(told?.hasPrefix(message) == true, "\(told ?? "nothing is wrong")")
    }

    @Test func `Depth, size and broken UTF-8 are refused, not suffered`() {
        let deep = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        #expect(fault(deep) == nil)
        #expect(fault("[" + deep + "]") == "1:65: lists and objects are nested deeper than 64")
        #expect(fault(String(repeating: "[", count: 1 << 20))?.hasPrefix("1:65:") == true)
        #expect(fault(String(repeating: " ", count: (1 << 20) - 1) + "1") == nil)
        #expect(fault(String(repeating: " ", count: 1 << 20) + "1") == "1:1: the file is longer than 1048576 bytes")
        #expect(fault(Array("{\n a: '".utf8) + [0xC0, 0x80]) == "2:6: here is a byte that is no UTF-8")
        #expect(fault("'" + String(repeating: "9", count: 100_000)) != nil && fault(String(repeating: "9", count: 100_000)) == nil)
    }

    /// A value and a text that means it, written in any of the ways there are.
    private func anything(_ random: inout Seeded, depth: Int) -> (ConfigValue.Kind, String) {
        func blank(_ random: inout Seeded) -> String {
            ["", " ", "\n", "\t", "/* , } */", "// ]\n", "\u{A0}", "\r\n"].randomElement(using: &random) ?? ""
        }
        switch Int.random(in: 0..<(depth < 5 ? 7 : 5), using: &random) {
        case 0: return (.null, "null")
        case 1: return (.bool(true), "true")
        case 2:
            let number = Int.random(in: Int.min...Int.max, using: &random) >> Int.random(in: 0..<64, using: &random)
            let hexadecimal = (number < 0 ? "-" : "+") + "0x" + String(number.magnitude, radix: 16)
            return (.integer(number), Bool.random(using: &random) ? "\(number)" : hexadecimal)
        case 3:
            let number = Double.random(in: -1...1, using: &random) / 3
            return number == 0 ? (.integer(0), "0") : (.real(number), "\(number)")
        case 4:
            let scalars = (0..<Int.random(in: 0..<8, using: &random)).compactMap { _ in
                Unicode.Scalar(UInt32.random(in: 0..<(Bool.random(using: &random) ? 128 : 0x11_0000), using: &random))
            }
            var written = ""
            for scalar in scalars {
                if scalar == "\n" || scalar == "\r" || scalar == "'" || scalar == "\\" {
                    written += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
                } else {
                    written.unicodeScalars.append(scalar)
                }
            }
            var text = String.UnicodeScalarView()
            text.append(contentsOf: scalars)
            return (.text(String(text)), "'\(written)'")
        case 5:
            var kinds: [ConfigValue.Kind] = []
            var text = "["
            for index in 0..<Int.random(in: 0..<4, using: &random) {
                let (kind, written) = anything(&random, depth: depth + 1)
                kinds.append(kind)
                text += (index == 0 ? "" : ",") + blank(&random) + written + blank(&random)
            }
            return (.list(kinds.map { ConfigValue($0, at: here) }), text + (kinds.isEmpty || Bool.random(using: &random) ? "]" : ",]"))
        default:
            var members: [ConfigMember] = []
            var text = "{"
            for index in 0..<Int.random(in: 0..<4, using: &random) {
                let (kind, written) = anything(&random, depth: depth + 1)
                let name = ["a", "_b", "$", "größe"].randomElement(using: &random) ?? ""
                members.append(ConfigMember(name, at: here, ConfigValue(kind, at: here)))
                text += (index == 0 ? "" : ",") + blank(&random) + (Bool.random(using: &random) ? name : "\"\(name)\"")
                text += blank(&random) + ":" + blank(&random) + written + blank(&random)
            }
            return (.object(members), text + (members.isEmpty || Bool.random(using: &random) ? "}" : ",}"))
        }
    }

    private let here = ConfigPosition(line: 0, column: 0)

    private func withoutPlaces(_ value: ConfigValue) -> ConfigValue {
        switch value.kind {
        case .list(let values): ConfigValue(.list(values.map(withoutPlaces)), at: here)
        case .object(let members):
            ConfigValue(.object(members.map { ConfigMember($0.name, at: here, withoutPlaces($0.value)) }), at: here)
        default: ConfigValue(value.kind, at: here)
        }
    }

    @Test func `Whatever is written in any way reads as what was meant`() throws {
        var random = Seeded.fresh()
        for _ in 0..<2000 {
            let (kind, text) = anything(&random, depth: 0)
            #expect(try withoutPlaces(JSON5.read(text.utf8)).kind == kind, "\(text)")
        }
    }

    @Test func `Mutated texts are read or refused at a place that is in them`() throws {
        var random = Seeded.fresh()
        let pieces = Array("{}[],:'\"\\/*+-.0x1eEu \n\r\u{FEFF}naïve".utf8)
        for _ in 0..<5000 {
            var bytes = Array(anything(&random, depth: 0).1.utf8)
            for _ in 0..<Int.random(in: 1..<4, using: &random) {
                let place = Int.random(in: 0...bytes.count, using: &random)
                if place < bytes.count, Bool.random(using: &random) { bytes.remove(at: place) }
                bytes.insert(pieces.randomElement(using: &random) ?? 0, at: min(place, bytes.count))
            }
            do throws(ConfigFault) {
                _ = try JSON5.read(bytes)
            } catch {
                let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
                #expect((1...bytes.count + 1).contains(error.position.line) && error.position.column <= bytes.count + 1)
                #expect(error.position.line <= lines.count + bytes.count { $0 == UInt8(ascii: "\r") })
                #expect(!error.message.contains("\n"))
            }
        }
    }
}
