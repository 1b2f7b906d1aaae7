import Lake
import MarketModel
import Synchronization

/// What the options on coins came to on the days of UTC, counted from the lake's own tapes.
///
/// A venue's contracts are on different numbers of coins, so all are counted in hundredths of a coin: OKX' contract of BTC, and a tenth of
/// its contract of ETH. Blocks count. A day shows once it is over for an hour and the tapes of all families that may hold the coin are known
/// to be whole; what was open when it began, where all venues told that hold open interest.
final class CoinOptionDays: Sendable {
    /// What a day came to, by coin.
    private typealias Day = [String: UnderlyingOptionStatistic]

    private let lake: Lake
    private let exchanges: Set<String>
    private let days = Mutex<[CivilDate: Day]>([:])

    /// Units of 10^-8 coins in what counts as a contract.
    private static let contract: Int128 = 1_000_000
    /// Blocks come late.
    private static let delay: Int64 = 3_600_000_000
    /// What lacks of younger days may still be repaired, in microseconds.
    private static let unsettled = 7 * CivilDate.dayLength
    /// How many days are read between two looks at what was read.
    private static let stretch = 8
    /// How old what a venue said of open interest may be when a day begins: three of its rounds, in microseconds.
    private static let tolerance: Int64 = 900_000_000

    init(lake: Lake, exchanges: Set<String>) {
        self.lake = lake
        self.exchanges = exchanges
    }

    /// What is known, by coin; the oldest day first.
    var statistics: [OptionUnderlying: [UnderlyingOptionStatistic]] {
        let known = days.withLock { $0 }
        var found: [OptionUnderlying: [UnderlyingOptionStatistic]] = [:]
        for (_, day) in known.sorted(by: { $0.key < $1.key }) {
            for (coin, row) in day { found[OptionUnderlying(place: .crypto, code: coin), default: []].append(row) }
        }
        return found
    }

    /// Counts the days that are over and not counted yet, and again those of the last week, the newest first.
    ///
    /// - Parameters:
    ///   - now: in microseconds since 1970-01-01 UTC.
    ///   - progress: called after every few days; false ends the reading.
    /// - Throws: what the lake throws.
    /// - Complexity: O(trades of the days that are read).
    func read(at now: Int64, progress: () -> Bool) throws {
        let families = try lake.optionFamilies().filter { exchanges.contains($0.venue.exchange) }
        let held = Set(families.flatMap { lake.optionDays(of: $0) })
        let known = days.withLock { Set($0.keys) }
        let due = held.filter { day in
            let end = day.microseconds + CivilDate.dayLength
            return end <= now - CoinOptionDays.delay && (!known.contains(day) || end > now - CoinOptionDays.unsettled)
        }.sorted(by: >)
        for start in stride(from: 0, to: due.count, by: CoinOptionDays.stretch) {
            let part = due[start..<min(due.count, start + CoinOptionDays.stretch)]
            let read = try part.map { (day: $0, counted: try count($0, families)) }
            days.withLock { days in for (day, counted) in read { days[day] = counted } }
            guard progress() else { return }
        }
    }

    private func count(_ day: CivilDate, _ families: [OptionFamily]) throws -> Day {
        let times = day.microseconds..<(day.microseconds + CivilDate.dayLength)
        var units: [String: [OptionType: Int128]] = [:]
        var lacking: Set<String> = []
        var lacksAny = false
        for family in families {
            for part in OptionPart.allCases where try lake.optionCoverage(of: family, part, in: times).quality(of: times) == .gap {
                // A family that is named by what it settles in may hold any coin.
                if let coin = OptionMarket.coin(family) { lacking.insert(coin) } else { lacksAny = true }
            }
            try lake.readOptionVolumes(of: family, from: times.lowerBound, to: times.upperBound) { contract, volume in
                units[contract.coin, default: [:]][contract.type, default: 0] += volume.units
            }
        }
        var counted: Day = [:]
        for (coin, units) in units where !lacking.contains(coin) && !lacksAny {
            guard let volume = CoinOptionDays.contracts(units) else { continue }
            counted[coin] = UnderlyingOptionStatistic(
                day: day, volume: volume, openInterest: try open(coin, families, at: times.lowerBound))
        }
        return counted
    }

    /// What was open at a time, where all venues told of which the lake holds open interest.
    private func open(_ coin: String, _ families: [OptionFamily], at time: Int64) throws -> PutCallCount? {
        let venues = Set(families.map(\.venue)).intersection(try lake.interestVenues())
        guard !venues.isEmpty else { return nil }
        var units: [OptionType: Int128] = [:]
        for venue in venues.sorted() {
            guard
                let sweep = try lake.interestSweeps(of: venue, coin: coin, at: [time], tolerance: CoinOptionDays.tolerance).first ?? nil
            else { return nil }
            for sample in sweep.samples {
                guard let option = OptionContract(venue: venue, symbol: sample.contract.symbol), option.coin == coin,
                    let quantity = sample.value.quantity.rescaled(to: OptionTrade.decimals)
                else { continue }
                units[option.type, default: 0] += Int128(quantity)
            }
        }
        return CoinOptionDays.contracts(units)
    }

    /// Rounded to the nearest.
    private static func contracts(_ units: [OptionType: Int128]) -> PutCallCount? {
        func rounded(_ type: OptionType) -> Int64? { Int64(exactly: ((units[type] ?? 0) + contract / 2) / contract) }
        guard let calls = rounded(.call), let puts = rounded(.put) else { return nil }
        return PutCallCount(calls: calls, puts: puts)
    }
}
