import MarketModel
import Synchronization

/// The options of one simulated family.
struct OptionBook: Sendable {
    let family: OptionFamily
    /// Coins per contract.
    let size: FixedPoint
    private let step: Double
    let path: PricePath
    private let seed: UInt64
    private let cell: Double
    private let weeks = OptionWeeks()

    private static let week: Int64 = 7 * CivilDate.dayLength
    /// 1970-01-02 08:00 UTC was a Friday.
    private static let friday: Int64 = CivilDate.dayLength + 8 * 3_600_000_000
    private static let listedWeeks: Int64 = 4
    private static let strikes = 5

    init(family: OptionFamily, size: FixedPoint, step: Double, path: PricePath, seed: UInt64, tradesPerSecond: Double) {
        self.family = family
        self.size = size
        self.step = step
        self.path = path
        self.seed = seed
        // Each option's share of the pace.
        cell = Double(Self.listedWeeks) * Double(Self.strikes) * 2 / tradesPerSecond * 1_000_000
    }

    var isDeribit: Bool { family.venue == .deribitOptions }

    // MARK: What is listed

    /// The options that are listed at some moment of a stretch of time.
    func options(in times: Range<Int64>) -> [SimulatedOption] {
        guard !times.isEmpty else { return [] }
        // Those that expire after its start, and were listed before its end.
        let first = (times.lowerBound - Self.friday) / Self.week + 1
        let last = (times.upperBound - 1 - Self.friday) / Self.week + Self.listedWeeks
        return (first...max(first, last)).flatMap { options(expiring: $0) }
    }

    private func options(expiring week: Int64) -> [SimulatedOption] {
        weeks.options(week) { drawn(expiring: week) }
    }

    private func drawn(expiring week: Int64) -> [SimulatedOption] {
        let expires = Self.friday + week * Self.week
        let listed = expires - Self.listedWeeks * Self.week
        let expiry = CivilDate(microseconds: expires)
        let centre = (path.price(at: listed) / step).rounded() * step
        return (0..<Self.strikes).flatMap { place -> [SimulatedOption] in
            let strike = Int(centre + step * Double(place - Self.strikes / 2))
            let pair = Mixing.hash(seed, UInt64(bitPattern: week * 100 + Int64(place)))
            let length = Int64(cell * (0.6 + 0.8 * Double(pair >> 11) * 0x1p-53)) / 1000 * 1000
            return OptionType.allCases.compactMap { type in
                let letter = type == .call ? "C" : "P"
                let digits = "\(expiry)".split(separator: "-").joined().dropFirst(2)
                let symbol =
                    isDeribit
                    ? "\(family.name)-\(OptionContract.deribitDate(expiry))-\(strike)-\(letter)"
                    : "\(family.name)-\(digits)-\(strike)-\(letter)"
                return OptionContract(venue: family.venue, symbol: symbol).map {
                    SimulatedOption(
                        contract: $0, number: (week * Int64(Self.strikes) + Int64(place)) * 2 + (type == .call ? 0 : 1), pair: pair,
                        listed: listed, cell: max(1000, length))
                }
            }
        }
    }

    /// The options that are listed at a moment.
    func listed(at now: Int64) -> [SimulatedOption] {
        options(in: now..<(now + 1)).filter { $0.listed <= now && now < $0.contract.expires }
    }

    /// The option of a symbol, if it is listed at a time or was before.
    func option(_ symbol: String, at now: Int64) -> SimulatedOption? {
        guard let contract = OptionContract(venue: family.venue, symbol: symbol), contract.family == family else { return nil }
        let week = (contract.expires - Self.friday) / Self.week
        return options(expiring: week).first { $0.contract == contract && $0.listed <= now }
    }

    // MARK: Trades

    /// All prints within a stretch of time, combos too, by time.
    func prints(in times: Range<Int64>) -> [OptionPrint] {
        options(in: times).flatMap { prints(of: $0, in: times) }.sorted {
            ($0.time, $0.option.contract.symbol, $0.isCombo ? 0 : 1) < ($1.time, $1.option.contract.symbol, $1.isCombo ? 0 : 1)
        }
    }

