public import MarketModel

/// Coins of options that changed hands, by call and put and by what the taker did, blocks apart: exact sums in units of 10^-8 coins.
///
/// A block is in ``callBlock`` or ``putBlock`` and never among what takers bought and sold.
public struct OptionFlow: Sendable, Hashable {
    /// Coins of calls that takers bought.
    public var callBuy: Int128 = 0
    /// Coins of calls that takers sold.
    public var callSell: Int128 = 0
    /// Coins of calls whose venue does not say who took.
    public var callUnknown: Int128 = 0
    /// Coins of puts that takers bought.
    public var putBuy: Int128 = 0
    /// Coins of puts that takers sold.
    public var putSell: Int128 = 0
    /// Coins of puts whose venue does not say who took.
    public var putUnknown: Int128 = 0
    /// Coins of calls in blocks.
    public var callBlock: Int128 = 0
    /// Coins of puts in blocks.
    public var putBlock: Int128 = 0
    /// How many trades there are, legs of blocks one by one.
    public var trades = 0

    /// The sum of nothing.
    public init() {}

    /// What counts as a block.
    public struct Rules: Sendable, Hashable {
        /// From how many units of 10^-8 coins on a trade of the book counts as a block, too; nil for none.
        public var blockUnits: Int128?

        /// Blocks are what the venue says are blocks.
        public init() {}

        /// Creates rules; trades of the book of so many coins or more are blocks, too.
        public init(blockSize: FixedPoint) {
            blockUnits = blockSize.times(FixedPoint(mantissa: 1), decimals: OptionTrade.decimals).flatMap {
                $0.rescaled(to: OptionTrade.decimals)
            }.map { Int128($0) }
        }

        /// Whether a trade is a block.
        public func isBlock(_ volume: OptionVolume) -> Bool { volume.isBlock || blockUnits.map { volume.units >= $0 } ?? false }
    }

    /// Coins of all calls, or of all puts.
    public func volume(_ type: OptionType) -> Int128 {
        switch type {
        case .call: callBuy + callSell + callUnknown + callBlock
        case .put: putBuy + putSell + putUnknown + putBlock
        }
    }

    /// Coins of all.
    public var volume: Int128 { volume(.call) + volume(.put) }

    /// Adds a trade.
    public mutating func add(_ trade: OptionTrade, rules: Rules = Rules()) { add(trade.volume, of: trade.contract.type, rules: rules) }

    /// Adds what a trade of calls or of puts was of.
    public mutating func add(_ volume: OptionVolume, of type: OptionType, rules: Rules = Rules()) {
        trades += 1
        let units = volume.units
        switch (type, rules.isBlock(volume), volume.side) {
        case (.call, true, _): callBlock += units
        case (.put, true, _): putBlock += units
        case (.call, false, .buy): callBuy += units
        case (.call, false, .sell): callSell += units
        case (.call, false, .unknown): callUnknown += units
        case (.put, false, .buy): putBuy += units
        case (.put, false, .sell): putSell += units
        case (.put, false, .unknown): putUnknown += units
        }
    }

    public static func += (a: inout OptionFlow, b: OptionFlow) {
        a.callBuy += b.callBuy
        a.callSell += b.callSell
        a.callUnknown += b.callUnknown
        a.putBuy += b.putBuy
        a.putSell += b.putSell
        a.putUnknown += b.putUnknown
        a.callBlock += b.callBlock
        a.putBlock += b.putBlock
        a.trades += b.trades
    }

    public static func + (a: OptionFlow, b: OptionFlow) -> OptionFlow {
        var sum = a
        sum += b
        return sum
    }
}
