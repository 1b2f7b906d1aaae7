public import MarketModel

/// Option flow window by window. Trades may come in any order: a block that is told of late counts where it was executed.
///
///     var windows = OptionFlowWindows(.h8)
///     let end = windows.add(trade)      // the window that has changed
///     windows.flow(endingAt: end)
public struct OptionFlowWindows: Sendable {
    /// How long windows are.
    public let window: OptionWindow
    /// What counts as a block.
    public let rules: OptionFlow.Rules
    private var flows: [Int64: OptionFlow] = [:]

    /// Creates windows without trades.
    public init(_ window: OptionWindow, rules: OptionFlow.Rules = OptionFlow.Rules()) {
        self.window = window
        self.rules = rules
    }

    /// Adds a trade, which is to be added once.
    ///
    /// - Returns: the end of the window that it was executed in.
    @discardableResult
    public mutating func add(_ trade: OptionTrade) -> Int64 { add(trade.volume, of: trade.contract.type) }

    /// Adds what a trade of calls or of puts was of, once.
    ///
    /// - Returns: the end of the window that it was executed in.
    @discardableResult
    public mutating func add(_ volume: OptionVolume, of type: OptionType) -> Int64 {
        let end = window.end(of: volume.time)
        flows[end, default: OptionFlow()].add(volume, of: type, rules: rules)
        return end
    }

    /// The flow of the window that ends at a time; of nothing where it has no trades.
    public func flow(endingAt end: Int64) -> OptionFlow { flows[end] ?? OptionFlow() }

    /// The ends of windows with trades, ascending.
    public var ends: [Int64] { flows.keys.sorted() }

    /// Forgets windows that ended before a time.
    public mutating func forget(before time: Int64) { flows = flows.filter { $0.key >= time } }
}

/// Coins of options by expiry and strike: what changed hands, or what is open; exact sums in units of 10^-8 coins.
public struct OptionStrikes: Sendable, Hashable {
    /// Calls and puts apart.
    public struct Pair: Sendable, Hashable {
        /// Coins of calls.
        public var call: Int128 = 0
        /// Coins of puts.
        public var put: Int128 = 0

        /// Nothing.
        public init() {}

        mutating func add(_ units: Int128, _ type: OptionType) {
            switch type {
            case .call: call += units
            case .put: put += units
            }
        }
    }

    private struct Place: Hashable {
        var expiry: CivilDate
        /// In units of 10^-8, so that 150 and 150.0 are one.
        var strike: Int64
    }

    private var pairs: [Place: Pair] = [:]

    /// Creates sums of nothing.
    public init() {}

    /// Adds what changed hands, blocks too.
    public mutating func add(_ trade: OptionTrade) { add(trade.units, of: trade.contract) }

    /// Adds coins of an option, such as what is open of it.
    public mutating func add(_ units: Int128, of contract: OptionContract) {
        guard let strike = contract.strike.rescaled(to: OptionTrade.decimals) else { return }
        pairs[Place(expiry: contract.expiry, strike: strike), default: Pair()].add(units, contract.type)
    }

    /// All together.
    public var total: Pair {
        pairs.values.reduce(into: Pair()) { sum, pair in
            sum.call += pair.call
            sum.put += pair.put
        }
    }

    /// By expiry, ascending.
    public var byExpiry: [(expiry: CivilDate, coins: Pair)] {
        var sums: [CivilDate: Pair] = [:]
        for (place, pair) in pairs {
            sums[place.expiry, default: Pair()].call += pair.call
            sums[place.expiry, default: Pair()].put += pair.put
        }
        return sums.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// By strike, ascending, of the options that expire on a day.
    public func byStrike(_ expiry: CivilDate) -> [(strike: FixedPoint, coins: Pair)] {
        pairs.filter { $0.key.expiry == expiry }.sorted { $0.key.strike < $1.key.strike }.map {
            (FixedPoint(mantissa: $0.key.strike, scale: OptionTrade.decimals).normalized, $0.value)
        }
    }
}
