import MarketModel

/// Figures of the operator's own: `date,market,call_volume,put_volume,call_oi,put_oi`, the columns in any order.
///
/// A market is `US_SECURITY`, `US_INDEX`, `HK_SECURITY`, `HK_INDEX` or an underlying as Futu writes it, `US.AAPL` or `HK.00700`; the names of
/// ``OptionSubject`` do as well. Calls and puts of a measure stand together or are both empty.
enum PlainReport {
    static func read(_ text: ReportText, _ header: ReportHeader) throws(OptionReportFault) -> OptionReport {
        guard let date = header.date, let market = header.column("market") else {
            throw OptionReportFault("has no columns date and market")
        }
        let volume = (header.column("call_volume"), header.column("put_volume"))
        let interest = (header.column("call_oi"), header.column("put_oi"))
        guard volume.0 != nil && volume.1 != nil || interest.0 != nil && interest.1 != nil else {
            throw OptionReportFault("has neither the columns call_volume and put_volume nor call_oi and put_oi")
        }
        var assembly = ReportAssembly(.plain, source: .file)
        for line in text.lines where line.number > header.line {
            let fields = line.fields
            assembly.take(line: line.number, line.text) { (assembly) throws(ReportFlaw) in
                guard let day = ReportDate.day(fields.field(date)) else {
                    throw ReportFlaw("\"\(ReportText.excerpt(fields.field(date), length: 40))\" is no day; write 2026-06-11")
                }
                let subject = try subject(fields.field(market))
                var counts: [(measure: OptionMeasure, count: PutCallCount)] = []
                for (measure, columns) in [(OptionMeasure.volume, volume), (.openInterest, interest)] {
                    let (calls, puts) = (fields.field(columns.0), fields.field(columns.1))
                    if calls.isEmpty, puts.isEmpty { continue }
                    counts.append(
                        (
                            measure,
                            try PutCallCount(
                                calls: ReportNumber.count(calls, of: "calls"), puts: ReportNumber.count(puts, of: "puts"), total: nil)
                        ))
                }
                guard !counts.isEmpty else { throw ReportFlaw("says neither volume nor open interest") }
                try assembly.say(subject, day, counts)
            }
        }
        return assembly.report
    }

    /// `US_SECURITY`, `US.AAPL`, `hk:00700`.
    private static func subject(_ text: String) throws(ReportFlaw) -> OptionSubject {
        let name = String(text.lowercased().map { $0 == "_" ? "-" : $0 })
        if let market = OptionStatisticMarket(rawValue: name) { return .market(market) }
        guard let mark = text.firstIndex(where: { $0 == "." || $0 == ":" }) else {
            throw ReportFlaw(
                "\"\(ReportText.excerpt(text, length: 40))\" is no market; write US_SECURITY, US_INDEX, HK_SECURITY, HK_INDEX or US.AAPL")
        }
        let code = String(text[text.index(after: mark)...])
        switch text[..<mark].lowercased() {
        case "us":
            if let underlying = OptionUnderlying(unitedStates: code) { return .underlying(underlying) }
        case "hk":
            if let underlying = OptionUnderlying(hongKong: code) { return .underlying(underlying) }
        case "cc", "crypto": throw ReportFlaw("options on coins are counted from their tape, not from files")
        default: break
        }
        throw ReportFlaw("\"\(ReportText.excerpt(text, length: 40))\" is no underlying; write US.AAPL or HK.00700")
    }
}
