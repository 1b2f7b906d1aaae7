import Archives
import Lake
import MarketModel
import TapeSequencer

extension ImportReport {
    /// The report as one line of JSON; see design.md: counts describe the files given, holes are those of the tape afterwards.
    public var json: String {
        let holes = holes.map { #"{"from":\#($0.from),"to":\#($0.to),"count":\#($0.count)}"# }
        return "{"
            + [
                #""rows":\#(rows)"#, #""duplicates":\#(duplicates)"#, #""rejected":\#(rejected)"#, #""missing_ids":\#(missingIDs)"#,
                #""holes":[\#(holes.joined(separator: ","))]"#, #""out_of_order":\#(outOfOrder)"#, #""zero":\#(zero)"#,
                #""taker_buy_share":\#(takerBuyShare.map { "\($0)" } ?? "null")"#,
                #""first_time":\#(ImportReport.milliseconds(firstTime))"#,
                #""last_time":\#(ImportReport.milliseconds(lastTime))"#, #""format":\#(ImportReport.quoted(format))"#,
                #""by_file":[\#(files.map(\.json).joined(separator: ","))]"#,
            ].joined(separator: ",") + "}"
    }

    /// The report for people, a few lines.
    public var text: String {
        var lines: [String] = []
        for file in files { lines += file.lines }
        if files.count > 1 {
            lines.append("all files: \(rows) rows, \(duplicates) duplicates, \(rejected) rejected, \(added) new on the tape")
        }
        lines.append("tape: \(tapeRows) trades" + holeSummary)
        for hole in holes.prefix(20) {
            let count = hole.count == 1 ? "1 id" : "\(hole.count) ids"
            lines.append(
                "  hole \(hole.from)…\(hole.to): \(count), between \(Timestamp.iso8601(hole.timeFrom)) and \(Timestamp.iso8601(hole.timeTo))"
            )
        }
        if holes.count > 20 { lines.append("  … and \(holes.count - 20) more: 'millrace verify' lists them all") }
        return lines.joined(separator: "\n")
    }

    private var holeSummary: String {
        guard tradeIDs == .contiguous else { return "; its ids cannot show holes" }
        return holes.isEmpty ? ", no hole" : ", \(holes.count) holes, \(missingIDs) ids missing"
    }

    static func milliseconds(_ time: Int64?) -> String {
        guard let time else { return "null" }
        return String(time >= 0 || time % 1000 == 0 ? time / 1000 : time / 1000 - 1)
    }

    /// A text as a JSON string.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\u{0}"..."\u{1f}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

extension FileReport {
    var json: String {
        let scan = archive.scan
        let reasons = archive.rejectedRows.prefix(20).map { #"{"line":\#($0.line),"reason":\#(ImportReport.quoted($0.reason))}"# }
        return "{"
            + [
                #""file":\#(ImportReport.quoted(path))"#, #""format":\#(ImportReport.quoted(archive.format))"#, #""rows":\#(archive.rows)"#,
                #""duplicates":\#(duplicates)"#, #""added":\#(added)"#, #""rejected":\#(archive.rejected)"#,
                #""rejected_rows":[\#(reasons.joined(separator: ","))]"#, #""out_of_order":\#(scan.outOfOrder)"#,
                #""zero":\#(scan.zeroRows)"#, #""first_time":\#(ImportReport.milliseconds(scan.bounds?.minTime))"#,
                #""last_time":\#(ImportReport.milliseconds(scan.bounds?.maxTime))"#, #""checksum":"\#(archive.checksum.rawValue)""#,
            ].joined(separator: ",") + "}"
    }

    var lines: [String] {
        let scan = archive.scan
        var first = "\(path): \(archive.format)"
        if archive.checksum == .verified { first += ", checksum verified" }
        var counts = "  \(archive.rows) rows"
        if let bounds = scan.bounds { counts += " from \(Timestamp.iso8601(bounds.minTime)) to \(Timestamp.iso8601(bounds.maxTime))" }
        counts += ", \(added) new on the tape"
        var notes: [String] = []
        if duplicates > 0 { notes.append("\(duplicates) duplicates") }
        if scan.outOfOrder > 0 { notes.append("\(scan.outOfOrder) out of order") }
        if scan.zeroRows > 0 { notes.append("\(scan.zeroRows) with a zero price or quantity") }
        if archive.otherSymbols > 0 { notes.append("\(archive.otherSymbols) of other instruments") }
        if scan.buys + scan.sells > 0 {
            let share = Double(scan.buys) / Double(scan.buys + scan.sells)
            let tenths = Int((share * 1000).rounded())
            notes.append("taker buys \(tenths / 10).\(tenths % 10) %")
        }
        var lines = [first, counts]
        if !notes.isEmpty { lines.append("  " + notes.joined(separator: ", ")) }
        if archive.rejected > 0 {
            lines.append("  \(archive.rejected) rows rejected" + (quarantine.map { ", listed in \($0)" } ?? ""))
            for row in archive.rejectedRows.prefix(5) { lines.append("    line \(row.line): \(row.reason)") }
        }
        return lines
    }
}
