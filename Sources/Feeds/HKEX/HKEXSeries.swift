import MarketModel

/// Hong Kong Exchanges' `DTOP` files: a row a class, expiry and strike, of stock options (`DTOP_O`, house SEOCH) or of the futures house
/// (`DTOP_F`, house HKCC).
///
///     "H","DTOP","DCASS","20250702","20250702195046","SEOCH",1
///     "01","SOM","STOCK OPTIONS","TCH","30","JUL","25",500.00,10228,9406,1293,2649,76,12.40,-1.90,17131,15287,2057,3067,153,9.82,-0.27
///     "T",1,"EOF"
///
/// From the ninth field on a call's gross and net open interest, change, turnover, deals, settlement and change, and then a put's. Turnover is
/// the volume, gross is the open interest. The trailer tells how many rows there are: a file without it, or with another number of rows, is
/// cut off.
enum HKEXSeries {
    /// Options of the futures house that are on an index, or on an index' futures: Hang Seng, China Enterprises and TECH, minis and flexible
    /// ones. Weekly ones are listed under the class of the index.
    static let indices: Set<String> = ["HSI", "MHI", "HHI", "MCH", "HTI", "PHS", "PHH", "PTE", "XHS", "XHH"]
    /// Options of the futures house on a currency, which are of no market here.
    static let currencies: Set<String> = ["CUS"]

    /// The report of a day on which nothing was traded, which Hong Kong Exchanges say in words; nil for anything else.
    static func nothing(_ bytes: ArraySlice<UInt8>, name: String) -> OptionReport? {
        if name.lowercased().hasSuffix("no_trading_activities.txt") { return OptionReport(kind: .hkexSeries) }
        guard bytes.count <= 200 else { return nil }
        let words = String(decoding: bytes, as: UTF8.self).lowercased().drop { !$0.isLetter }
        return words.hasPrefix("no trading activit") || words.hasPrefix("no file available") ? OptionReport(kind: .hkexSeries) : nil
    }

    /// The sums of a class.
    private struct Sums {
        var volume: PutCallCount
        var interest: PutCallCount
        var name: String
    }

    /// Reads a file; nil for what is none of these.
    static func read(_ text: ReportText, name: String) throws(OptionReportFault) -> OptionReport? {
        let first = text.lines.first { _ in true }?.fields ?? []
        guard first.field(0) == "H", first.field(1) == "DTOP" else { return nil }
        guard let day = ReportDate.day(first.field(3)) else {
            throw OptionReportFault("a DTOP file whose header has no day: \"\(ReportText.excerpt(first.field(3), length: 40))\"")
        }
        guard isWhole(name: name) else {
            throw OptionReportFault("a DTOP file of futures or of one class; give …_opt_dtl_all.raw, which has all options")
        }
        let isStock = try isStock(first.field(5), name: name)
        var assembly = ReportAssembly(.hkexSeries, source: .hkexSeries)
        var classes: [String: Sums] = [:]
        var spoilt: Set<String> = []
        var (rows, trailer): (Int, [String]?) = (0, nil)
        for line in text.lines.dropFirst() {
            guard trailer == nil else { throw OptionReportFault("a DTOP file with rows behind its trailer; fetch it again") }
            let fields = line.fields
            if fields.field(0) == "T" {
                trailer = fields
                continue
            }
            rows += 1
            assembly.take(line: line.number, line.text) { (_) throws(ReportFlaw) in
                do throws(ReportFlaw) {
                    try add(fields, to: &classes)
                } catch {
                    spoilt.insert(fields.field(3).uppercased())
                    throw error
                }
            }
        }
        guard let trailer else { throw OptionReportFault("a DTOP file without a trailer: it is cut off; fetch it again") }
        guard ReportNumber.count(trailer.field(1)) == Int64(rows) else {
            throw OptionReportFault(
                "a DTOP file of \(rows) rows whose trailer tells of \(ReportText.excerpt(trailer.field(1), length: 20)); fetch it again")
        }
        say(classes, day, isStock: isStock, spoilt: spoilt, &assembly)
        return assembly.report
    }

