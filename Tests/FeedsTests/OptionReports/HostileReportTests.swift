import Feeds
import Foundation
import MarketModel
import TestSupport
import Testing

@Suite struct HostileReportTests {
    @Test(arguments: ReportFixture.all) func `Each kind of file is recognised by its content`(fixture: ReportFixture) throws {
        let report = try fixture.read()
        #expect(report.kind == fixture.kind && report.statements.count == fixture.statements, "\(report.reasons)")
        #expect(!report.isEmpty)
    }

    @Test(arguments: ReportFixture.all) func `A byte order mark, and CR before each LF, change nothing`(fixture: ReportFixture) throws {
        let report = try fixture.read()
        let windows = [0xEF, 0xBB, 0xBF] + Array(fixture.text.replacingOccurrences(of: "\n", with: "\r\n").utf8)
        #expect(try OptionReport.read(windows, name: fixture.name) == report)
        #expect(try windows.withUnsafeBytes { try OptionReport.read($0, name: fixture.name) } == report)
    }

    @Test func `What is no report is refused in words`() throws {
        for (text, reason) in [
            ("", "empty"), ("\u{FEFF}", "empty"), (" \r\n\n", "empty"), ("{", "JSON"), ("{}", "JSON"), ("[]", "JSON"),
            ("{\"entity\":[1]}", "OCC"),
            ("{\"entity\":{\"a\":1}}", "OCC"), ("Report Format is Required", "Report Format is Required"), ("a,b\n1,2", "a,b"),
            ("\0\0", "empty"),
            ("PK\u{3}\u{4}", "no report"),
        ] {
            let fault = #expect(throws: OptionReportFault.self) { try OptionReport.read(Array(text.utf8), name: "x") }
            #expect(fault?.description.contains(reason) == true, "\(text): \(fault?.description ?? "")")
        }
    }

    @Test func `Files above the limit are refused unread`() {
        let bytes = [UInt8](repeating: UInt8(ascii: "1"), count: OptionReport.byteLimit + 1)
        let fault = #expect(throws: OptionReportFault.self) { try OptionReport.read(bytes, name: "x") }
        #expect(fault?.description.contains("64 MiB") == true)
        #expect(throws: OptionReportFault.self) { try bytes.withUnsafeBytes { try OptionReport.read($0, name: "x") } }
    }

    @Test(arguments: ReportFixture.all) func `A file that ends anywhere says no more than the whole`(fixture: ReportFixture) throws {
        let bytes = Array(fixture.text.utf8)
        let whole = try fixture.read()
        let known = Set(whole.statements.map { "\($0.subject.name) \($0.day) \($0.measure)" })
        for length in bytes.indices {
            guard let report = try? OptionReport.read(Array(bytes[..<length]), name: fixture.name) else { continue }
            check(report)
            #expect(report.statements.count <= whole.statements.count)
            // A number that is cut off is another one; nothing else may be.
            #expect(report.statements.allSatisfy { known.contains("\($0.subject.name) \($0.day) \($0.measure)") || fixture.kind == .plain })
        }
    }

    @Test(arguments: ReportFixture.all) func `Flipped bits and joined halves trap nowhere`(fixture: ReportFixture) throws {
        var random = Seeded.fresh()
        let bytes = Array(fixture.text.utf8)
        for _ in 0..<400 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: damaged.indices, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: damaged[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                case 1: damaged[place] = [0x2C, 0x22, 0x0A, 0x2D, 0x39, 0x28, 0x3C, 0][Int.random(in: 0..<8, using: &random)]
                case 2: damaged.insert(contentsOf: damaged[place...].prefix(40), at: Int.random(in: damaged.indices, using: &random))
                default: damaged.removeSubrange(place..<min(damaged.count - 1, place + 12))
                }
            }
            if let report = try? OptionReport.read(damaged, name: fixture.name) { check(report) }
        }
    }

    @Test func `Any numbers add up, come back, and are told apart from those that do not`() throws {
        var random = Seeded.fresh()
        for _ in 0..<500 {
            let (calls, puts) = (Int64.random(in: 0...1 << 40, using: &random), Int64.random(in: 1...1 << 40, using: &random))
            func grouped(_ number: Int64) -> String {
                var digits = String(number)
                var place = digits.count - 3
                while place > 0 {
                    digits.insert(",", at: digits.index(digits.startIndex, offsetBy: place))
                    place -= 3
                }
                return "\"\(digits)\""
            }
            let error = Int64.random(in: 0...1, using: &random)
            let text = "Date,Call,Put,Total\r\n6/11/2026,\(grouped(calls)),\(puts),\(grouped(calls + puts + error))\r\n"
            let report = try OptionReport.read(Array(text.utf8), name: "indexpc.csv")
            #expect(report.count("us-index", .volume) == (error == 0 ? [calls, puts] : nil) && report.rejectCount == Int(error), "\(text)")
        }
    }

    /// What holds of every report, whatever it was made of.
    private func check(_ report: OptionReport) {
        #expect(report.rejects.count == min(report.rejectCount, OptionReport.keptRejects))
        #expect(report.rejects.allSatisfy { !$0.reason.isEmpty && $0.text.unicodeScalars.count <= 200 && $0.line >= 0 })
        #expect(report.statements.allSatisfy { (1973...2199).contains($0.day.year) })
        #expect(report.statements.allSatisfy { OptionSubject(name: $0.subject.name) == $0.subject })
        let keys = Set(report.statements.map { "\($0.subject.name) \($0.day) \($0.measure)" })
        #expect(keys.count == report.statements.count)
        #expect(report.checks.allSatisfy { $0.contracts >= 0 })
    }
}
