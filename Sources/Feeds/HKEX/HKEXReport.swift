import MarketModel

/// Hong Kong Exchanges' report of stock options, `dqe260611`: a page, or the rows of `dqe260611.csv` in the archive of the same name.
///
/// Under `STOCK OPTIONS DAILY MARKET REPORT AS AT 11 JUN 2026` a summary has a line a class: HKATS code, name and stock code, then volume,
/// calls and puts, open interest, calls and puts, and implied volatility; last comes `TOTAL`, which is held against the sum of the classes.
/// Strikes follow, which are not read. Written from the layout as it is documented.
enum HKEXReport {
    private static let title = "STOCK OPTIONS DAILY MARKET REPORT"

    /// A line of the summary.
    private struct Summary {
        var volume: PutCallCount
        var interest: PutCallCount
    }

    /// Reads a page; nil for one of something else.
    static func read(page text: ReportText, name: String) throws(OptionReportFault) -> OptionReport? {
        var isTitled = false
        for line in text.lines {
            let text = line.text
            if text.contains("may have been relocated") { return OptionReport(kind: .hkexReport) }
            if text.contains(title) { isTitled = true }
            if isTitled { break }
        }
        guard isTitled else { return nil }
        return try read(text, name: name) { words(plain($0.text)) }
    }

    /// Reads rows; nil for those of something else.
    static func read(rows text: ReportText, name: String) throws(OptionReportFault) -> OptionReport? {
        guard text.lines.prefix(40).contains(where: { $0.text.contains(title) }) else { return nil }
        return try read(text, name: name) { line in
            let fields = line.fields
            // Without quotation marks and commas between them the columns are apart as in the page.
            return fields.count > 8 ? cells(fields) : words(line.text)
        }
    }

    /// A line as code, stock code and figures; nil where it is no line of the summary.
    private struct Parts {
        let code: String
        let stock: String?
        let figures: [String]
    }

    private static func read(
        _ text: ReportText, name: String, _ parts: (ReportText.Line) -> Parts?
    ) throws(OptionReportFault) -> OptionReport {
        var day: CivilDate?
        var assembly = ReportAssembly(.hkexReport, source: .hkexReport)
        var sums: [OptionUnderlying: Summary] = [:]
        var (total, isSilent): ((line: Int, text: String, figures: [String])?, Bool) = (nil, false)
        for line in text.lines {
            if day == nil { day = titledDay(line.text) }
            if ["NO TRADING", "NO DATA"].contains(where: { line.text.uppercased().contains($0) }) { isSilent = true }
            guard let parts = parts(line) else { continue }
            if parts.code == "TOTAL" {
                total = (line.number, line.text, parts.figures)
                break
            }
            assembly.take(line: line.number, plain(line.text)) { (_) throws(ReportFlaw) in
                let summary = try summary(parts.figures)
                guard let underlying = OptionUnderlying(hongKong: parts.stock ?? parts.code) else { throw ReportFlaw("has no code") }
                guard let before = sums[underlying] else {
                    sums[underlying] = summary
                    return
                }
                // A stock has two classes while one of them is adjusted.
                sums[underlying] = Summary(
                    volume: try before.volume.adding(summary.volume), interest: try before.interest.adding(summary.interest))
            }
        }
        guard let total else {
            if isSilent, sums.isEmpty { return OptionReport(kind: .hkexReport) }
            throw OptionReportFault("a report of stock options without the line TOTAL: it is cut off; fetch it again")
        }
        guard let day = day ?? ReportDate.day(inName: name) else {
            throw OptionReportFault("a report of stock options without a day; name the file as dqe260611.htm")
        }
        say(sums, day, &assembly)
        for measure in OptionMeasure.allCases {
            assembly.take(line: total.line, plain(total.text)) { (assembly) throws(ReportFlaw) in
                let total = try summary(total.figures)
                let parts = sums.values.map { measure == .volume ? $0.volume : $0.interest }
                try say(measure == .volume ? total.volume : total.interest, parts, measure, day, &assembly)
            }
        }
        return assembly.report
    }

    private static func say(_ sums: [OptionUnderlying: Summary], _ day: CivilDate, _ assembly: inout ReportAssembly) {
        for (underlying, summary) in sums.sorted(by: { $0.key.code < $1.key.code }) {
            assembly.take(line: 0, underlying.code) { (assembly) throws(ReportFlaw) in
                try assembly.say(.underlying(underlying), day, [(.volume, summary.volume), (.openInterest, summary.interest)])
            }
        }
    }

