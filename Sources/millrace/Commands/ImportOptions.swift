import Archives
import Lake
import MarketModel
import Recorder
import Transport

/// What `import` does with dumps of option chains.
extension Command {
    /// The family whose options are to be imported; nil where other trades are.
    static func optionFamily(_ arguments: Arguments) throws -> OptionFamily? {
        guard try arguments.venue() == .okxOptions else { return nil }
        let symbol = try arguments.required("symbol")
        // One option by itself has a tape like any instrument.
        guard OptionContract(venue: .okxOptions, symbol: symbol) == nil else { return nil }
        guard let family = OptionFamily(venue: .okxOptions, name: symbol) else {
            throw UsageError("--symbol \(symbol): name a family of options, such as BTC-USD")
        }
        return family
    }

    static func importOptions(_ family: OptionFamily, _ arguments: Arguments, _ console: Console) throws -> ExitStatus {
        let lake = try Lake(directory: try arguments.required("data"), create: true)
        let sizes = try RecordingOptions.optionSizes(arguments)
        let reports = try OptionImport(lake: lake, family: family, sizes: sizes).run(files: arguments.operands)
        if arguments.value("report") == "json" {
            var json = JSONWriter()
            json.beginArray()
            for (path, report) in reports {
                json.beginObject()
                json.member("file", path)
                json.member("family", family.name)
                json.member("trades", report.trades)
                json.member("options", report.contracts)
                json.member("missing_ids", report.missing)
                json.member("other_families", report.otherFamilies)
                json.key("rejected")
                json.beginObject()
                for (reason, count) in report.rejected.sorted(by: { $0.key < $1.key }) {
                    json.key(escaping: reason)
                    json.value(count)
                }
                json.endObject()
                json.endObject()
            }
            json.endArray()
            try console.print(json.text)
            return .success
        }
        for (path, report) in reports {
            var lines = ["\(path)", "  \(report.trades) trades of \(report.contracts) options of \(family)"]
            if let times = report.times {
                lines.append("  \(Timestamp.iso8601(times.lowerBound)) … \(Timestamp.iso8601(times.upperBound))")
            }
            if report.missing > 0 { lines.append("  \(report.missing) ids are missing between trades of their options") }
            if report.otherFamilies > 0 { lines.append("  \(report.otherFamilies) rows of other families were passed over") }
            for (reason, count) in report.rejected.sorted(by: { $0.key < $1.key }) {
                lines.append("  \(count) rows rejected: \(reason), the first rejected one in line \(report.firstRejected ?? 0)")
            }
            try console.print(lines.joined(separator: "\n"))
        }
        return .success
    }
}
