import Feeds
import MarketModel
import Recorder

/// What is fetched of what publishers say of options: as the command line says it.
struct ReportOptions: Sendable {
    /// Who is asked.
    var publishers: [OptionPublisher] = []
    /// How.
    var fetching = OptionReportCollector.Options()

    /// The options of commands that record.
    static let options = [
        CommandOption(
            "option-reports", "NAMES", .list(OptionPublisher.allCases.map(\.rawValue)),
            "Fetch daily statistics of option markets from occ, cboe, hkex, as they are published",
            repeatable: true),
        CommandOption("option-reports-since", "DAY", "The first day that is fetched, as 2026-01-31", default: "the last 31 days"),
        CommandOption(
            "report-server", "NAME=URL", .stem(OptionPublisher.allCases.map(\.rawValue), mark: "="),
            "Reach a publisher elsewhere: occ=http://127.0.0.1:8081", repeatable: true),
    ]

    init() {}

    init(_ arguments: Arguments) throws(UsageError) {
        let known = OptionPublisher.allCases.map(\.rawValue)
        for text in arguments.all("option-reports") {
            for name in text.split(separator: ",") {
                guard let publisher = OptionPublisher(rawValue: String(name)) else {
                    throw UsageError("--option-reports \(text): '\(name)' is none of \(known.joined(separator: ", "))")
                }
                if !publishers.contains(publisher) { publishers.append(publisher) }
            }
        }
        for text in arguments.all("report-server") {
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, let publisher = OptionPublisher(rawValue: parts[0]),
                parts[1].hasPrefix("http://") || parts[1].hasPrefix("https://")
            else { throw UsageError("--report-server \(text): write it like occ=https://marketdata.example.com") }
            fetching.servers[publisher] = String(parts[1].reversed().drop { $0 == "/" }.reversed())
        }
        if let text = arguments.value("option-reports-since") {
            guard let day = CivilDate(text), (1973...2199).contains(day.year) else {
                throw UsageError("--option-reports-since \(text): a day such as 2026-01-31 is wanted")
            }
            fetching.since = day
        }
    }
}
