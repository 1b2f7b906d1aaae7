/// Which of a venue's numberings the id of an option's trade belongs to.
public enum OptionIDSpace: UInt8, Sendable, Hashable, CaseIterable {
    /// Trades of the book; at Deribit blocks too, which have ids of the same numbering there.
    case book
    /// OKX's block trades, whose legs are numbered apart.
    case block

    /// As files have it.
    public var name: String { self == .book ? "book" : "block" }
}

/// Where a row came from; a later one of these wins over an earlier one.
public enum OptionSource: UInt8, Sendable, Hashable, CaseIterable, Comparable {
    case webSocket, rest, dump

    /// As files have it.
    public var name: String {
        switch self {
        case .webSocket: "websocket"
        case .rest: "rest"
        case .dump: "dump"
        }
    }

    public static func < (a: OptionSource, b: OptionSource) -> Bool { a.rawValue < b.rawValue }
}

/// What makes a trade of a family the same trade, whoever tells of it.
public struct OptionTradeKey: Sendable, Hashable, Comparable {
    /// The option.
    public var symbol: String
    /// The numbering.
    public var space: OptionIDSpace
    /// The venue's id, or one that was made of what the venue says where it has none; see ``OptionTradeKey/made(time:group:legs:of:)``.
    public var id: String

    /// Creates a key.
    public init(symbol: String, space: OptionIDSpace, id: String) {
        self.symbol = symbol
        self.space = space
        self.id = id
    }

    public static func < (a: OptionTradeKey, b: OptionTradeKey) -> Bool {
        (a.symbol, a.space.rawValue, a.id) < (b.symbol, b.space.rawValue, b.id)
    }
}

/// A print of an option.
public struct OptionTrade: Sendable, Hashable {
    /// Decimals of quantities, strikes, index prices and volatilities; what needs more of a quantity is no trade that can be kept.
    public static let decimals = 8
    /// Decimals of prices.
    public static let priceDecimals = 12

    /// The option.
    public var contract: OptionContract
    /// The numbering of ``id``.
    public var space: OptionIDSpace
    /// The id within the option and ``space``.
    public var id: String
    /// When it was executed, in microseconds since 1970-01-01 UTC.
    public var time: Int64
    /// When it was received first; nil where only dumps have it.
    public var received: Int64?
    /// Who was the aggressor.
    public var side: TakerSide
    /// Premium for one coin: in the coin where ``OptionContract/isInverse``, else in ``OptionContract/settlement``. More than zero.
    public var price: FixedPoint
    /// How many contracts; more than zero.
    public var contracts: FixedPoint
    /// How many coins they are on: contracts x contract size; more than zero.
    public var quantity: FixedPoint
    /// The index at that moment, where the venue says so; rounded to ``decimals``.
    public var index: FixedPoint?
    /// Implied volatility as a share of one, where the venue says so; rounded to ``decimals``.
    public var volatility: FixedPoint?
    /// Whether it was agreed off the book: a block or a request for quotes.
    public var isBlock: Bool
    /// What the legs of a block have in common; empty where the venue does not say, and for trades of the book.
    public var block: String
    /// Where it came from.
    public var source: OptionSource

    /// Creates a trade; nil where a number is not above zero or needs more digits than are kept.
    public init?(
        contract: OptionContract, space: OptionIDSpace = .book, id: String, time: Int64, received: Int64? = nil, side: TakerSide,
        price: FixedPoint, contracts: FixedPoint, quantity: FixedPoint, index: FixedPoint? = nil, volatility: FixedPoint? = nil,
        isBlock: Bool = false, block: String = "", source: OptionSource
    ) {
        guard price.mantissa > 0, contracts.mantissa > 0, quantity.mantissa > 0, price.rescaled(to: Self.priceDecimals) != nil,
            contracts.rescaled(to: Self.decimals) != nil, quantity.rescaled(to: Self.decimals) != nil, time > 0, !id.isEmpty,
            id.utf8.count <= 64, block.utf8.count <= 64
        else { return nil }
        self.contract = contract
        self.space = space
        self.id = id
        self.time = time
        self.received = received
        self.side = side
        self.price = price.normalized
        self.contracts = contracts.normalized
        self.quantity = quantity.normalized
        self.index = index.flatMap { Self.rounded($0) }
        self.volatility = volatility.flatMap { Self.rounded($0) }
        self.isBlock = isBlock
        self.block = block
        self.source = source
    }

    private static func rounded(_ number: FixedPoint) -> FixedPoint? {
        guard number.mantissa > 0, let kept = number.times(FixedPoint(mantissa: 1), decimals: decimals), kept.rescaled(to: decimals) != nil
        else { return nil }
        return kept
    }

    /// What makes it the same trade.
    public var key: OptionTradeKey { OptionTradeKey(symbol: contract.symbol, space: space, id: id) }

