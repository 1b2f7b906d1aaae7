import Config
import Feeds
import MarketModel
import Transport

/// What is recorded live, and from where: as the command line says it.
struct RecordingOptions: Sendable {
    /// Symbols by venue, in the order given.
    var symbols: [(venue: Venue, symbols: [String])] = []
    /// Where venues are reached other than on their own servers.
    var endpoints: [Venue: Endpoints] = [:]
    /// How many further instruments of a venue are recorded when somebody asks for them.
    var onDemand: [Venue: Int] = [.binanceSpot: 100]
    /// The intervals at which bars are followed.
    var intervals: [Interval] = [.m1]
    /// The venues whose open interest is followed.
    var interest: [Venue] = []
    /// How many seconds rounds of open interest take; nil for each venue's own.
    var interestSeconds: Int?
    /// What venues' published open interest is multiplied with to be that of one side, where it is not the usual.
    var interestFactors: [Venue: FixedPoint] = [:]
    /// The families of options that are followed.
    var optionFamilies: [OptionFamily] = []
    /// What contracts of options are on.
    var optionSizes = OptionSizes.known
    /// Whether new tapes of options begin as far back as the venues tell.
    var wantsOptionHistory = false
    /// What is fetched of what publishers say of options.
    var reports = ReportOptions()
    /// How clients connect.
    var client = ClientOptions()

    /// Whether there is anything to record.
    var isEmpty: Bool { symbols.isEmpty && interest.isEmpty && optionFamilies.isEmpty && reports.publishers.isEmpty }

    /// The options of commands that record.
    static let options =
        [
            CommandOption(
                "record", "VENUE:SYMBOLS", .stem(Recording.venues.map(\.name), mark: ":"),
                "Record live: a venue and its symbols, as binance-spot:BTCUSDT,ETHUSDT", repeatable: true),
            CommandOption(
                "endpoint", "VENUE=URLS", .stem(reachable, mark: "="),
                "Reach a venue elsewhere, by the bases of its URLs: binance-spot=http://host:1,ws://host:2",
                repeatable: true),
            CommandOption(
                "on-demand", "VENUE=N", .stem(Recording.venues.map(\.name), mark: "="),
                "How many further instruments of a venue are recorded once somebody asks for them",
                default: "binance-spot=100, others 0", repeatable: true),
            CommandOption(
                "open-interest", "VENUES", .list(FeedCatalogue.openInterestVenues.map(\.name) + ["all"]),
                "Follow the open interest of venues: binance-futures,okx-perps,deribit, or all", repeatable: true
            ),
            CommandOption(
                "interest-seconds", "N", "How long a round of open interest takes, 1 to 3600",
                default: "10, where a venue needs many answers 60, of options 300"),
            CommandOption(
                "oi-factor", "VENUE=N", .stem(FeedCatalogue.openInterestVenues.map(\.name), mark: "="),
                "What a venue's published open interest is multiplied with to be that of one side: bybit-linear=1",
                default: "by venue, see docs/open-interest.md", repeatable: true),
            CommandOption(
                "options", "FAMILIES", "Record the trades, blocks and open interest of options: okx:BTC-USD,okx:ETH-USD,deribit:BTC",
                repeatable: true),
            .optionSize,
            .flag("option-history", "Begin new tapes of options as far back as the venues tell: OKX three months, Deribit five days"),
            CommandOption("intervals", "LIST", .intervals, "The bars that are followed live, as 1s,1m,1h", default: "1m"),
            CommandOption("ca", "FILE", .file, "Certificates (PEM) that venues' servers are trusted by, in place of the system's"),
        ] + ReportOptions.options

    /// The venues that are recorded or whose open interest is followed.
    private static let reachable = Venue.known.map(\.name).filter { name in
        (Recording.venues + FeedCatalogue.openInterestVenues).contains { $0.name == name }
    }

    init() {}