    /// The prints of one option within a stretch of time.
    func prints(of option: SimulatedOption, in times: Range<Int64>) -> [OptionPrint] {
        let start = max(times.lowerBound, option.listed)
        let end = min(times.upperBound, option.contract.expires)
        guard start < end else { return [] }
        let cells = ((start - option.listed) / option.cell)...((end - 1 - option.listed) / option.cell)
        return cells.flatMap { prints(of: option, cell: $0) }.filter { times.contains($0.time) && $0.time < option.contract.expires }
    }

    /// The newest prints before a moment, at most so many and of two days, the newest last.
    func newest(_ count: Int, before now: Int64, of option: SimulatedOption? = nil) -> [OptionPrint] {
        var span = Int64(cell) * Int64(max(1, count)) / 20 + 60_000_000
        while true {
            let times = (now - span)..<now
            let found = (option.map { prints(of: $0, in: times) } ?? prints(in: times)).filter { !$0.isCombo }
            if found.count >= count || span >= 2 * CivilDate.dayLength { return Array(found.suffix(count)) }
            span *= 2
        }
    }

    /// What an option trades in one of its cells.
    func draw(of option: SimulatedOption, cell: Int64) -> OptionDraw {
        let own = Mixing.hash(option.pair ^ UInt64(bitPattern: option.number), UInt64(bitPattern: cell))
        let shared = Mixing.hash(option.pair, UInt64(bitPattern: cell))
        // Some cells of a pair trade together, as a block or as a combo.
        let isBlock = isDeribit && shared % 12 == 0
        let isCombo = isDeribit && shared % 12 == 1
        let draw = isBlock || isCombo ? shared : own
        let time = option.listed + cell * option.cell + Int64(draw % UInt64(option.cell)) / 1000 * 1000
        let units = Int64(1 + own >> 40 & 31)
        return OptionDraw(own: own, shared: shared, isBlock: isBlock, isCombo: isCombo, time: time, units: units * (isBlock ? 250 : 1))
    }

    /// Decimals of what ``OptionDraw/units`` are: tenths of a contract at Deribit.
    var unitDecimals: Int { isDeribit ? 1 : 0 }

    private func prints(of option: SimulatedOption, cell: Int64) -> [OptionPrint] {
        let draw = draw(of: option, cell: cell)
        let (own, shared, time) = (draw.own, draw.shared, draw.time)
        let index = path.price(at: time)
        let volatility = 40 + Double(own >> 20 & 0xFFF) / 100
        let price = premium(option, index: index, volatility: volatility / 100, at: time)
        var print = OptionPrint(
            option: option, sequence: cell + 1, time: time, side: own >> 5 & 1 == 0 ? .buy : .sell,
            price: FixedPoint(mantissa: price, scale: 4).normalized,
            contracts: FixedPoint(mantissa: draw.units, scale: unitDecimals).normalized,
            index: FixedPoint(mantissa: Int64(index * 100), scale: 2).normalized,
            volatility: FixedPoint(mantissa: Int64(volatility * 100), scale: 2).normalized)
        if draw.isBlock { print.block = "\(shared % 1_000_000)" }
        guard draw.isCombo else { return [print] }
        let name = "\(family.name)-STRD-\(OptionContract.deribitDate(option.contract.expiry))-\(option.contract.strike)"
        print.combo = (name, "\(option.number / 2 * 2 * 10_000_000 + cell + 900_000_000_000_000)")
        guard option.contract.type == .call else { return [print] }
        var whole = print
        whole.isCombo = true
        return [whole, print]
    }

    /// In 10^-4 coins: what it is worth if it expired now, and something for the time that is left.
    private func premium(_ option: SimulatedOption, index: Double, volatility: Double, at time: Int64) -> Int64 {
        let strike = option.contract.strike.double
        let inner = max(0, option.contract.type == .call ? index - strike : strike - index) / index
        let years = Double(max(0, option.contract.expires - time)) / Double(CivilDate.dayLength) / 365
        let outer = 0.4 * volatility * years.squareRoot()
        return max(1, Int64((inner + outer / (1 + 20 * abs(index - strike) / index)) * 10_000))
    }

