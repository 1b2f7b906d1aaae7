import Feeds
import Foundation
import MarketModel
import Testing

@Suite struct PlainReportTests {
    private static let header = "date,market,call_volume,put_volume,call_oi,put_oi\n"

    private func read(_ rows: String) throws -> OptionReport { try OptionReport.read(Array((Self.header + rows).utf8), name: "x.csv") }

    @Test func `Markets and underlyings are read as Futu and as files write them`() throws {
        let report = try ReportFixture.plain.read()
        #expect(report.kind == .plain && report.rejectCount == 0, "\(report.reasons)")
        #expect(report.statements.allSatisfy { $0.source == .file })
        #expect(report.count("us-security", .volume) == [45_658_870, 28_723_978])
        #expect(report.count("us-security", .openInterest) == [330_000_001, 220_000_002])
        #expect(report.count("us-index", .volume) == [2_814_003, 3_120_447] && report.count("us-index", .openInterest) == nil)
        #expect(report.count("hk:00700", .openInterest) == [500_000, 487_654] && report.count("hk:00700", .volume) == nil)
        #expect(report.count("us:AAPL", .openInterest, on: "2026-06-10") == [30, 40] && report.count("hk:HSI", .volume) == [1, 2])
    }

    @Test func `Columns stand in any order, and those of a measure may lack`() throws {
        let text = "Put_Volume,MARKET,Date,Call_Volume\n2,HK_INDEX,2026-06-13,1\n"
        let report = try OptionReport.read(Array(text.utf8), name: "x")
        // A Saturday: the operator says so.
        #expect(report.count("hk-index", .volume) == [1, 2] && report.statements.first?.day.description == "2026-06-13")
        for header in ["date,market,call_volume\n", "date,market,call_volume,put_oi\n"] {
            #expect(throws: OptionReportFault.self) { try OptionReport.read(Array(header.utf8), name: "x") }
        }
    }

    @Test(arguments: [
        ("2026-06-31,US_INDEX,1,2,,", "no day"), ("yesterday,US_INDEX,1,2,,", "no day"), ("2026-06-11,US_INDEX,1,,,", "puts"),
        ("2026-06-11,US_INDEX,,2,,", "calls"), ("2026-06-11,US_INDEX,,,,", "neither"), ("2026-06-11,US_INDEX", "neither"),
        ("2026-06-11,US_INDEX,-1,2,,", "no count"), ("2026-06-11,US_INDEX,1.0,2,,", "no count"), ("2026-06-11,US_INDEX,+1,2,,", "no count"),
        ("2026-06-11,US_INDEX,\"1,23\",2,,", "no count"), ("2026-06-11,US_INDEX,\"1234,567\",2,,", "no count"),
        ("2026-06-11,US_INDEX,\",123\",2,,", "no count"), ("2026-06-11,US_INDEX,99999999999999999999,2,,", "no count"),
        ("2026-06-11,US_INDEX,9223372036854775807,1,,", "64 bits"), ("2026-06-11,CC.BTC,1,2,,", "tape"),
        ("2026-06-11,crypto:BTC,1,2,,", "tape"),
        ("2026-06-11,EU_INDEX,1,2,,", "no market"), ("2026-06-11,FR.AIR,1,2,,", "no underlying"), ("2026-06-11,US.,1,2,,", "no underlying"),
        ("2026-06-11,,1,2,,", "no market"), ("2026-06-11,\"US.A,B\",1,2,,", "no underlying"), ("0026-06-11,US_INDEX,1,2,,", "no day"),
        ("2026-06-11,US_INDEX,1,2,3,x", "no count"),
    ])
    func `A row that says nothing is rejected, and why`(row: String, reason: String) throws {
        let report = try read("2026-06-10,US_INDEX,1,2,3,4\n\(row)\n2026-06-12,US_INDEX,1,2,3,4\n")
        #expect(report.rejectCount == 1 && report.statements.count == 4, "\(report.reasons)")
        let reject = try #require(report.rejects.first)
        #expect(reject.line == 3 && reject.reason.contains(reason) && reject.text == row, "\(reject)")
    }

    @Test func `A day that is said twice is said once, and must be the same`() throws {
        let same = try read("2026-06-10,US_INDEX,1,2,,\n2026-06-10,us-index,1,2,3,4\n")
        #expect(same.statements.count == 2 && same.rejectCount == 0)
        let other = try read("2026-06-10,US_INDEX,1,2,,\n2026-06-10,US_INDEX,1,3,3,4\n")
        #expect(other.statements.count == 1 && other.rejectCount == 1 && other.count("us-index", .volume) == [1, 2])
    }

    @Test func `Of many rejected rows a hundred are kept and all are counted`() throws {
        let report = try read(String(repeating: "no,day,at,all,,\n", count: 1000) + String(repeating: "x", count: 300) + "\n")
        #expect(report.rejectCount == 1001 && report.rejects.count == OptionReport.keptRejects && report.rejects.last?.line == 101)
        let long = try read(String(repeating: "x", count: 70_000) + "\n\(String(repeating: "y", count: 1000)),\u{7}\u{1B}[2J\n")
        #expect(long.rejectCount == 2 && long.rejects[1].text.count == 200)
        #expect(long.rejects.allSatisfy { !$0.text.unicodeScalars.contains { $0.value < 0x20 } })
    }
}
