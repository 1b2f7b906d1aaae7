public import MarketModel

/// What is open of a simulated option at a moment, of one side.
public struct SimulatedOptionInterest: Sendable, Hashable {
    /// The option.
    public let contract: OptionContract
    /// In contracts, as the venue counts them; not negative.
    public let contracts: FixedPoint
    /// In coins.
    public let coins: FixedPoint
    /// What a coin is worth in USD.
    public let index: FixedPoint
    /// In USD.
    public let usd: FixedPoint
    /// A whole millisecond, in microseconds since 1970-01-01 UTC.
    public let time: Int64
}

extension SimulatedOptions {
    /// What is open of the options of a family that are listed at a moment, by what was traded of the book until then.
    ///
    /// - Parameter now: in microseconds since 1970-01-01 UTC; the millisecond that it is in counts.
    /// - Returns: nothing of a family that is not simulated.
    public func openInterest(of family: OptionFamily, at now: Int64) -> [SimulatedOptionInterest] { book(family)?.open(at: now) ?? [] }
}

/// Every other trade of an option opens its contracts, and a later trade of that option closes them: what is open depends on so many trades
/// before a moment and on nothing else, begins at nothing, and is never below it. OKX' blocks change hands and open nothing.
extension OptionBook {
    /// How many trades later what a trade opened is closed, at most.
    private static var longest: Int64 { 256 }

    /// What is open of all listed options, in the order of the list.
    func open(at now: Int64) -> [SimulatedOptionInterest] {
        let time = now / 1000 * 1000
        let index = FixedPoint(mantissa: Int64(path.price(at: time) * 100), scale: 2).normalized
        return listed(at: time).compactMap { option in
            let contracts = FixedPoint(mantissa: units(of: option, at: time), scale: unitDecimals).normalized
            guard let coins = contracts.times(size, decimals: OpenInterest.decimals),
                let usd = coins.times(index, decimals: OpenInterest.decimals)
            else { return nil }
            return SimulatedOptionInterest(
                contract: option.contract, contracts: contracts, coins: coins, index: index, usd: usd, time: time)
        }
    }

    private func units(of option: SimulatedOption, at now: Int64) -> Int64 {
        let current = (now - option.listed) / option.cell
        let newest = draw(of: option, cell: current).time < now ? current : current - 1
        guard newest >= 0 else { return 0 }
        return (max(0, newest - Self.longest)...newest).reduce(0) { open, cell in
            let draw = draw(of: option, cell: cell)
            let fate = Mixing.hash(draw.own, 0x0BE7)
            let closing = cell + 1 + Int64(fate >> 8 % UInt64(Self.longest))
            return fate & 1 == 0 && closing > newest ? open + draw.units : open
        }
    }
}
