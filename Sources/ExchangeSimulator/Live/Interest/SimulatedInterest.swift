import MarketModel

/// What is open of a contract at a moment of the simulated market, of one side.
public struct SimulatedInterest: Sendable, Hashable {
    /// The contract.
    public let instrument: SimulatedInstrument
    /// In the venue's unit: contracts, coins or USD.
    public let amount: FixedPoint
    /// The mark price.
    public let mark: FixedPoint
    /// Microseconds since 1970-01-01 UTC.
    public let time: Int64
    /// What stands in the place of the figure, where the venue talks nonsense.
    var nonsense: Nonsense?

    /// What a venue says that has lost its mind.
    enum Nonsense: UInt64, CaseIterable {
        case negative
        case notANumber
        case huge
        case missing
    }

    /// In what the price is of: coins, or thousands of them (`1000PEPE`).
    public var coins: FixedPoint { open?.quantity ?? FixedPoint(mantissa: 0) }
    /// In USD.
    public var usd: FixedPoint { open?.usd ?? FixedPoint(mantissa: 0) }

    /// What a history would say of it: in coins, also where the venue counts them in thousands.
    public var reading: OpenInterestReading? {
        let name = CoinName(instrument.base)
        let contract = OpenInterestContract(
            venue: instrument.venue, symbol: instrument.symbol, coin: name.name, quote: instrument.quote,
            margin: instrument.kind == .inverse ? .coin : .stable)
        guard let coins = open?.quantity.times(FixedPoint(mantissa: name.multiple), decimals: OpenInterest.decimals) else { return nil }
        return OpenInterestReading(contract: contract, quantity: coins, usd: usd, time: time)
    }

    private var open: OpenInterest? {
        guard let worth = amount.times(instrument.contractSize, decimals: OpenInterest.decimals) else { return nil }
        return instrument.kind == .inverse ? OpenInterest(usd: worth, price: mark) : OpenInterest(quantity: worth, price: mark)
    }

    /// The figure as a string.
    func text(_ value: FixedPoint) -> WireValue { nonsense.map { Self.nonsense($0, quoted: true) } ?? .text(value) }
    /// The figure as a number.
    func number(_ value: FixedPoint) -> WireValue { nonsense.map { Self.nonsense($0, quoted: false) } ?? .number(value) }

    private static func nonsense(_ kind: Nonsense, quoted: Bool) -> WireValue {
        switch kind {
        case .negative: quoted ? .text("-15") : .number("-15")
        case .notANumber: .text("NaN")
        case .huge: quoted ? .text("1e308") : .number("1e308")
        case .missing: .missing
        }
    }
}

/// The open interest of the simulated market: for each contract a smooth path around a usual amount, which follows from the seed.
struct InterestBook: Sendable {
    private struct Line: Sendable {
        let instrument: SimulatedInstrument
        let price: PricePath
        let coins: PricePath
    }

    private let lines: [Venue: [Line]]
    private let faults: [Fault]

    /// - Parameter instruments: those of the market that print trades; the contracts of other venues are added.
    init(seed: UInt64, instruments: [SimulatedInstrument], plan: FaultPlan) {
        faults = plan.faults.filter { [.freeze, .double, .nonsense].contains($0.kind) }
        let contracts = (instruments + SimulatedInstrument.withoutTape).filter { $0.kind != .spot }
        lines = Dictionary(
            grouping: contracts.map { instrument in
                let own = Mixing.hash(seed, Mixing.key("interest \(instrument.venue) \(instrument.symbol)"))
                return Line(
                    instrument: instrument,
                    price: PricePath(seed: Mixing.hash(seed, Mixing.key(instrument.base)), basis: instrument.price),
                    coins: PricePath(seed: own, basis: Self.usual(instrument.base, instrument.price, draw: own)))
            }, by: \.instrument.venue)
    }

    /// Coins that are usually open on one side: a venue has a fifth to the whole of the most.
    private static func usual(_ coin: String, _ price: Double, draw: UInt64) -> Double {
        let most: [String: Double] = ["BTC": 80_000, "ETH": 1_500_000, "1000PEPE": 12_000_000_000]
        return (most[coin] ?? 20_000_000 / price) * (0.2 + 0.8 * Double(draw & 0xFFFF) / 65_536)
    }

    /// What a venue says at `now` of its contracts, in the order of its list; misbehaviour included, if it is to be.
    func open(_ venue: Venue, at now: Int64, withFaults: Bool = true) -> [SimulatedInterest] {
        (lines[venue] ?? []).map { line in
            func on(_ kind: Fault.Kind) -> Fault? {
                withFaults ? faults.first { $0.kind == kind && $0.isOn(at: now) && $0.concerns(line.instrument) } : nil
            }
            var open = Self.open(line, at: on(.freeze)?.from ?? now, times: on(.double) == nil ? 1 : 2)
            if on(.nonsense) != nil {
                // Another sort for another contract, and after ten seconds.
                let draw = Mixing.hash(UInt64(bitPattern: now / 10_000_000), Mixing.key(line.instrument.symbol))
                open.nonsense = SimulatedInterest.Nonsense(rawValue: draw % UInt64(SimulatedInterest.Nonsense.allCases.count))
            }
            return open
        }
    }