    /// Whether a name is that of all options, or of no part of them: the archives also have futures, single classes and printed reports.
    static func isWhole(name: String) -> Bool {
        let name = name.split(separator: "/").last?.lowercased() ?? ""
        guard name.contains("_dtop_") else { return !name.hasSuffix(".rpt") }
        return name.hasSuffix("_opt_dtl_all.raw")
    }

    private static func isStock(_ house: String, name: String) throws(OptionReportFault) -> Bool {
        let name = name.lowercased()
        if house == "SEOCH" || house != "HKCC" && name.contains("dtop_o") { return true }
        if house == "HKCC" || name.contains("dtop_f") { return false }
        throw OptionReportFault("a DTOP file of the house \"\(ReportText.excerpt(house, length: 20))\", which is neither SEOCH nor HKCC")
    }

    /// Adds a row to its class.
    private static func add(_ fields: [String], to classes: inout [String: Sums]) throws(ReportFlaw) {
        guard fields.count == 22, fields[0] == "01" else { throw ReportFlaw("is no row of 22 fields that begins with 01") }
        let code = fields[3].uppercased()
        guard OptionUnderlying.isCode(code) else { throw ReportFlaw("has no class") }
        let interest = try PutCallCount(
            calls: ReportNumber.count(fields[8], of: "a call's gross open interest"),
            puts: ReportNumber.count(fields[15], of: "a put's gross open interest"), total: nil)
        let volume = try PutCallCount(
            calls: ReportNumber.count(fields[11], of: "a call's turnover"), puts: ReportNumber.count(fields[18], of: "a put's turnover"),
            total: nil)
        guard let before = classes[code] else {
            classes[code] = Sums(volume: volume, interest: interest, name: fields[2])
            return
        }
        classes[code] = Sums(volume: try before.volume.adding(volume), interest: try before.interest.adding(interest), name: before.name)
    }

    /// Says what the classes came to, and the market where every row of it was read.
    private static func say(
        _ classes: [String: Sums], _ day: CivilDate, isStock: Bool, spoilt: Set<String>, _ assembly: inout ReportAssembly
    ) {
        var volume: PutCallCount?
        var interest: PutCallCount?
        var isWhole = spoilt.subtracting(isStock ? [] : currencies).isEmpty
        for (code, sums) in classes.sorted(by: { $0.key < $1.key }) {
            if !isStock, currencies.contains(code) { continue }
            assembly.take(line: 0, "\(code) \(sums.name)") { (assembly) throws(ReportFlaw) in
                guard isStock || indices.contains(code) else {
                    throw ReportFlaw("\(code): a class of the futures house that is not known to be on an index; it is not counted")
                }
                guard !spoilt.contains(code) else { throw ReportFlaw("\(code): a row of it cannot be read, so its sum is not known") }
                do throws(ReportFlaw) {
                    volume = try volume?.adding(sums.volume) ?? sums.volume
                    interest = try interest?.adding(sums.interest) ?? sums.interest
                } catch {
                    isWhole = false
                    throw error
                }
                let stock = isStock ? HKEXReport.stockCode(in: sums.name) : nil
                guard let underlying = OptionUnderlying(hongKong: stock ?? code) else { throw ReportFlaw("\(code) is no class") }
                try assembly.say(.underlying(underlying), day, [(.volume, sums.volume), (.openInterest, sums.interest)])
            }
        }
        let market: OptionStatisticMarket = isStock ? .hkSecurities : .hkIndices
        for (measure, count) in [(OptionMeasure.volume, volume), (.openInterest, interest)] {
            guard let count else { continue }
            assembly.take(line: 0, "\(market.rawValue) \(day)") { (assembly) throws(ReportFlaw) in
                guard isWhole else { throw ReportFlaw("\(market.rawValue) on \(day): rows of it cannot be read, so its sum is not known") }
                try assembly.say(market, day, measure, count)
            }
        }
    }
}
