import MarketModel

/// Puts a report together row by row: what is said twice must be the same.
struct ReportAssembly {
    /// The report so far.
    private(set) var report: OptionReport
    private let source: OptionStatisticSource
    private var said: [Key: PutCallCount] = [:]

    private struct Key: Hashable {
        let subject: OptionSubject
        let day: CivilDate
        let measure: OptionMeasure
    }

    init(_ kind: OptionReport.Kind, source: OptionStatisticSource) {
        report = OptionReport(kind: kind)
        self.source = source
    }

    /// Takes what a row says of a subject: all of it or, where the publisher has said something else of the day before, nothing.
    mutating func say(
        _ subject: OptionSubject, _ day: CivilDate, _ counts: [(measure: OptionMeasure, count: PutCallCount)]
    ) throws(ReportFlaw) {
        for (measure, count) in counts {
            if let before = said[Key(subject: subject, day: day, measure: measure)], before != count {
                throw ReportFlaw("\(subject.name) on \(day): \(count.words), where a row before it has \(before.words)")
            }
        }
        for (measure, count) in counts where said.updateValue(count, forKey: Key(subject: subject, day: day, measure: measure)) == nil {
            report.statements.append(OptionStatement(subject: subject, day: day, measure: measure, source: source, count: count))
        }
    }

    /// Takes what a row says of a whole market, in which something is always traded and held.
    mutating func say(
        _ market: OptionStatisticMarket, _ day: CivilDate, _ measure: OptionMeasure, _ count: PutCallCount
    ) throws(ReportFlaw) {
        guard count.total > 0 else { throw ReportFlaw("\(market.rawValue) on \(day): nothing at all, which no trading day comes to") }
        try say(.market(market), day, [(measure, count)])
    }

    /// Takes what a row says of all options of Cboe's exchanges.
    mutating func total(_ day: CivilDate, _ count: PutCallCount) throws(ReportFlaw) {
        if let before = report.totals.updateValue(count, forKey: day), before != count {
            report.totals[day] = before
            throw ReportFlaw("\(day): \(count.words), where a row before it has \(before.words)")
        }
    }

    /// Takes a figure to compare with.
    mutating func check(_ market: OptionStatisticMarket, _ day: CivilDate, _ contracts: Int64) {
        report.checks.append(OptionReport.Total(market: market, day: day, contracts: contracts))
    }

    /// Takes note of a row that says nothing.
    mutating func reject(line: Int, _ text: @autoclosure () -> String, _ flaw: ReportFlaw) {
        report.reject(OptionReport.Reject(line: line, reason: flaw.reason, text: ReportText.excerpt(text())))
    }

    /// Does what a row asks for, or rejects the row.
    mutating func take(
        line: Int, _ text: @autoclosure () -> String, _ body: (inout ReportAssembly) throws(ReportFlaw) -> Void
    ) {
        do throws(ReportFlaw) {
            try body(&self)
        } catch {
            reject(line: line, text(), error)
        }
    }
}
