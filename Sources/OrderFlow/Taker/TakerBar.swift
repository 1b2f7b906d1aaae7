public import MarketModel

/// What takers of one side traded, exactly.
public struct TakerVolume: Sendable {
    /// In base coins.
    public private(set) var base: WideDecimal
    /// In quote currency.
    public private(set) var notional: WideDecimal

    /// Creates a volume; nothing by default.
    public init(base: WideDecimal = WideDecimal(), notional: WideDecimal = WideDecimal()) {
        self.base = base
        self.notional = notional
    }

    /// Adds another volume.
    ///
    /// - Returns: false if 128 bits do not hold a sum; nothing is added then.
    public mutating func add(_ other: TakerVolume) -> Bool {
        guard let base = base.adding(other.base), let notional = notional.adding(other.notional) else { return false }
        (self.base, self.notional) = (base, notional)
        return true
    }

    /// One side of a bar, in single coins where the contract counts them in thousands.
    init?(_ sum: SideSum, _ valuation: Valuation, multiple: Int64) {
        guard let base = WideDecimal(mantissa: sum.base, scale: valuation.baseScale).times(multiple) else { return nil }
        self.init(base: base, notional: WideDecimal(mantissa: sum.notional, scale: valuation.notionalScale))
    }
}

/// What takers bought and sold in an interval, of one contract or of several together; trades without a known side are in neither.
public struct TakerBar: Sendable {
    /// Where it starts, in microseconds since 1970-01-01 UTC.
    public let start: Int64
    /// What takers bought.
    public private(set) var buy: TakerVolume
    /// What takers sold.
    public private(set) var sell: TakerVolume

    /// Takes the volumes out of a bar.
    ///
    /// - Parameters:
    ///   - valuation: how its trades were valued.
    ///   - multiple: how many coins one unit of base is: 1000 of `1000PEPEUSDT`.
    /// - Throws: ``BarError`` if 128 bits do not hold a volume.
    public init(_ bar: TradeBar, _ valuation: Valuation, multiple: Int64 = 1) throws(BarError) {
        guard let buy = TakerVolume(bar.flow[.buy], valuation, multiple: multiple),
            let sell = TakerVolume(bar.flow[.sell], valuation, multiple: multiple)
        else { throw .overflow(at: bar.start) }
        start = bar.start
        (self.buy, self.sell) = (buy, sell)
    }

    private init(start: Int64, buy: TakerVolume, sell: TakerVolume) {
        self.start = start
        (self.buy, self.sell) = (buy, sell)
    }

    /// Adds what another bar holds.
    ///
    /// - Throws: ``BarError`` if 128 bits do not hold a sum.
    public mutating func add(_ other: TakerBar) throws(BarError) {
        guard buy.add(other.buy), sell.add(other.sell) else { throw .overflow(at: start) }
    }

    /// The bars of several contracts, or of shorter intervals, together as bars of an interval, in time order.
    ///
    /// - Throws: ``BarError`` if 128 bits do not hold a sum.
    public static func together(_ bars: some Sequence<TakerBar>, interval: Interval) throws(BarError) -> [TakerBar] {
        var sums: [Int64: TakerBar] = [:]
        for bar in bars {
            let start = interval.start(of: bar.start)
            var sum = sums[start] ?? TakerBar(start: start, buy: TakerVolume(), sell: TakerVolume())
            try sum.add(bar)
            sums[start] = sum
        }
        return sums.values.sorted { $0.start < $1.start }
    }
}