    /// ``quantity`` in units of 10^-8 coins.
    public var units: Int128 { Int128(quantity.rescaled(to: Self.decimals) ?? 0) }

    /// What flow is made of.
    public var volume: OptionVolume { OptionVolume(time: time, side: side, units: units, isBlock: isBlock) }

    /// What was paid, in units of 10^-20 of ``OptionContract/settlement``: price x coins, exact.
    public var premium: Int128 { Int128(price.rescaled(to: Self.priceDecimals) ?? 0) * units }
}

/// What flow is made of: that so many coins of an option changed hands.
public struct OptionVolume: Sendable, Hashable {
    /// When, in microseconds since 1970-01-01 UTC.
    public var time: Int64
    /// What the taker did.
    public var side: TakerSide
    /// In units of 10^-8 coins.
    public var units: Int128
    /// Whether the venue says that it was a block.
    public var isBlock: Bool

    /// Creates a volume.
    public init(time: Int64, side: TakerSide, units: Int128, isBlock: Bool) {
        self.time = time
        self.side = side
        self.units = units
        self.isBlock = isBlock
    }
}

extension OptionTrade {
    /// What is known of a trade of which two sources tell: time, side, price and quantity of the better source, and what either says beside.
    ///
    /// A dump beats REST, and REST beats a WebSocket; of equals that contradict each other the smaller one stays. Dumps have no index, no
    /// volatility and no block, so those stay. However rows are put together, in whatever order, the same comes out.
    public func merged(_ other: OptionTrade) -> OptionTrade {
        var best = OptionTrade.isBetter(other, than: self) ? other : self
        best.index = OptionTrade.smaller(index, other.index)
        best.volatility = OptionTrade.smaller(volatility, other.volatility)
        best.isBlock = isBlock || other.isBlock
        best.block = [block, other.block].filter { !$0.isEmpty }.min() ?? ""
        best.received = [received, other.received].compactMap { $0 }.min()
        return best
    }

    private static func isBetter(_ a: OptionTrade, than b: OptionTrade) -> Bool {
        a.source != b.source ? a.source > b.source : a.order.lexicographicallyPrecedes(b.order)
    }

    private static func smaller(_ a: FixedPoint?, _ b: FixedPoint?) -> FixedPoint? {
        guard let a, let b, let first = a.rescaled(to: decimals), let second = b.rescaled(to: decimals) else { return a ?? b }
        return first <= second ? a : b
    }

    /// Numbers by which rows of one trade that contradict each other are told apart.
    private var order: [Int64] {
        [
            time, price.rescaled(to: OptionTrade.priceDecimals) ?? 0, contracts.rescaled(to: OptionTrade.decimals) ?? 0,
            quantity.rescaled(to: OptionTrade.decimals) ?? 0, Int64(side.rawValue),
        ]
    }
}

/// A leg of a block, as far as it makes the block what it is.
public struct OptionBlockLeg: Sendable, Hashable {
    /// The instrument, of whatever kind.
    public var symbol: String
    /// The taker's side.
    public var side: TakerSide
    /// The price.
    public var price: FixedPoint
    /// The contracts.
    public var contracts: FixedPoint

    /// Creates a leg.
    public init(symbol: String, side: TakerSide, price: FixedPoint, contracts: FixedPoint) {
        self.symbol = symbol
        self.side = side
        self.price = price
        self.contracts = contracts
    }

    var text: String { "\(symbol) \(side.name) \(price) \(contracts)" }
}

extension OptionTradeKey {
    /// Ids for the legs of a block that the venue gave none, as it does with requests for quotes of groups.
    ///
    /// 128 bits of FNV-1a over the time, the group and all legs in an order of their own, so that whoever tells of the block, and in whatever
    /// order, gives it the same ids; then the leg's place in that order, so that equal legs are several trades.
    ///
    /// - Parameter time: as the venue has it, in microseconds.
    public static func made(time: Int64, group: String, legs: [OptionBlockLeg]) -> [String] {
        let texts = legs.map(\.text)
        let order = texts.indices.sorted { (texts[$0], $0) < (texts[$1], $1) }
        var hash = UInt128(0x6c62_272e_07bb_0142) << 64 | UInt128(0x62b8_2175_6295_c58d)
        let prime = UInt128(1) << 88 | UInt128(0x13b)
        for byte in "\(time)|\(group)|\(order.map { texts[$0] }.joined(separator: "|"))".utf8 { hash = (hash ^ UInt128(byte)) &* prime }
        let digits = String(hash, radix: 16)
        let name = "made-" + String(repeating: "0", count: 32 - digits.count) + digits
        var ids = Array(repeating: "", count: legs.count)
        for (rank, place) in order.enumerated() { ids[place] = "\(name)-\(rank)" }
        return ids
    }
}
