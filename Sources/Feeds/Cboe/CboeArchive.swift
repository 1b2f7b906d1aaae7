public import MarketModel

/// Cboe's archives of put/call ratios: `totalpc.csv` and `indexpc.csv`, and `…archive.csv` of the years before.
///
/// Disclaimers, then `, PRODUCT: TOTAL,,EXCHANGE: Cboe,`, then `DATE,CALLS,PUTS,TOTAL,P/C Ratio` and a row a day, `11/1/2006`. A row must add
/// up, and its ratio must be that of its calls and puts to the digits that it has, two at least: the publisher leaves zeros off the end.
enum CboeArchive {
    static func read(_ text: ReportText, _ header: ReportHeader, name: String) throws(OptionReportFault) -> OptionReport {
        let product = product(header, name: name)
        let kind: OptionReport.Kind
        switch product {
        case "total": kind = .cboeTotal
        case "index": kind = .cboeIndex
        case "equity":
            throw OptionReportFault(
                "Cboe's options on single shares without those on funds; give totalpc.csv and indexpc.csv, whose difference has both")
        case nil:
            throw OptionReportFault("Cboe's archive of a product that neither it nor its name tells; name it totalpc.csv or indexpc.csv")
        case let other?: throw OptionReportFault("Cboe's archive of \(other), which is no market; give totalpc.csv and indexpc.csv")
        }
        let columns = (calls: header.column("call", "calls"), puts: header.column("put", "puts"), total: header.column("total"))
        let ratio = header.column { $0.contains("ratio") || $0 == "p/c" }
        var assembly = ReportAssembly(kind, source: .cboe)
        for line in text.lines where line.number > header.line {
            let fields = line.fields
            if fields.allSatisfy(\.isEmpty) { continue }
            assembly.take(line: line.number, line.text) { (assembly) throws(ReportFlaw) in
                guard let day = ReportDate.day(fields.field(header.date)) else {
                    throw ReportFlaw("\"\(ReportText.excerpt(fields.field(header.date), length: 40))\" is no day")
                }
                let count = try PutCallCount(
                    calls: ReportNumber.count(fields.field(columns.calls), of: "calls"),
                    puts: ReportNumber.count(fields.field(columns.puts), of: "puts"),
                    total: ReportNumber.count(fields.field(columns.total), of: "total"))
                try check(ratio: fields.field(ratio), of: count)
                if kind == .cboeTotal {
                    try assembly.total(day, count)
                } else {
                    try assembly.say(.usIndices, day, .volume, count)
                }
            }
        }
        return assembly.report
    }

    /// `total`, `index`, `equity`, as the line above the header says, or the name.
    private static func product(_ header: ReportHeader, name: String) -> String? {
        for line in header.above {
            for field in line.fields where field.uppercased().hasPrefix("PRODUCT") {
                let word = field.drop { $0 != ":" }.dropFirst().drop { $0 == " " }.prefix { $0 != " " }
                if !word.isEmpty, word.utf8.count <= 20 { return word.lowercased() }
            }
        }
        let file = name.split(separator: "/").last?.lowercased() ?? ""
        return ["total", "index", "equity", "etp", "vix", "spx"].first { file.hasPrefix($0 + "pc") }
    }

    /// Compares puts over calls with what is printed.
    private static func check(ratio text: String, of count: PutCallCount) throws(ReportFlaw) {
        guard !text.isEmpty, count.calls > 0 else { return }
        guard let printed = try? FixedPoint(text: text), let ratio = printed.rescaled(to: max(2, printed.scale)) else {
            throw ReportFlaw("\"\(ReportText.excerpt(text, length: 40))\" is no ratio")
        }
        let unit = Int128(FixedPoint.powersOfTen[max(2, printed.scale)])
        let (scaled, over) = Int128(count.puts).multipliedReportingOverflow(by: unit)
        let (other, beyond) = Int128(ratio).multipliedReportingOverflow(by: Int128(count.calls))
        // Half a unit of the last digit, times the calls.
        guard !over, !beyond, (scaled - other).magnitude * 2 <= Int128(count.calls).magnitude else {
            throw ReportFlaw("its ratio \(text) is not that of \(count.words)")
        }
    }
}

extension OptionReport {
    /// What options on shares and funds came to on Cboe's exchanges: all options less those on indices, of the days that both files have.
    ///
    /// - Parameter total: a report of kind ``Kind/cboeTotal``.
    /// - Parameter index: a report of kind ``Kind/cboeIndex``.
    /// - Returns: the statements by day, and the days on which a part would be more than the whole.
    /// - Complexity: O(days log days).
    public static func securities(
        total: OptionReport, index: OptionReport
    ) -> (statements: [OptionStatement], rejects: [Reject]) {
        var indices: [CivilDate: PutCallCount] = [:]
        for statement in index.statements where statement.subject == .market(.usIndices) && statement.measure == .volume {
            indices[statement.day] = statement.count
        }
        var (statements, rejects): ([OptionStatement], [Reject]) = ([], [])
        for (day, all) in total.totals.sorted(by: { $0.key < $1.key }) {
            guard let part = indices[day] else { continue }
            do throws(ReportFlaw) {
                let rest = try all.subtracting(part)
                statements.append(
                    OptionStatement(subject: .market(.usSecurities), day: day, measure: .volume, source: .cboe, count: rest))
            } catch {
                rejects.append(Reject(line: 0, reason: "\(day): \(error.reason)", text: "\(day) total \(all.words), index \(part.words)"))
            }
        }
        return (statements, rejects)
    }
}
