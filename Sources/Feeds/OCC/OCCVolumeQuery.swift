import MarketModel

/// OCC's `volume-query` in CSV: a row an underlying, root, kind of account, exchange and day, of one underlying or of all.
///
///     quantity,underlying,symbol,actype,porc,exchange,actdate
///
/// Each contract is counted once for who buys it and once for who sells it, so the sums are halved; a sum that is odd lacks a side. Roots of
/// one underlying, as adjusted ones, are counted with it.
enum OCCVolumeQuery {
    private struct Key: Hashable, Comparable {
        let underlying: OptionUnderlying
        let day: CivilDate

        static func < (a: Key, b: Key) -> Bool { (a.underlying.code, a.day) < (b.underlying.code, b.day) }
    }

    static func read(_ text: ReportText, _ header: ReportHeader, name: String) throws(OptionReportFault) -> OptionReport {
        let (quantity, root, type) = (header.column("quantity"), header.column("underlying"), header.column("porc"))
        let date = header.column("actdate", "activity date", "date")
        let named = ReportDate.day(inName: name)
        guard date != nil || named != nil else {
            throw OptionReportFault("OCC's volume without a column actdate; name the file as occ-volume-query-2026-06-11.csv")
        }
        var assembly = ReportAssembly(.occVolumeQuery, source: .occ)
        var sides: [Key: PutCallCount] = [:]
        // An underlying of which a row cannot be read is not counted.
        var spoilt: Set<String> = []
        for line in text.lines where line.number > header.line {
            let fields = line.fields
            assembly.take(line: line.number, line.text) { (_) throws(ReportFlaw) in
                do throws(ReportFlaw) {
                    guard let underlying = OptionUnderlying(unitedStates: fields.field(root)) else {
                        throw ReportFlaw("\"\(ReportText.excerpt(fields.field(root), length: 40))\" is no underlying")
                    }
                    guard let day = date == nil ? named : ReportDate.day(fields.field(date)) else {
                        throw ReportFlaw("\"\(ReportText.excerpt(fields.field(date), length: 40))\" is no day")
                    }
                    let contracts = try ReportNumber.count(fields.field(quantity), of: "quantity")
                    let isCall: Bool
                    switch fields.field(type).uppercased() {
                    case "C", "CALL": isCall = true
                    case "P", "PUT": isCall = false
                    default: throw ReportFlaw("porc is neither C nor P")
                    }
                    let count = try PutCallCount(calls: isCall ? contracts : 0, puts: isCall ? 0 : contracts, total: nil)
                    let key = Key(underlying: underlying, day: day)
                    sides[key] = try sides[key]?.adding(count) ?? count
                } catch {
                    spoilt.insert(fields.field(root).uppercased())
                    throw error
                }
            }
        }
        let codes = Set(spoilt.compactMap { OptionUnderlying(unitedStates: $0)?.code })
        for (key, count) in sides.sorted(by: { $0.key < $1.key }) {
            assembly.take(line: 0, "\(key.underlying.code) \(key.day) \(count.words)") { (assembly) throws(ReportFlaw) in
                guard !codes.contains(key.underlying.code) else {
                    throw ReportFlaw("\(key.underlying.code): a row of it cannot be read, so its sum is not known")
                }
                guard count.calls % 2 == 0, count.puts % 2 == 0 else {
                    throw ReportFlaw(
                        "\(key.underlying.code) on \(key.day): \(count.words) of both sides are no whole contracts; a side lacks")
                }
                let contracts = try PutCallCount(calls: count.calls / 2, puts: count.puts / 2, total: nil)
                try assembly.say(.underlying(key.underlying), key.day, [(.volume, contracts)])
            }
        }
        return assembly.report
    }
}
