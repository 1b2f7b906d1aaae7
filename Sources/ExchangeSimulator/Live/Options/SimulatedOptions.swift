public import MarketModel

/// Options of a simulated market: what is listed, traded and agreed in blocks follows from the seed, whoever asks, when, and how often.
///
/// Each option trades once in each of its cells of time, so that its ids rise by one and no trade depends on one before it. Four Fridays are
/// listed, five strikes each around the price when they were, a call and a put at each.
///
///     let options = SimulatedOptions(seed: 7)
///     options.trades(of: OptionFamily("okx:BTC-USD"), in: start..<end)
public struct SimulatedOptions: Sendable {
    /// The families that there are.
    public let families: [OptionFamily]
    /// How long after they were made OKX tells of blocks, in microseconds.
    public let blockDelay: Int64
    private let books: [OptionFamily: OptionBook]

    /// Creates the options of a seed.
    ///
    /// - Parameters:
    ///   - tradesPerSecond: of each family, about.
    ///   - blockDelay: how long after they were made OKX tells of blocks, in microseconds.
    public init(seed: UInt64, tradesPerSecond: Double = 0.5, blockDelay: Int64 = 900_000_000) {
        self.blockDelay = blockDelay
        var books: [OptionFamily: OptionBook] = [:]
        let kinds: [(Venue, String, String, basis: Double, step: Double, size: FixedPoint)] = [
            (.okxOptions, "BTC-USD", "BTC", 68_250, 1000, FixedPoint(mantissa: 1, scale: 2)),
            (.okxOptions, "ETH-USD", "ETH", 3520, 50, FixedPoint(mantissa: 1, scale: 1)),
            (.deribitOptions, "BTC", "BTC", 68_250, 1000, FixedPoint(mantissa: 1)),
            (.deribitOptions, "ETH", "ETH", 3520, 50, FixedPoint(mantissa: 1)),
        ]
        for (venue, name, coin, basis, step, size) in kinds {
            guard let family = OptionFamily(venue: venue, name: name) else { continue }
            books[family] = OptionBook(
                family: family, size: size, step: step,
                path: PricePath(seed: Mixing.hash(seed, Mixing.key(coin)), basis: basis),
                seed: Mixing.hash(seed, Mixing.key("\(family)")), tradesPerSecond: min(max(0.001, tradesPerSecond), 1000))
        }
        self.books = books
        families = books.keys.sorted()
    }

    /// The book of a family; nil for one that is not simulated.
    func book(_ family: OptionFamily) -> OptionBook? { books[family] }

    /// All trades of a family executed within a stretch of time, blocks too, by time: what a reader should have in the end.
    ///
    /// - Parameter times: in microseconds since 1970-01-01 UTC.
    /// - Returns: trades as REST tells of them, received when they were executed; none for a family that is not simulated.
    public func trades(of family: OptionFamily, in times: Range<Int64>) -> [OptionTrade] {
        guard let book = books[family] else { return [] }
        let printed = book.prints(in: times).filter { !$0.isCombo }.compactMap { book.trade($0) }
        let legs = family.venue == .okxOptions ? book.blocks(in: times).flatMap { $0.trades } : []
        return (printed + legs).sorted { ($0.time, $0.key) < ($1.time, $1.key) }
    }
}

/// An option that is listed for a while.
struct SimulatedOption: Sendable {
    let contract: OptionContract
    /// Its place among all options of its family that ever were.
    let number: Int64
    /// That of the pair of call and put that it belongs to.
    let pair: UInt64
    /// When it was listed.
    let listed: Int64
    /// How long its cells are.
    let cell: Int64
}

/// What an option trades in one of its cells, as far as its bits say it.
struct OptionDraw: Sendable {
    /// Bits of the trade's own.
    let own: UInt64
    /// Those that it has in common with the other one of its pair.
    let shared: UInt64
    let isBlock: Bool
    let isCombo: Bool
    let time: Int64
    /// In the least part of a contract that is traded.
    let units: Int64
}

/// A trade as it is printed.
struct OptionPrint: Sendable {
    let option: SimulatedOption
    /// From 1, rising by one.
    let sequence: Int64
    let time: Int64
    let side: TakerSide
    let price: FixedPoint
    let contracts: FixedPoint
    let index: FixedPoint
    /// In percent, with two decimals.
    let volatility: FixedPoint
    /// Deribit: what call and put of a pair have in common that were agreed off the book.
    var block: String?
    /// Deribit: the combo that the trade is a leg of, and the id of the combo's own print.
    var combo: (name: String, id: String)?
    /// Whether this is the combo's own print.
    var isCombo = false

    /// Deribit: the id, unique in the currency.
    var id: String { "\(option.number * 10_000_000 + sequence)" }
}

/// A block of OKX.
struct OptionBlock: Sendable {
    let number: Int64
    let time: Int64
    /// Empty for a group's.
    let id: String
    let group: String
    let legs: [OptionBlockLeg]
    /// Ids of legs; empty for a group's.
    let ids: [String]
    let index: FixedPoint
    /// The legs that are options, as a reader should have them.
    let trades: [OptionTrade]
}
