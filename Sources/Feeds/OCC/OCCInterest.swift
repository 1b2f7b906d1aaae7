import JSONReading
import MarketModel

/// OCC's `open-interest`: about a month of days, `equityCalls`, `equityPuts`, `indexCalls` and `indexPuts` of each.
///
/// `activityDate` is in milliseconds. An instant is of the day that New York has then; one that is midnight in UTC is written for the day as
/// such, whatever the clock.
enum OCCInterest {
    static func read(_ entity: JSONValue) -> OptionReport {
        var assembly = ReportAssembly(.occInterest, source: .occ)
        var place = 0
        guard let list = entity["optionsOI"] else { return assembly.report }
        for row in list.elements {
            place += 1
            let securities = (row["equityCalls"], row["equityPuts"], row["equityTotal"])
            let indices = (row["indexCalls"], row["indexPuts"], row["indexTotal"])
            for (market, figures) in [(OptionStatisticMarket.usSecurities, securities), (.usIndices, indices)] {
                assembly.take(line: place, "activityDate \(words(row["activityDate"]))") { (assembly) throws(ReportFlaw) in
                    guard let day = day(row["activityDate"]) else { throw ReportFlaw("activityDate is no day") }
                    let count = try PutCallCount(figures.0, figures.1, total: figures.2)
                    try assembly.say(market, day, .openInterest, count)
                }
            }
        }
        return assembly.report
    }

    private static func words(_ value: JSONValue?) -> String {
        value.map { String(decoding: $0.bytes, as: UTF8.self) } ?? "-"
    }

    /// From 1973 to 2199.
    private static let plausible: Range<Int64> = 94_694_400_000..<7_258_118_400_000

    private static func day(_ value: JSONValue?) -> CivilDate? {
        guard let milliseconds = value?.integer else { return value?.string.flatMap { ReportDate.day($0.prefix(10)) } }
        guard plausible.contains(milliseconds) else { return nil }
        let time = milliseconds * 1000
        return time % CivilDate.dayLength == 0 ? CivilDate(microseconds: time) : ExchangeClock.newYork.day(of: time)
    }
}