    /// Says what the market came to, if its classes come to the same.
    private static func say(
        _ total: PutCallCount, _ parts: [PutCallCount], _ measure: OptionMeasure, _ day: CivilDate, _ assembly: inout ReportAssembly
    ) throws(ReportFlaw) {
        var sum: PutCallCount?
        for part in parts { sum = try sum?.adding(part) ?? part }
        guard sum == total else {
            throw ReportFlaw(
                "\(measure.rawValue): TOTAL has \(total.words), its classes have \(sum?.words ?? "nothing"): "
                    + "\(total.calls - (sum?.calls ?? 0)) calls and \(total.puts - (sum?.puts ?? 0)) puts lack")
        }
        try assembly.say(.hkSecurities, day, measure, total)
    }
}

extension HKEXReport {
    /// Volume, calls and puts, open interest, calls and puts.
    private static func summary(_ figures: [String]) throws(ReportFlaw) -> Summary {
        guard figures.count >= 6 else { throw ReportFlaw("has not the six figures of volume and open interest") }
        var counts: [Int64] = []
        // A dash is printed for none.
        for text in figures.prefix(6) { counts.append(text == "-" ? 0 : try ReportNumber.count(text, of: "a figure")) }
        return Summary(
            volume: try PutCallCount(calls: counts[1], puts: counts[2], total: counts[0]),
            interest: try PutCallCount(calls: counts[4], puts: counts[5], total: counts[3]))
    }

    /// The day behind the title.
    private static func titledDay(_ line: String) -> CivilDate? {
        guard let title = line.firstRange(of: title) else { return nil }
        let words = plain(String(line[title.upperBound...])).split { !$0.isLetter && !$0.isNumber }
        guard words.count >= 5, words[0] == "AS", words[1] == "AT" else { return nil }
        return ReportDate.day(words[2...4].joined(separator: " "))
    }

    /// The stock's code within brackets, `(00700)`; nil where there is none.
    static func stockCode(in text: some StringProtocol) -> String? {
        guard let open = text.lastIndex(of: "("), let close = text[open...].firstIndex(of: ")") else { return nil }
        let code = String(text[text.index(after: open)..<close].filter { $0 != " " })
        return (1...5).contains(code.utf8.count) && code.utf8.allSatisfy { (48...57).contains($0) } ? code : nil
    }

    /// A line of a page: `TCH TENCENT HOLDINGS (00700) 123,456 …` or `TOTAL 1,234,567 …`.
    private static func words(_ line: String) -> Parts? {
        let words = line.split { $0 == " " || $0 == "\t" }.map(String.init)
        guard let code = words.first, isClass(code) else { return nil }
        if code == "TOTAL" {
            return words.count >= 7 && isFigure(words[1]) ? Parts(code: code, stock: nil, figures: Array(words[1...])) : nil
        }
        guard let close = words.lastIndex(where: { $0.hasSuffix(")") }) else {
            // Seven figures at the end, of which the last is the volatility, are those of a class whose stock is not told.
            let tail = Array(words.suffix(7))
            return words.count >= 8 && tail.allSatisfy(isFigure) ? Parts(code: code, stock: nil, figures: tail) : nil
        }
        let stock = stockCode(in: words[...close].joined(separator: " "))
        guard stock != nil || words[close].uppercased().contains("NIL") else { return nil }
        return Parts(code: code, stock: stock, figures: Array(words[(close + 1)...]))
    }

    /// A row: code, name, `(00700)`, figures.
    private static func cells(_ fields: [String]) -> Parts? {
        let code = fields[0]
        guard isClass(code) else { return nil }
        let figures = fields.dropFirst().drop { $0.isEmpty || !isFigure($0) }.filter { !$0.isEmpty }
        if code == "TOTAL" { return figures.count >= 6 ? Parts(code: code, stock: nil, figures: Array(figures)) : nil }
        let digits = fields[2].filter { $0 != " " && $0 != "(" && $0 != ")" }
        let stock = (1...5).contains(digits.utf8.count) && digits.utf8.allSatisfy { (48...57).contains($0) } ? digits : nil
        guard stock != nil || digits.uppercased() == "NIL" || digits.isEmpty else { return nil }
        return Parts(code: code, stock: stock, figures: Array(fields[3...]))
    }

    /// Whether a word can be an HKATS code: three capital letters and digits, as a rule.
    private static func isClass(_ word: String) -> Bool {
        (2...5).contains(word.utf8.count) && word.utf8.allSatisfy { (65...90).contains($0) || (48...57).contains($0) }
    }

    private static func isFigure(_ word: String) -> Bool { word == "-" || ReportNumber.count(word) != nil }

    /// A line without its tags.
    private static func plain(_ line: String) -> String {
        guard line.contains("<") else { return line }
        var (text, isTag) = ("", false)
        for character in line {
            switch character {
            case "<": isTag = true
            case ">" where isTag: isTag = false
            default: if !isTag { text.append(character) }
            }
        }
        return text
    }
}
