import Feeds
import Foundation
import MarketModel
import TestSupport
import Testing

@Suite struct CboeReportTests {
    /// Cboe's own files, where they are at hand.
    struct Archive {
        static let root = Recording.root + "/cboe-put-call/"
        static let atHand = FileManager.default.fileExists(atPath: root + "indexpc.csv")

        let report: OptionReport
        /// The file read once more, by splitting lines and commas: day, calls, puts, total, ratio.
        let rows: [(day: String, calls: Int64, puts: Int64, total: Int64, ratio: Double)]

        init(_ name: String) throws {
            let data = try Data(contentsOf: URL(filePath: Self.root + name))
            report = try OptionReport.read(Array(data), name: name)
            rows = String(decoding: data, as: UTF8.self).components(separatedBy: .newlines).compactMap { line in
                let cells = line.components(separatedBy: ",").map { $0.trimmingCharacters(in: .whitespaces) }
                let date = cells[0].components(separatedBy: "/").compactMap { Int($0) }
                guard date.count == 3, cells.count >= 5 else { return nil }
                return (
                    String(format: "%04d-%02d-%02d", date[2], date[0], date[1]), Int64(cells[1])!, Int64(cells[2])!, Int64(cells[3])!,
                    Double(cells[4])!
                )
            }
        }
    }

    @Test(.enabled(if: Archive.atHand, "no recordings of Cboe at hand"))
    func `Every day of Cboe's index archive comes back as it is printed`()
        throws
    {
        let archive = try Archive("indexpc.csv")
        let report = archive.report
        #expect(report.kind == .cboeIndex && report.rejectCount == 0 && report.totals.isEmpty)
        #expect(report.statements.count == 3253 && archive.rows.count == 3253)
        for (statement, row) in zip(report.statements, archive.rows) {
            #expect(statement.subject == .market(.usIndices) && statement.measure == .volume && statement.source == .cboe)
            #expect(statement.day.description == row.day && statement.count.calls == row.calls && statement.count.puts == row.puts)
            #expect(statement.count.total == row.total)
            let ratio = try #require(statement.count.ratio)
            #expect(abs(ratio - row.ratio) < 0.005_000_1, "\(row)")
        }
        #expect(report.statements.first?.day.description == "2006-11-01" && report.statements.last?.day.description == "2019-10-04")
    }

    @Test(.enabled(if: Archive.atHand, "no recordings of Cboe at hand"))
    func `All options less those on indices are those on shares and funds`()
        throws
    {
        let (total, index) = (try Archive("totalpc.csv"), try Archive("indexpc.csv"))
        #expect(total.report.kind == .cboeTotal && total.report.rejectCount == 0 && total.report.statements.isEmpty)
        #expect(total.report.totals.count == 3240 && total.rows.count == 3240)
        let (statements, rejects) = OptionReport.securities(total: total.report, index: index.report)
        #expect(statements.count == 3240 && rejects.isEmpty)
        let indices = Dictionary(uniqueKeysWithValues: index.rows.map { ($0.day, $0) })
        for (statement, row) in zip(statements, total.rows) {
            let part = try #require(indices[row.day])
            #expect(statement.subject == .market(.usSecurities) && statement.source == .cboe && statement.day.description == row.day)
            #expect(statement.count.calls == row.calls - part.calls && statement.count.puts == row.puts - part.puts)
        }
        let first = try #require(statements.first)
        #expect(first.day.description == "2006-11-01" && first.count.calls == 1_103_783 && first.count.puts == 901_072)
        #expect(statements.last?.day.description == "2019-09-17")
    }

    @Test func `What an archive is of is told by its line PRODUCT, and by its name where that lacks`() throws {
        #expect(try ReportFixture.cboeTotal.read().totals.count == 2)
        #expect(try ReportFixture.cboeIndex.read().statements.count == 2)
        let rows = "DATE,CALL,PUT,TOTAL,P/C Ratio\n11/1/2006,5,5,10,1\n"
        #expect(try OptionReport.read(Array(rows.utf8), name: "dir/TOTALPC.csv").kind == .cboeTotal)
        #expect(throws: OptionReportFault.self) { try OptionReport.read(Array(rows.utf8), name: "pc.csv") }
        let fault = #expect(throws: OptionReportFault.self) { try OptionReport.read(Array(rows.utf8), name: "equitypc.csv") }
        #expect(fault?.description.contains("totalpc.csv and indexpc.csv") == true)
        for product in [", PRODUCT:ETP,,\n", ", PRODUCT: EQUITY,,EXCHANGE: Cboe,\n"] {
            #expect(throws: OptionReportFault.self) { try OptionReport.read(Array((product + rows).utf8), name: "totalpc.csv") }
        }
    }

