import JSONReading
import MarketModel

/// OCC's `daily-volume-totals`: a day's contracts by exchange, of which the row `Total` is taken.
///
/// `equity_volume` counts options on shares and funds, `index_volume` those on indices. The day is not in the answer; the file's name tells
/// it. An empty list is a holiday, or a day that OCC has not published yet.
enum OCCVolume {
    /// Whether an answer is one of these.
    static func isTold(by entity: JSONValue) -> Bool {
        entity["total_volume"] != nil || entity["equity_volume"] != nil || entity["index_volume"] != nil
    }

    static func read(_ entity: JSONValue, name: String) throws(OptionReportFault) -> OptionReport {
        let lists: [(OptionStatisticMarket, String, JSONValue?)] = [
            (.usSecurities, "equity_volume", entity["equity_volume"]), (.usIndices, "index_volume", entity["index_volume"]),
        ]
        var assembly = ReportAssembly(.occVolume, source: .occ)
        guard lists.contains(where: { $0.2?.elements.first { _ in true } != nil }) else { return assembly.report }
        guard let day = ReportDate.day(inName: name) else {
            throw OptionReportFault("OCC's volume of a day that is not written in it; name the file as occ-volume-2026-06-11.json")
        }
        for (market, list, rows) in lists {
            guard let rows, rows.elements.first(where: { _ in true }) != nil else { continue }
            var isTotalled = false
            for (place, row) in rows.elements.enumerated() where isTotal(row) {
                isTotalled = true
                assembly.take(line: place + 1, words(row, list)) { (assembly) throws(ReportFlaw) in
                    let count = try PutCallCount(row["calls"], row["puts"], total: row["volume"])
                    try assembly.say(market, day, .volume, count)
                }
            }
            if !isTotalled { assembly.reject(line: 0, list, ReportFlaw("\(list) has no row Total")) }
        }
        return assembly.report
    }

    private static func isTotal(_ row: JSONValue) -> Bool {
        row["exchange"]?.string?.lowercased().split(separator: " ").first.map { $0 == "total" } ?? false
    }

    private static func words(_ row: JSONValue, _ list: String) -> String {
        let figures = row.members.filter { !$0.value.isContainer }.prefix(8).map {
            "\(String(decoding: $0.key, as: UTF8.self)) \(String(decoding: $0.value.bytes, as: UTF8.self))"
        }
        return "\(list): " + figures.joined(separator: ", ")
    }
}
