import Access
import MarketModel
import OrderFlow

/// A channel of Aperiodic's stream: the rows of one dataset of all instruments of an exchange, `ohlcv.binance-futures.1m`.
struct StreamChannel: Sendable, Hashable, CustomStringConvertible {
    let dataset: String
    let venue: Venue
    let interval: Interval

    var description: String { "\(dataset).\(venue.name).\(interval.name)" }
}

/// A channel as a client asks for it.
struct ChannelRequest: Sendable, Hashable {
    var dataset: String
    var exchange: String
    var interval: String
    /// The symbols wanted, in Atlas' spelling; nil for all.
    var symbols: [String]?

    /// What answers call it.
    var name: String { "\(dataset).\(exchange).\(interval)" }

    init(dataset: String, exchange: String, interval: String, symbols: [String]? = nil) {
        self.dataset = dataset
        self.exchange = exchange
        self.interval = interval
        self.symbols = symbols
    }

    /// Reads `dataset.exchange.interval`.
    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        self.init(dataset: parts[0], exchange: parts[1], interval: parts[2])
    }
}

/// Why a channel is not streamed; the codes are the vendor's.
struct ChannelRejection: Error, Sendable, Hashable {
    enum Code: String, Sendable {
        case notEntitled = "not_entitled"
        case notLive = "not_live"
        case unknownChannel = "unknown_channel"
        case limitExceeded = "limit_exceeded"
        case invalidMessage = "invalid_message"
    }

    var channel: String
    var code: Code
    var message: String
}

/// What is there to be streamed, and who may have it; pure.
struct ChannelJudge: Sendable {
    /// The symbols that are recorded, in Atlas' spelling, by exchange.
    var recorded: [Venue: Set<String>]
    /// The intervals at which bars are followed.
    var intervals: [Interval]
    /// The caller's plan; nil for one who may have everything.
    var plan: Plan?

    /// The vendor's datasets that are not made from trades.
    static let foreign: Set<String> = [
        "slippage", "l1_price", "l1_imbalance", "l1_liquidity", "l2_imbalance", "l2_liquidity", "basis", "funding", "open_interest",
        "derivative_price",
    ]

    /// Judges a request.
    ///
    /// - Returns: the channel and the symbols granted, nil for all, with what was refused of the symbols.
    /// - Throws: why nothing of it is granted.
    func judge(
        _ request: ChannelRequest
    ) throws(ChannelRejection) -> (channel: StreamChannel, symbols: Set<String>?, refused: [ChannelRejection]) {
        func reject(_ code: ChannelRejection.Code, _ message: String) -> ChannelRejection {
            ChannelRejection(channel: request.name, code: code, message: message)
        }
        if ChannelJudge.foreign.contains(request.dataset) {
            throw reject(.notLive, "the dataset \(request.dataset) is not made from trades and is not served here")
        }
        guard Dataset<BarRow>.named(request.dataset) != nil else {
            throw reject(.unknownChannel, "the dataset is not one of \(Dataset<BarRow>.all.map(\.name).joined(separator: ", "))")
        }
        guard let interval = Interval(name: request.interval), Aperiodic.intervals.contains(interval) else {
            throw reject(.unknownChannel, "the interval is not one of \(Aperiodic.intervals.map(\.name).joined(separator: ", "))")
        }
        guard let venue = Venue(request.exchange), Venue.known.contains(venue) || recorded[venue] != nil else {
            throw reject(.unknownChannel, "the exchange is not known")
        }
        if let plan {
            guard interval >= plan.smallestInterval else {
                throw reject(.notEntitled, "the plan has intervals from \(plan.smallestInterval.name) up")
            }
            guard plan.opens(dataset: request.dataset) else { throw reject(.notEntitled, "the plan lacks the dataset") }
        }
        guard let there = recorded[venue], !there.isEmpty else { throw reject(.notLive, "nothing of \(venue.name) is being recorded") }
        guard intervals.contains(interval) else {
            throw reject(.notLive, "bars of \(interval.name) are not followed: \(intervals.map(\.name).joined(separator: ", ")) are")
        }
        let channel = StreamChannel(dataset: request.dataset, venue: venue, interval: interval)
        guard let wanted = request.symbols else { return (channel, nil, []) }
        let granted = Set(wanted).intersection(there)
        let refused = Set(wanted).subtracting(there).sorted().map { reject(.notLive, "\($0) is not being recorded") }
        guard !granted.isEmpty else { throw refused.first ?? reject(.invalidMessage, "the list of symbols is empty") }
        return (channel, granted, refused)
    }
}