    init(_ arguments: Arguments) throws(UsageError) {
        for text in arguments.all("record") {
            let parts = text.split(separator: ":", maxSplits: 1)
            guard let first = parts.first, let venue = Venue(first) else {
                throw UsageError("--record \(text): write it like binance-spot:BTCUSDT,ETHUSDT, or binance-spot for what is asked for only")
            }
            guard Recording.venues.contains(venue) else {
                let known = Recording.venues.map(\.name)
                let near = NearestName.of(venue.name, in: known).map { " Did you mean \($0)?" } ?? ""
                throw UsageError("--record \(text): \(venue.name) cannot be recorded, only \(known.joined(separator: ", ")).\(near)")
            }
            let names = parts.count == 2 ? parts[1].split(separator: ",").map(String.init) : []
            guard parts.count == 1 || !names.isEmpty else {
                throw UsageError("--record \(text): name at least one symbol after the colon")
            }
            if let place = symbols.firstIndex(where: { $0.venue == venue }) {
                symbols[place].symbols += names.filter { !symbols[place].symbols.contains($0) }
            } else {
                symbols.append((venue, names))
            }
        }
        for text in arguments.all("endpoint") {
            let parts = text.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, let venue = Venue(parts[0]), let address = Endpoints(String(parts[1])) else {
                throw UsageError(
                    "--endpoint \(text): write it like binance-spot=https://api.example.com,wss://stream.example.com")
            }
            endpoints[venue] = address
        }
        for text in arguments.all("on-demand") {
            let parts = text.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, let venue = Venue(parts[0]), let count = Int(parts[1]), (0...2000).contains(count) else {
                throw UsageError("--on-demand \(text): write it like binance-spot=50, from 0 to 2000")
            }
            onDemand[venue] = count
        }
        for text in arguments.all("open-interest") { try follow(text) }
        for text in arguments.all("oi-factor") {
            let parts = text.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, let venue = Venue(parts[0]), FeedCatalogue.openInterestVenues.contains(venue),
                let factor = try? FixedPoint(text: parts[1]), factor.mantissa > 0, factor.double <= 1000
            else { throw UsageError("--oi-factor \(text): write it like bybit-linear=0.5, above 0 and up to 1000") }
            interestFactors[venue] = factor
        }
        if let text = arguments.value("interest-seconds") {
            guard let seconds = Int(text), (1...3600).contains(seconds) else {
                throw UsageError("--interest-seconds \(text): a whole number from 1 to 3600 is wanted")
            }
            interestSeconds = seconds
        }
        for text in arguments.all("options") { try followOptions(text) }
        optionSizes = try RecordingOptions.optionSizes(arguments)
        wantsOptionHistory = arguments.has("option-history")
        let streaming = symbols.map(\.venue) + optionFamilies.map(\.venue)
        for venue in streaming where endpoints[venue]?.sockets.isEmpty == true {
            throw UsageError("--endpoint \(venue.name): to record trades, name a ws:// or wss:// base as well")
        }
        if let text = arguments.value("intervals") { intervals = try RecordingOptions.intervals(text) }
        reports = try ReportOptions(arguments)
        client.caFile = arguments.value("ca")
        client.userAgent = "millrace/\(Program.version)"
    }
}

extension RecordingOptions {
    /// Reads `binance-futures,deribit`, or `all`.
    private mutating func follow(_ text: String) throws(UsageError) {
        let known = FeedCatalogue.openInterestVenues
        for name in text.split(separator: ",") {
            if name == "all" {
                interest = known
            } else if let venue = known.first(where: { $0.name == name }) {
                if !interest.contains(venue) { interest.append(venue) }
            } else {
                let near = NearestName.of(String(name), in: known.map(\.name)).map { " Did you mean \($0)?" } ?? ""
                throw UsageError(
                    "--open-interest \(text): '\(name)' is none of \(known.map(\.name).joined(separator: ", ")), or all.\(near)")
            }
        }
    }

    /// Reads `1s,1m,1h`.
    static func intervals(_ text: String) throws(UsageError) -> [Interval] {
        var intervals: [Interval] = []
        for name in text.split(separator: ",") {
            guard let interval = Interval(name: name) else {
                throw UsageError("--intervals \(text): '\(name)' is none of \(Interval.allCases.map(\.name).joined(separator: " "))")
            }
            if !intervals.contains(interval) { intervals.append(interval) }
        }
        return intervals
    }

    /// Reaches a venue by these bases of its URLs.
    mutating func reach(_ venue: Venue, rest: String, stream: String) {
        endpoints[venue] = Endpoints(rest: rest, sockets: [stream])
    }
}

extension Endpoints {
    /// Reads `https://host,wss://host[,wss://…]`, in any order; without WebSockets for what is only asked for.
    fileprivate init?(_ text: String) {
        let urls = text.split(separator: ",").map(String.init)
        let rest = urls.filter { $0.hasPrefix("http://") || $0.hasPrefix("https://") }
        let sockets = urls.filter { $0.hasPrefix("ws://") || $0.hasPrefix("wss://") }
        guard rest.count == 1, rest.count + sockets.count == urls.count else { return nil }
        self.init(rest: rest[0], sockets: sockets)
    }
}
