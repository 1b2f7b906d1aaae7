import JSONReading
import MarketModel

/// Cboe's market statistics of a day, `2026-06-11_daily_options`: what was traded on its own exchanges, and what is held of it.
///
/// A member a category, `SUM OF ALL PRODUCTS`, `INDEX OPTIONS`, `EXCHANGE TRADED PRODUCTS`, `EQUITY OPTIONS` and products, each with the rows
/// `VOLUME` and `OPEN INTEREST` of `call`, `put` and `total`. Options on shares and funds are all less those on indices. The day is in the
/// file's name only.
enum CboeDaily {
    /// Whether JSON is one of these.
    static func isTold(by value: JSONValue) -> Bool {
        value["SUM OF ALL PRODUCTS"] != nil || value["INDEX OPTIONS"] != nil || value["ratios"] != nil
    }

    static func read(_ value: JSONValue, name: String) throws(OptionReportFault) -> OptionReport {
        guard let day = ReportDate.day(inName: name) else {
            throw OptionReportFault("Cboe's statistics of a day that is not written in them; name the file as 2026-06-11_daily_options")
        }
        var assembly = ReportAssembly(.cboeDaily, source: .cboe)
        let (all, indices) = (value["SUM OF ALL PRODUCTS"], value["INDEX OPTIONS"])
        for measure in OptionMeasure.allCases {
            let text = "SUM OF ALL PRODUCTS, INDEX OPTIONS: \(label(measure))"
            // Each market stands for itself: what is wrong with all products is no fault of the indices.
            assembly.take(line: 0, text) { (assembly) throws(ReportFlaw) in
                guard let part = try count(indices, measure) else {
                    // Of a day without open interest there is nothing to say; one without volume is no day.
                    if measure == .openInterest { return }
                    throw ReportFlaw("\(day): INDEX OPTIONS has no row VOLUME")
                }
                try assembly.say(.usIndices, day, measure, part)
            }
            assembly.take(line: 0, text) { (assembly) throws(ReportFlaw) in
                guard let sum = try count(all, measure) else { return }
                guard let part = try? count(indices, measure) else {
                    throw ReportFlaw("\(day): options on shares and funds are not known without those on indices")
                }
                try assembly.say(.usSecurities, day, measure, try sum.subtracting(part))
            }
            for (category, code) in [(value["CBOE VOLATILITY INDEX (VIX)"], "VIX"), (value["SPX + SPXW"], "SPX")] {
                guard let underlying = OptionUnderlying(unitedStates: code) else { continue }
                assembly.take(line: 0, "\(code): \(label(measure))") { (assembly) throws(ReportFlaw) in
                    guard let count = try count(category, measure) else { return }
                    try assembly.say(.underlying(underlying), day, [(measure, count)])
                }
            }
        }
        return assembly.report
    }

    private static func label(_ measure: OptionMeasure) -> String { measure == .volume ? "VOLUME" : "OPEN INTEREST" }

    /// A row of a category; nil where there is none.
    private static func count(_ category: JSONValue?, _ measure: OptionMeasure) throws(ReportFlaw) -> PutCallCount? {
        let label = label(measure)
        guard let row = category?.elements.first(where: { $0["name"]?.string?.uppercased() == label }) else { return nil }
        return try PutCallCount(row["call"], row["put"], total: row["total"])
    }
}
