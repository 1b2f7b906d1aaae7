import Feeds
import Foundation
import MarketModel
import Testing

@Suite struct HKEXReportTests {
    @Test func `The daily page is read by class, and its total is held against their sum`() throws {
        let report = try ReportFixture.page.read()
        #expect(report.kind == .hkexReport && report.rejectCount == 0, "\(report.reasons)")
        #expect(report.statements.allSatisfy { $0.source == .hkexReport && $0.day.description == "2026-06-11" })
        #expect(
            report.count("hk-security", .volume) == [70_601, 53_871] && report.count("hk-security", .openInterest) == [503_009, 489_674])
        #expect(report.count("hk:00700", .volume) == [70_000, 53_456] && report.count("hk:00700", .openInterest) == [500_000, 487_654])
        // Two classes of one stock, and one whose stock is not told.
        #expect(report.count("hk:00005", .volume) == [600, 410] && report.count("hk:XCC", .openInterest) == [4, 5])
    }

    @Test func `The rows of the archive say the same in another form`() throws {
        let report = try ReportFixture.rows.read()
        #expect(report.rejectCount == 0, "\(report.reasons)")
        #expect(report.count("hk-security", .volume) == [70_600, 53_856] && report.count("hk:00005", .openInterest) == [3000, 2000])
    }

    @Test func `A total that is not the sum of its classes is rejected with the difference`() throws {
        let text = ReportFixture.page.text.replacingOccurrences(of: "124,472   70,601", with: "124,473   70,602")
        let report = try OptionReport.read(Array(text.utf8), name: "dqe260611.htm")
        #expect(
            report.count("hk-security", .volume) == nil && report.rejectCount == 1 && report.reasons.contains("1 calls and 0 puts lack"))
        #expect(report.count("hk:00700", .volume) == [70_000, 53_456] && report.count("hk-security", .openInterest) == [503_009, 489_674])
        let wrong = ReportFixture.page.text.replacingOccurrences(of: "123,456   70,000", with: "123,456   70,001")
        let rejected = try OptionReport.read(Array(wrong.utf8), name: "dqe260611.htm")
        #expect(rejected.rejectCount == 3 && rejected.count("hk:00700", .volume) == nil && rejected.count("hk-security", .volume) == nil)
    }

    @Test func `The day is the title's, and the name's where the title has none`() throws {
        let text = ReportFixture.page.text.replacingOccurrences(of: " AS AT 11 JUN 2026", with: "")
        #expect(try OptionReport.read(Array(text.utf8), name: "dqe260612.htm").statements.first?.day.description == "2026-06-12")
        #expect(throws: OptionReportFault.self) { try OptionReport.read(Array(text.utf8), name: "dqe.htm") }
        #expect(
            try OptionReport.read(Array(ReportFixture.page.text.utf8), name: "dqe260612.htm").statements.first?.day.description
                == "2026-06-11")
    }

    @Test func `A page without a report is empty where it says so, and a fault where it is something else`() throws {
        let moved = "<html><body>The page requested may have been relocated, renamed or removed.</body></html>"
        #expect(try OptionReport.read(Array(moved.utf8), name: "dqe260611.htm").isEmpty)
        let none = "<html>STOCK OPTIONS DAILY MARKET REPORT AS AT 11 JUN 2026\nNO DATA</html>"
        #expect(try OptionReport.read(Array(none.utf8), name: "dqe260611.htm").isEmpty)
        for text in ["<!DOCTYPE html><title>Access denied</title>", "<Error><Code>AccessDenied</Code></Error>", "<"] {
            let fault = #expect(throws: OptionReportFault.self) { try OptionReport.read(Array(text.utf8), name: "dqe260611.htm") }
            #expect(fault?.description.contains("web page") == true)
        }
    }

    @Test func `A page that ends before its total is a fault`() throws {
        let text = ReportFixture.page.text
        let cut = try #require(text.range(of: "TOTAL   ")?.lowerBound)
        let fault = #expect(throws: OptionReportFault.self) { try OptionReport.read(Array(text[..<cut].utf8), name: "dqe260611.htm") }
        #expect(fault?.description.contains("cut off") == true)
    }

    @Test func `Series of stock options are summed by class and over the house`() throws {
        let report = try ReportFixture.stocks.read()
        #expect(report.kind == .hkexSeries && report.rejectCount == 0, "\(report.reasons)")
        #expect(report.statements.allSatisfy { $0.source == .hkexSeries && $0.day.description == "2025-07-02" })
        #expect(report.count("hk:TCH", .volume) == [2749, 3067] && report.count("hk:TCH", .openInterest) == [10_728, 17_931])
        #expect(report.count("hk:HKB", .volume) == [5, 3])
        #expect(report.count("hk-security", .volume) == [2754, 3070] && report.count("hk-security", .openInterest) == [10_735, 17_942])
        let named = ReportFixture.stocks.text.replacingOccurrences(of: "\"STOCK OPTIONS\",\"HKB\"", with: "\"HSBC (5)\",\"HKB\"")
        #expect(try OptionReport.read(Array(named.utf8), name: "x").count("hk:00005", .volume) == [5, 3])
    }

    @Test func `Of the futures house indices count, currencies do not, and what is not known is told`() throws {
        let report = try ReportFixture.indices.read()
        #expect(report.count("hk-index", .volume) == [44, 66] && report.count("hk-index", .openInterest) == [110, 220])
        #expect(report.count("hk:HSI", .volume) == [40, 60] && report.count("hk:HTI", .openInterest) == [10, 20])
        #expect(report.count("hk:CUS", .volume) == nil && report.count("hk:ZZZ", .volume) == nil)
        #expect(report.rejectCount == 1 && report.reasons.contains("ZZZ") && report.rejects.first?.text == "ZZZ MADE UP INDEX")
        // A row of what is not counted takes nothing else with it.
        let text = ReportFixture.indices.text.replacingOccurrences(of: "\"CUS\",\"30\",\"JUL\",\"25\",7.2,1000", with: "\"CUS\",,,,7.2,-1")
        let other = try OptionReport.read(Array(text.utf8), name: ReportFixture.indices.name)
        #expect(other.count("hk-index", .volume) == [44, 66] && other.rejectCount == 2, "\(other.reasons)")
    }

    @Test func `A house that its header does not name is told by the file's`() throws {
        let text = ReportFixture.indices.text.replacingOccurrences(of: "HKCC", with: "X")
        #expect(throws: OptionReportFault.self) { try OptionReport.read(Array(text.utf8), name: "x") }
        #expect(try OptionReport.read(Array(text.utf8), name: "DTOP_F_20250702.raw").count("hk-index", .volume) == [44, 66])
    }

    @Test func `Of an archive the file of all options is read, and no other`() throws {
        for (name, isReport) in [
            ("20250702_1_dtop_f_hkcc_opt_dtl_all.raw", true), ("20250702_1_dtop_f_hkcc_fut_dtl_all.raw", false),
            ("20250702_1_dtop_f_hkcc_opt_dtl_hsi.raw", false), ("a/20250702_1_dtop_f_hkcc_opt_dtl_hsi.rpt", false), ("dqe260611.csv", true),
            ("no_trading_activities.txt", true), ("a/", false), ("totalpc.csv", true),
        ] {
            #expect(OptionReport.isReport(member: name) == isReport, "\(name)")
        }
        let bytes = Array(ReportFixture.indices.text.utf8)
        let fault = #expect(throws: OptionReportFault.self) { try OptionReport.read(bytes, name: "20250702_1_dtop_f_hkcc_opt_dtl_hsi.raw") }
        #expect(fault?.description.contains("opt_dtl_all.raw") == true)
    }

    @Test func `A file of series that is cut off is a fault, wherever it is cut`() throws {
        for fixture in [ReportFixture.stocks, .indices] {
            let bytes = Array(fixture.text.utf8)
            let end = try #require(fixture.text.range(of: "\"T\",")).lowerBound.utf16Offset(in: fixture.text)
            // With `"T",3` there everything is there.
            for length in 1..<(end + 5) {
                #expect(throws: OptionReportFault.self, "\(length)") { try OptionReport.read(Array(bytes[..<length]), name: fixture.name) }
            }
            #expect(throws: OptionReportFault.self) { try OptionReport.read(bytes + Array("\n\"01\",".utf8), name: fixture.name) }
        }
    }

    @Test(arguments: [
        ("\"TCH\",\"30\",\"JUL\",\"25\",500.00,10228", "\"TCH\",\"30\",\"JUL\",\"25\",500.00,-1"),
        ("\"TCH\",\"30\",\"JUL\",\"25\",500.00,10228", "\"TCH\",\"30\",\"JUL\",\"25\",500.00,1.5"),
        ("\"TCH\",\"30\",\"JUL\",\"25\",500.00,10228", "\"TCH\",\"30\",\"JUL\",\"25\",500.00,99999999999999999999"),
        ("\"TCH\",\"30\",\"JUL\",\"25\",500.00,10228", "\"TCH\",\"30\",\"JUL\",\"25\",500.00,9223372036854775807"),
        ("\"01\",\"WSO\"", "\"02\",\"WSO\""), ("12.40,-1.90,17131", "12.40,17131"),
    ])
    func `A row that cannot be read leaves out its class, and the market's sum`(old: String, new: String) throws {
        let text = ReportFixture.stocks.text.replacingOccurrences(of: old, with: new)
        let report = try OptionReport.read(Array(text.utf8), name: ReportFixture.stocks.name)
        #expect(report.count("hk:TCH", .volume) == nil && report.count("hk-security", .volume) == nil && report.rejectCount >= 3)
        #expect(report.count("hk:HKB", .volume) == [5, 3] && report.count("hk-security", .openInterest) == nil)
    }

    @Test(arguments: [
        ("no_trading_activities.txt", ""), ("a/no_trading_activities.txt", "whatever"), ("x.txt", "No Trading Activity\r\n"),
        ("x.txt", "\"No File Available Yet\""),
        ("x.raw", "\"H\",\"DTOP\",\"DCASS\",\"20250702\",\"20250702194207\",\"SEOCH\",1\n\"T\",0,\"EOF\"\n"),
    ])
    func `A day without trading is an empty report`(name: String, text: String) throws {
        let report = try OptionReport.read(Array(text.utf8), name: name)
        #expect(report.isEmpty && report.kind == .hkexSeries)
    }
}