    /// A print as a reader should have it.
    func trade(_ print: OptionPrint) -> OptionTrade? {
        print.contracts.times(size, decimals: OptionTrade.decimals).flatMap { quantity in
            OptionTrade(
                contract: print.option.contract, id: isDeribit ? print.id : "\(print.sequence)", time: print.time, received: print.time,
                side: print.side, price: print.price, contracts: print.contracts, quantity: quantity, index: print.index,
                volatility: FixedPoint(mantissa: print.volatility.mantissa, scale: print.volatility.scale + 2).normalized,
                isBlock: print.block != nil, block: print.block ?? "", source: .rest)
        }
    }

    // MARK: Blocks of OKX

    /// The blocks that were made within a stretch of time, by time.
    func blocks(in times: Range<Int64>) -> [OptionBlock] {
        // One for about forty trades.
        let length = Int64(cell)
        guard times.lowerBound > 0, !times.isEmpty, !isDeribit else { return [] }
        return ((times.lowerBound / length)...((times.upperBound - 1) / length)).compactMap { block($0, length) }
            .filter { times.contains($0.time) }.sorted { $0.time < $1.time }
    }

    private func block(_ cell: Int64, _ length: Int64) -> OptionBlock? {
        let draw = Mixing.hash(seed ^ 0xB10C, UInt64(bitPattern: cell))
        let time = (cell * length + Int64(draw % UInt64(length))) / 1000 * 1000
        let listed = options(in: time..<(time + 1)).filter { $0.listed <= time && time < $0.contract.expires }
        guard !listed.isEmpty else { return nil }
        let index = path.price(at: time)
        // Numbers rise with time over all families: a family has its own last digit.
        let number = time / 1000 * 10 + Int64(Mixing.key(family.name) % 10)
        let isGroup = draw >> 8 % 3 == 0
        var legs: [OptionBlockLeg] = []
        var contracts: [OptionContract?] = []
        for place in 0..<Int(1 + draw >> 16 % 3) {
            let option = listed[Int(Mixing.hash(draw, UInt64(place)) % UInt64(listed.count))]
            let price = premium(option, index: index, volatility: 0.55, at: time)
            legs.append(
                OptionBlockLeg(
                    symbol: option.contract.symbol, side: draw >> UInt64(24 + place) & 1 == 0 ? .buy : .sell,
                    price: FixedPoint(mantissa: price, scale: 4).normalized, contracts: FixedPoint(mantissa: Int64(500 + draw % 1000))))
            contracts.append(option.contract)
        }
        if draw >> 32 % 4 == 0 {
            legs.append(
                OptionBlockLeg(
                    symbol: "\(family.name)-SWAP", side: .sell, price: FixedPoint(mantissa: Int64(index * 10), scale: 1).normalized,
                    contracts: FixedPoint(mantissa: 40)))
            contracts.append(nil)
        }
        let group = isGroup ? "\(number)" : ""
        let ids = legs.indices.map { isGroup ? "" : "\(600_000_000_000_000_000 + number * 10 + Int64($0))" }
        let known = isGroup ? OptionTradeKey.made(time: time, group: group, legs: legs) : ids
        let trades = legs.indices.compactMap { place -> OptionTrade? in
            guard let contract = contracts[place], let quantity = legs[place].contracts.times(size, decimals: OptionTrade.decimals) else {
                return nil
            }
            return OptionTrade(
                contract: contract, space: .block, id: known[place], time: time, received: time, side: legs[place].side,
                price: legs[place].price, contracts: legs[place].contracts, quantity: quantity, isBlock: true,
                block: isGroup ? group : "\(number)", source: .rest)
        }
        return OptionBlock(
            number: number, time: time, id: isGroup ? "" : "\(number)", group: group, legs: legs, ids: ids,
            index: FixedPoint(mantissa: Int64(index * 100), scale: 2).normalized, trades: trades)
    }
}

/// What was drawn of weeks already: a week is asked for with every frame.
private final class OptionWeeks: Sendable {
    private let weeks = Mutex<[Int64: [SimulatedOption]]>([:])

    func options(_ week: Int64, draw: () -> [SimulatedOption]) -> [SimulatedOption] {
        if let known = weeks.withLock({ $0[week] }) { return known }
        let drawn = draw()
        weeks.withLock { weeks in
            // A clock that runs fast, or is asked for the past, passes many.
            if weeks.count > 64 { weeks = [:] }
            weeks[week] = drawn
        }
        return drawn
    }
}
