import Feeds
import Foundation
import MarketModel
import Testing

@Suite struct OCCReportTests {
    @Test func `Of a day's volume the row Total is taken, once`() throws {
        let report = try ReportFixture.occVolume.read()
        #expect(report.kind == .occVolume && report.rejectCount == 0, "\(report.reasons)")
        #expect(report.statements.allSatisfy { $0.source == .occ && $0.day.description == "2026-06-11" && $0.measure == .volume })
        #expect(report.count("us-security", .volume) == [45_658_870, 28_723_978])
        #expect(report.count("us-index", .volume) == [2_814_003, 3_120_447])
    }

    @Test(arguments: [
        "occ-volume-2026-06-11.json", "https://marketdata.theocc.com/mdapi/daily-volume-totals?report_date=2026-06-11", "20260611.json",
        "a/b/260611", "volume_20260611_1.json",
    ])
    func `The day of a volume is in its name`(name: String) throws {
        let report = try OptionReport.read(Array(ReportFixture.occVolume.text.utf8), name: name)
        #expect(report.statements.first?.day.description == "2026-06-11")
    }

    @Test(arguments: ["volume.json", "2026-13-11.json", "2026-06-11/volume.json", "12026061.json", "2026_06_11", "1234.json"])
    func `A volume without a day is a fault that says what to name it`(name: String) {
        let fault = #expect(throws: OptionReportFault.self) { try OptionReport.read(Array(ReportFixture.occVolume.text.utf8), name: name) }
        #expect(fault?.description.contains("occ-volume-2026-06-11.json") == true)
    }

    @Test(arguments: [
        #"{"entity":{"total_volume":[],"equity_volume":[],"index_volume":[],"debt_volume":[],"futures_volume":[]}}"#,
        #"{"entity":null}"#, #"{"entity":{}}"#, #"{"entity":{"optionsOI":[]}}"#, #"{"entity":{"equity_volume":null,"index_volume":[]}}"#,
    ])
    func `A holiday is an empty report`(text: String) throws {
        #expect(try OptionReport.read(Array(text.utf8), name: "x").isEmpty)
    }