    @Test func `Rows of an archive that do not add up, or whose ratio is another's, are rejected`() throws {
        let rows = [
            ("1/2/2018,100,50,150,0.5", nil), ("1/3/2018,100,50,151,0.5", "does not add up"), ("1/4/2018,100,50,150,0.6", "ratio"),
            ("1/5/2018,300,100,400,0.33", nil), ("1/8/2018,300,100,400,0.34", "ratio"), ("1/9/2018,1000,995,1995,1", nil),
            ("1/10/2018,1000,994,1994,1", "ratio"), ("1/11/2018,300,100,400,0.333", nil), ("1/12/2018,300,100,400,0.332", "ratio"),
            ("1/16/2018,0,5,5,", nil), ("2/30/2018,1,1,2,1", "no day"), ("1/17/2018,-1,1,0,1", "no count"),
            ("1/18/2018,1.5,1,2.5,1", "no count"),
            ("1/19/2018,1,1,2,one", "no ratio"), ("1/2/2018,100,51,151,0.51", "before it"), ("1/2/2018,100,50,150,0.5", nil), (",,,,", nil),
            ("1/22/2018,9223372036854775807,1,2,0", "64 bits"), ("1/23/2018,9223372036854775808,1,2,0", "no count"),
            ("1/24/2018,5", "nothing"),
        ]
        for (row, reason) in rows {
            let text = "DATE,CALL,PUT,TOTAL,P/C Ratio\n1/2/2018,100,50,150,0.5\n\(row)\n"
            let report = try OptionReport.read(Array(text.utf8), name: "indexpc.csv")
            #expect(report.rejectCount == (reason == nil ? 0 : 1), "\(row): \(report.reasons)")
            if let reason { #expect(report.reasons.contains(reason), "\(row): \(report.reasons)") }
            if reason != nil { #expect(report.rejects.first?.line == 3 && report.rejects.first?.text == row) }
        }
    }

    @Test func `A part that is more than the whole is rejected`() throws {
        let total = try OptionReport.read(
            Array("DATE,CALL,PUT,TOTAL\n1/2/2018,5,5,10\n1/3/2018,9,9,18\n1/4/2018,9,9,18".utf8), name: "totalpc.csv")
        let index = try OptionReport.read(
            Array("DATE,CALL,PUT,TOTAL\n1/2/2018,6,1,7\n1/3/2018,4,9,13\n1/5/2018,1,1,2".utf8), name: "indexpc.csv")
        let (statements, rejects) = OptionReport.securities(total: total, index: index)
        #expect(statements.count == 1 && statements[0].count.calls == 5 && statements[0].count.puts == 0)
        #expect(rejects.count == 1 && rejects[0].reason.contains("2018-01-02"))
    }

    @Test func `A day's statistics are read by category, and its day is in the name`() throws {
        let report = try ReportFixture.cboeDaily.read()
        #expect(report.rejectCount == 0, "\(report.reasons)")
        #expect(report.statements.allSatisfy { $0.day.description == "2026-06-11" && $0.source == .cboe })
        #expect(report.count("us-index", .volume) == [3000, 3500] && report.count("us-security", .volume) == [7000, 4500])
        #expect(report.count("us-index", .openInterest) == [200_000, 300_000])
        #expect(report.count("us-security", .openInterest) == [800_000, 600_000])
        #expect(report.count("us:.VIX", .volume) == [900, 300] && report.count("us:.SPX", .openInterest) == [150_000, 280_000])
        let bytes = Array(ReportFixture.cboeDaily.text.utf8)
        let fault = #expect(throws: OptionReportFault.self) { try OptionReport.read(bytes, name: "daily_options") }
        #expect(fault?.description.contains("2026-06-11_daily_options") == true)
    }

    @Test func `A category that does not add up takes what depends on it with it, and nothing else`() throws {
        func read(_ old: String, _ new: String) throws -> OptionReport {
            let text = ReportFixture.cboeDaily.text.replacingOccurrences(of: old, with: new)
            return try OptionReport.read(Array(text.utf8), name: "2026-06-11_daily_options")
        }
        let all = try read("\"total\":18000", "\"total\":18001")
        #expect(all.count("us-index", .volume) == [3000, 3500] && all.count("us-security", .volume) == nil && all.rejectCount == 1)
        let part = try read("\"total\":6500", "\"total\":6501")
        #expect(part.count("us-index", .volume) == nil && part.count("us-security", .volume) == nil && part.rejectCount == 2)
        #expect(part.count("us-index", .openInterest) == [200_000, 300_000])
        // As of a day on which no shares are traded.
        let whole = try read("\"call\":3000,\"put\":3500,\"total\":6500", "\"call\":10000,\"put\":8000,\"total\":18000")
        #expect(whole.count("us-security", .volume) == nil && whole.reasons.contains("nothing at all"))
        let none = try read("{\"name\":\"VOLUME\",\"call\":3000,\"put\":3500,\"total\":6500},", "")
        #expect(none.count("us-security", .volume) == nil && none.reasons.contains("no row VOLUME") && none.rejectCount == 2)
        let more = try read("\"call\":3000,\"put\":3500,\"total\":6500", "\"call\":10001,\"put\":8000,\"total\":18001")
        #expect(more.count("us-security", .volume) == nil && more.reasons.contains("are a part"))
    }
}
