import MarketModel

/// OCC's tables of a month in CSV, newest day first: `daily-open-interest` and `daily-volume-statistics`.
///
/// Both are written from the layout as it is documented, and read by what the columns are called: open interest has calls, puts and a total of
/// equity and of indices (`Index/Other`), under groups or with the group in each name; volume has totals only, which say nothing of calls and
/// puts and are there to compare with. Rows `… Total` sum a month or a year and are left out.
enum OCCTables {
    static func interest(_ text: ReportText, _ header: ReportHeader) -> OptionReport {
        var assembly = ReportAssembly(.occInterestTable, source: .occ)
        func columns(_ group: String) -> (calls: Int?, puts: Int?, total: Int?) {
            func column(_ word: String) -> Int? { header.column { $0.contains(group) && $0.contains(word) } }
            return (column("call"), column("put"), column("total"))
        }
        let markets: [(OptionStatisticMarket, (calls: Int?, puts: Int?, total: Int?))] = [
            (.usSecurities, columns("equity")), (.usIndices, columns("index")),
        ]
        for line in text.lines where line.number > header.line {
            let fields = line.fields
            guard let day = day(fields, header, line, &assembly) else { continue }
            for (market, column) in markets where column.calls != nil {
                assembly.take(line: line.number, line.text) { (assembly) throws(ReportFlaw) in
                    let total = fields.field(column.total)
                    let count = try PutCallCount(
                        calls: ReportNumber.count(fields.field(column.calls), of: "\(market.rawValue) calls"),
                        puts: ReportNumber.count(fields.field(column.puts), of: "\(market.rawValue) puts"),
                        total: total.isEmpty ? nil : ReportNumber.count(total, of: "\(market.rawValue) total"))
                    try assembly.say(market, day, .openInterest, count)
                }
            }
        }
        return assembly.report
    }

    static func volume(_ text: ReportText, _ header: ReportHeader) -> OptionReport {
        var assembly = ReportAssembly(.occVolumeTable, source: .occ)
        let markets: [(OptionStatisticMarket, Int?)] = [
            (.usSecurities, header.column { $0.contains("equity") }), (.usIndices, header.column { $0.hasPrefix("index") }),
        ]
        for line in text.lines where line.number > header.line {
            let fields = line.fields
            // A second table follows, that of futures.
            if fields.contains(where: { ReportHeader.isDate($0.lowercased()) }) { break }
            guard let day = day(fields, header, line, &assembly) else { continue }
            for (market, column) in markets {
                assembly.take(line: line.number, line.text) { (assembly) throws(ReportFlaw) in
                    assembly.check(market, day, try ReportNumber.count(fields.field(column), of: market.rawValue))
                }
            }
        }
        return assembly.report
    }

    /// The day of a row; nil, and rejected where it should have one, where there is none.
    private static func day(
        _ fields: [String], _ header: ReportHeader, _ line: ReportText.Line, _ assembly: inout ReportAssembly
    ) -> CivilDate? {
        let text = fields.field(header.date ?? 0)
        if let day = ReportDate.day(text) { return day }
        if !text.lowercased().contains("total") {
            assembly.reject(line: line.number, line.text, ReportFlaw("\"\(ReportText.excerpt(text, length: 40))\" is no day"))
        }
        return nil
    }
}