    @Test func `Totals that are wrong, twice or missing are rejected`() throws {
        func read(_ rows: String) throws -> OptionReport {
            try OptionReport.read(Array(#"{"entity":{"equity_volume":[\#(rows)]}}"#.utf8), name: "2026-06-11")
        }
        let total = #"{"exchange":"Total","calls":5,"puts":6,"volume":11}"#
        #expect(try read(total).statements.count == 1 && read(total + "," + total).statements.count == 1)
        for (rows, reason) in [
            (#"{"exchange":"CBOE","calls":5,"puts":6,"volume":11}"#, "no row Total"),
            (#"{"exchange":"Total","calls":5,"puts":6,"volume":12}"#, "does not add up"),
            (#"{"exchange":"Total","calls":5,"volume":5}"#, "puts"), (#"{"exchange":"Total","calls":5.5,"puts":6}"#, "no count"),
            (#"{"exchange":"Total","calls":-5,"puts":6}"#, "no count"), (#"{"exchange":"Total","calls":0,"puts":0}"#, "nothing at all"),
            (#"{"exchange":"Total","calls":1e30,"puts":6}"#, "no count"), (#"{"exchange":"Total","calls":[],"puts":6}"#, "calls"),
            (total + #",{"exchange":"total","calls":6,"puts":6,"volume":12}"#, "before it"),
        ] {
            let report = try read(rows)
            #expect(report.rejectCount == 1 && report.reasons.contains(reason), "\(rows): \(report.reasons)")
        }
    }

    @Test func `Open interest is of New York's day, or of the day that is midnight in UTC`() throws {
        let report = try ReportFixture.occInterest.read()
        #expect(report.rejectCount == 0 && report.statements.count == 4, "\(report.reasons)")
        #expect(report.count("us-security", .openInterest, on: "2026-06-11") == [330_000_001, 220_000_002])
        #expect(report.count("us-index", .openInterest, on: "2026-06-10") == [11_900_000, 17_900_000])
        for (time, day) in [
            // Midnight in New York in winter and in summer, in Chicago, in UTC, and an evening in New York.
            (1_768_021_200_000, "2026-01-10"), (1_781_150_400_000, "2026-06-11"), (1_781_154_000_000, "2026-06-11"),
            (1_781_136_000_000, "2026-06-11"), (1_781_225_100_000, "2026-06-11"),
        ] {
            let text = #"{"entity":{"optionsOI":[{"activityDate":\#(time),"equityCalls":1,"equityPuts":2,"indexCalls":3,"indexPuts":4}]}}"#
            #expect(try OptionReport.read(Array(text.utf8), name: "x").statements.map(\.day.description) == [day, day])
        }
        for time in ["9223372036854775807", "-1", "0", "\"soon\"", "null"] {
            let text = #"{"entity":{"optionsOI":[{"activityDate":\#(time),"equityCalls":1,"equityPuts":2,"indexCalls":3,"indexPuts":4}]}}"#
            #expect(try OptionReport.read(Array(text.utf8), name: "x").reasons.contains("no day"))
        }
    }

    @Test func `The table of open interest is read by its columns' names, under groups or not`() throws {
        let report = try ReportFixture.occInterestTable.read()
        #expect(report.rejectCount == 0 && report.statements.count == 4, "\(report.reasons)")
        #expect(report.statements == (try ReportFixture.occInterest.read().statements))
        let named = try ReportFixture.occInterestNamed.read()
        #expect(named.count("us-security", .openInterest) == [5, 7] && named.count("us-index", .openInterest) == [1, 2])
        let moved =
            "INDEX/OTHER PUTS,Equity Total,Date,Equity Calls,Index/Other Calls,Equity Puts\n2,12,2026-06-11,5,1,7\nJun Total,,Total\n"
        let other = try OptionReport.read(Array(moved.utf8), name: "x")
        #expect(other.statements == named.statements && other.rejectCount == 0, "\(other.reasons)")
        let wrong = ReportFixture.occInterestNamed.text.replacingOccurrences(of: "5,7,12", with: "5,7,13")
        let rejected = try OptionReport.read(Array(wrong.utf8), name: "x")
        #expect(rejected.rejectCount == 1 && rejected.count("us-index", .openInterest) == [1, 2])
    }

    @Test func `The table of volume is there to compare with`() throws {
        let report = try ReportFixture.occVolumeTable.read()
        #expect(report.rejectCount == 0 && report.statements.isEmpty && report.checks.count == 4, "\(report.reasons)")
        let check = try #require(report.checks.first)
        #expect(check.market == .usSecurities && check.day.description == "2026-06-11" && check.contracts == 74_382_848)
        #expect(report.checks[1].market == .usIndices && report.checks[1].contracts == 5_934_450)
        let two = ReportFixture.occVolumeTable.text + "\n\nDate,CFE,OCC Total\n06/11/2026,5,5\n"
        #expect(try OptionReport.read(Array(two.utf8), name: "x").checks == report.checks)
        let comma = ReportFixture.occVolumeTable.text.replacingOccurrences(of: "OCC Total", with: "OCC Total,")
        #expect(try OptionReport.read(Array(comma.utf8), name: "x").checks == report.checks)
    }

    @Test func `Both sides of a trade are one`() throws {
        let report = try ReportFixture.occVolumeQuery.read()
        #expect(report.rejectCount == 0, "\(report.reasons)")
        #expect(report.count("us:AAPL", .volume) == [100, 40] && report.count("us:.SPX", .volume) == [4, 3])
        #expect(report.statements.allSatisfy { $0.day.description == "2026-06-11" && $0.source == .occ })
    }

    @Test func `A side that lacks, and a row that cannot be read, leave their underlying out`() throws {
        func read(_ old: String, _ new: String) throws -> OptionReport {
            let text = ReportFixture.occVolumeQuery.text.replacingOccurrences(of: old, with: new)
            return try OptionReport.read(Array(text.utf8), name: "x")
        }
        let odd = try read("101,AAPL", "102,AAPL")
        #expect(odd.statements.count == 1 && odd.rejectCount == 1 && odd.reasons.contains("both sides"))
        let none = try read("99,AAPL", "many,AAPL")
        #expect(none.count("us:.SPX", .volume) == [4, 3] && none.statements.count == 1 && none.reasons.contains("cannot be read"))
        #expect(throws: OptionReportFault.self) { try read(",actdate", "") }
    }

    @Test(arguments: [
        "2026-06-11", "20260611", "6/11/2026", "06/11/2026", "2026-06-11 00:00:00.0", "2026-06-11T00:00:00Z", "11-Jun-2026", "11 JUN 2026",
    ])
    func `Days are read in the forms that publishers write them in`(day: String) throws {
        let text = ReportFixture.occVolumeQuery.text.replacingOccurrences(of: "06/11/2026", with: day)
        let report = try OptionReport.read(Array(text.utf8), name: "x")
        #expect(report.statements.count == 2 && report.statements.allSatisfy { $0.day.description == "2026-06-11" }, "\(report.reasons)")
    }

    @Test(arguments: [
        "2026-6-110", "11-06-2026", "11 06 2026", "2026/06/11", "11/6", "2026-06-31", "202606111", "6-11-26", "1900-01-01", "2026--11",
    ])
    func `What could be two days, or none, is no day`(day: String) throws {
        let text = ReportFixture.occVolumeQuery.text.replacingOccurrences(of: "06/11/2026", with: day)
        let report = try OptionReport.read(Array(text.utf8), name: "x")
        #expect(report.statements.isEmpty && report.rejectCount >= 6)
    }

    @Test func `The day of a volume query may be in its name`() throws {
        let rows = "Underlying,PorC,Quantity\nBRKB,c,4\nBRKB,p,2\n"
        let report = try OptionReport.read(Array(rows.utf8), name: "occ-volume-query-2026-06-11.csv")
        #expect(report.count("us:BRKB", .volume) == [2, 1])
        #expect(throws: OptionReportFault.self) { try OptionReport.read(Array(rows.utf8), name: "q.csv") }
    }
}