    private static func open(_ line: Line, at time: Int64, times: Double) -> SimulatedInterest {
        let instrument = line.instrument
        let price = line.price.price(at: time)
        let mark = rounded(price, decimals: instrument.priceDecimals)
        let coins = line.coins.price(at: time) * times
        let size = instrument.contractSize.double
        let amount = instrument.kind == .inverse ? coins * price / size : coins / size
        return SimulatedInterest(
            instrument: instrument, amount: rounded(amount, decimals: instrument.quantityDecimals), mark: mark, time: time)
    }

    private static func rounded(_ value: Double, decimals: Int) -> FixedPoint {
        let scaled = (value * Double(FixedPoint.powersOfTen[decimals])).rounded()
        return FixedPoint(mantissa: Int64(min(9e17, max(1, scaled))), scale: decimals).normalized
    }
}

extension SimulatedExchange {
    /// What is open of a venue's contracts, without misbehaviour: what a collector should find.
    public func openInterest(_ venue: Venue, at now: Int64) -> [SimulatedInterest] { interest.open(venue, at: now, withFaults: false) }
}

extension SimulatedInstrument {
    /// Contracts of venues whose trades are not simulated.
    static let withoutTape: [SimulatedInstrument] = [
        contract(.deribit, "BTC-PERPETUAL", .inverse, "BTC", "USD", 2, 0, 68_240),
        contract(.deribit, "ETH-PERPETUAL", .inverse, "ETH", "USD", 2, 0, 3519),
        contract(.deribit, "SOL_USDC-PERPETUAL", .linear, "SOL", "USDC", 3, 1, 152),
        contract(.hyperliquidPerps, "BTC", .linear, "BTC", "USDC", 1, 5, 68_236),
        contract(.hyperliquidPerps, "ETH", .linear, "ETH", "USDC", 2, 4, 3519),
        contract(.hyperliquidPerps, "kPEPE", .linear, "1000PEPE", "USDC", 7, 0, 0.0113),
        contract(.bitgetFutures, "BTCUSDT", .linear, "BTC", "USDT", 1, 4, 68_233),
        contract(.bitgetFutures, "ETHUSDT", .linear, "ETH", "USDT", 2, 2, 3519),
        contract(.bitgetFutures, "BTCPERP", .linear, "BTC", "USDC", 1, 4, 68_231),
        contract(.gateFutures, "BTC_USDT", .linear, "BTC", "USDT", 1, 0, 68_234, size: FixedPoint(mantissa: 1, scale: 4)),
        contract(.gateFutures, "ETH_USDT", .linear, "ETH", "USDT", 2, 0, 3519, size: FixedPoint(mantissa: 1, scale: 2)),
        contract(.gateFutures, "BTC_USD", .inverse, "BTC", "USD", 1, 0, 68_240),
        contract(.krakenFutures, "PF_XBTUSD", .linear, "BTC", "USD", 1, 4, 68_238),
        contract(.krakenFutures, "PF_ETHUSD", .linear, "ETH", "USD", 2, 3, 3519),
        contract(.krakenFutures, "PI_XBTUSD", .inverse, "BTC", "USD", 1, 0, 68_240),
        contract(.htxFutures, "BTC-USDT", .linear, "BTC", "USDT", 1, 0, 68_235, size: FixedPoint(mantissa: 1, scale: 3)),
        contract(.htxFutures, "BTC-USD", .inverse, "BTC", "USD", 1, 0, 68_241, size: FixedPoint(mantissa: 100)),
        contract(.bitmex, "XBTUSD", .inverse, "BTC", "USD", 1, 0, 68_242),
        contract(.bitmex, "ETHUSDT", .linear, "ETH", "USDT", 2, 0, 3519, size: FixedPoint(mantissa: 1, scale: 5)),
        contract(.kucoinFutures, "XBTUSDTM", .linear, "BTC", "USDT", 1, 0, 68_235, size: FixedPoint(mantissa: 1, scale: 3)),
        contract(.kucoinFutures, "ETHUSDTM", .linear, "ETH", "USDT", 2, 0, 3519, size: FixedPoint(mantissa: 1, scale: 2)),
        contract(.kucoinFutures, "XBTUSDM", .inverse, "BTC", "USD", 1, 0, 68_241),
    ]

    private static func contract(
        _ venue: Venue, _ symbol: String, _ kind: InstrumentKind, _ base: String, _ quote: String, _ priceDecimals: Int,
        _ quantityDecimals: Int, _ price: Double, size: FixedPoint = FixedPoint(mantissa: 1)
    ) -> SimulatedInstrument {
        SimulatedInstrument(
            venue: venue, symbol: symbol, kind: kind, base: base, quote: quote, priceDecimals: priceDecimals,
            quantityDecimals: quantityDecimals, contractSize: size, price: price, size: 1, ordersPerDay: 48)
    }
}
