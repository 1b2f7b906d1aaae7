import MarketModel

/// What a question about an option's trades is asked for.
struct MissingOptionTrades: Sendable {
    /// When they were executed, as far as that is known.
    var times: Range<Int64>
    /// Whether ids tell that they lack; else nobody knows whether there are any.
    var isHole: Bool
    /// Older ones are not wanted.
    var floor = Int64.min
    /// The lowest id that must be among them; nil for the lowest that the venue gives.
    var lowest: Int64?
    private var seen: Set<Int64> = []

    init(times: Range<Int64>, isHole: Bool, floor: Int64 = .min, lowest: Int64? = nil) {
        self.times = times
        self.isHole = isHole
        self.floor = floor
        self.lowest = lowest
    }

    /// Takes note of the ids of a page.
    ///
    /// - Returns: whether it reaches as far back as is wanted.
    mutating func take(_ page: OptionPage, of question: OptionQuestion) -> Bool {
        guard case .trades(_, let symbol, let ids) = question else { return false }
        var oldest = Int64.max
        for trade in page.batch.trades where trade.contract.symbol == symbol && trade.space == .book {
            oldest = min(oldest, trade.time)
            if let id = Int64(trade.id), ids.contains(id) { seen.insert(id) }
        }
        return oldest < floor
    }

    /// Whether no id lacks of those that were asked for.
    func isThere(_ ids: ClosedRange<Int64>) -> Bool {
        // From the newest on nobody knows how many there are, nor below the oldest.
        guard let highest = ids.upperBound == .max ? seen.max() : ids.upperBound, let lowest = lowest ?? seen.min() else { return true }
        return Int64(seen.count) == highest - lowest + 1
    }
}

extension OptionRepair {
    /// Where the tape ends of a family that was followed before.
    public struct Begin: Sendable, Hashable {
        /// The time of its last trade of the book, in microseconds; nil for a new tape.
        public var time: Int64?
        /// The newest id of each option, of the book.
        public var ids: [String: Int64] = [:]
        /// When the book's trades are known to be whole, of late.
        public var coverage = OptionCoverage()
        /// Until when blocks are known to be whole; nil where that is not known.
        public var blocksWhole: Int64?
        var times: [String: Int64] = [:]

        /// Creates the begin of a new tape.
        public init() {}

        /// Takes a trade of the tape into account.
        public mutating func take(_ trade: OptionTrade) {
            guard trade.space == .book else { return }
            time = max(time ?? .min, trade.time)
            guard let id = Int64(trade.id), id > ids[trade.contract.symbol] ?? .min else { return }
            ids[trade.contract.symbol] = id
            times[trade.contract.symbol] = trade.time
        }
    }
}

extension OptionQuestion {
    /// The family that is asked about; nil for all.
    var family: OptionFamily? {
        switch self {
        case .listing(let family), .recent(let family), .byType(let family), .trades(let family, _, _), .span(let family, _): family
        case .blocks: nil
        }
    }
}
