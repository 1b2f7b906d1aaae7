public import Lake
public import MarketModel
public import OrderFlow
import Synchronization

/// What traded and what was open in one window of a coin's options, of some venues together.
public struct OptionRow: Sendable, Hashable {
    /// When the window ended, in microseconds since 1970-01-01 UTC.
    public var end: Int64
    /// What traded in it.
    public var flow = OptionFlow()
    /// What was open when it ended, in units of 10^-8 coins; nil where a venue did not tell.
    public var open: OptionStrikes.Pair?
    /// When within the window trades may lack.
    public var gaps: [OptionGap] = []
    /// Whether all of the window's trades are known.
    public var quality = BarQuality.complete
}

/// A stretch within a window of which it is not known that all trades are there.
public struct OptionGap: Sendable, Hashable {
    /// Of which tape.
    public var family: OptionFamily
    /// Which of its trades.
    public var part: OptionPart
    /// When, in microseconds since 1970-01-01 UTC.
    public var times: Range<Int64>
}

/// What traded in a window and what was open at its end, by expiry and strike.
public struct OptionLadder: Sendable, Hashable {
    /// What traded.
    public var traded = OptionStrikes()
    /// What was open; nil where a venue did not tell.
    public var open: OptionStrikes?
}

/// Answers about the options of a coin: flow window by window, open interest by expiry and strike.
///
///     let market = OptionMarket(lake: lake)
///     let rows = try market.rows("BTC", exchanges: ["OKX"], .h8, last: 72, at: now)
public final class OptionMarket: Sendable {
    private struct Question: Hashable {
        var coin: String
        var exchanges: Set<String>
        var window: OptionWindow
    }

    private struct Known {
        var row: OptionRow
        var time: Int64
    }

    private let lake: Lake
    private let limits: QueryLimits
    private let known = Mutex<[Question: [Int64: Known]]>([:])

    /// How old what a venue said of open interest may be when a window ends: three of its rounds, in microseconds.
    private static let tolerance: Int64 = 900_000_000
    /// Windows that are over for so long are looked at again only now and then: nothing but a repair or an import changes them.
    private static let settled: Int64 = 2 * 3_600_000_000
    private static let lasts: Int64 = 600_000_000
    private static let mostQuestions = 256

    /// Creates what answers from a lake.
    ///
    /// - Parameter limits: what one answer may be made of.
    public init(lake: Lake, limits: QueryLimits = QueryLimits()) {
        self.lake = lake
        self.limits = limits
    }

    /// The coins whose options are held at some exchanges, by name.
    ///
    /// - Throws: what the lake throws.
    public func coins(exchanges: Set<String>) throws -> [String] {
        Set(try families(exchanges).compactMap(OptionMarket.coin)).sorted()
    }

    /// The tapes that may hold options of a coin.
    ///
    /// - Throws: what the lake throws.
    public func families(of coin: String, exchanges: Set<String>) throws -> [OptionFamily] {
        try families(exchanges).filter { OptionMarket.coin($0).map { $0 == coin } ?? true }
    }

    private func families(_ exchanges: Set<String>) throws -> [OptionFamily] {
        try lake.optionFamilies().filter { exchanges.contains($0.venue.exchange) }
    }

    /// The coin of a family's name: `BTC-USD`, `BTC-USD_UM`, `BTC`; nil for those that are named by what they settle in.
    static func coin(_ family: OptionFamily) -> String? {
        let coin = String(family.name.split(separator: "-")[0])
        return DollarCurrency.contains(coin) ? nil : coin
    }

    /// The last windows that are over at a time, the newest last.
    ///
    /// A window's open interest is nil unless every venue told whose open interest is held: what is open at some of them is not what is open.
    ///
    /// - Parameters:
    ///   - count: how many windows.
    ///   - now: in microseconds since 1970-01-01 UTC.
    ///   - isCancelled: asked between reads.
    /// - Throws: what the lake throws; ``QueryCostError`` before anything is read; `CancellationError` once it is cancelled.
    /// - Complexity: O(trades and rounds of the windows) at first; then of the newest ones, and of all again after ten minutes.
    public func rows(
        _ coin: String, exchanges: Set<String>, _ window: OptionWindow, last count: Int, at now: Int64,
        isCancelled: () -> Bool = { false }
    ) throws -> [OptionRow] {
        let question = Question(coin: coin, exchanges: exchanges, window: window)
        let last = window.lastEnd(at: now)
        let ends = (0..<Int64(max(0, count))).map { last - $0 * window.length }.reversed()
        try check(try families(of: coin, exchanges: exchanges), from: last - Int64(max(0, count)) * window.length, to: last)
        let held = known.withLock { $0[question] } ?? [:]
        let wanted = ends.filter { end in
            guard let known = held[end] else { return true }
            return now < known.time || now - known.time >= OptionMarket.lasts || end > now - OptionMarket.settled
        }
        var found: [Int64: OptionRow] = [:]
        for row in try read(coin, exchanges, window, wanted, isCancelled) { found[row.end] = row }
        let rows = ends.compactMap { found[$0] ?? held[$0]?.row }
        known.withLock { known in
            // Whoever asks for coins that do not exist must not fill the memory.
            if known[question] == nil, known.count >= OptionMarket.mostQuestions { known = [:] }
            var kept = held.filter { $0.key >= last - 1000 * window.length }
            for (end, row) in found { kept[end] = Known(row: row, time: now) }
            known[question] = kept
        }
        return rows
    }

    /// - Throws: ``QueryCostError`` where some families hold too many days in a time.
    private func check(_ families: [OptionFamily], from: Int64, to: Int64) throws {
        let (first, last) = (CivilDate(microseconds: from), CivilDate(microseconds: to - 1))
        // Most questions are small whatever the lake holds.
        guard families.count * (last.epochDay - first.epochDay + 1) > limits.files else { return }
        try limits.check(files: families.reduce(0) { sum, family in sum + lake.optionDays(of: family).count { first <= $0 && $0 <= last } })
    }

    /// Reads windows, ascending.
    private func read(
        _ coin: String, _ exchanges: Set<String>, _ window: OptionWindow, _ ends: [Int64], _ isCancelled: () -> Bool
    ) throws -> [OptionRow] {
        guard let first = ends.first, let last = ends.last else { return [] }
        let times = (first - window.length)..<last
        var flows = OptionFlowWindows(window)
        var rows = ends.map { OptionRow(end: $0) }
        for family in try families(of: coin, exchanges: exchanges) {
            for stretch in OptionMarket.days(of: times) {
                if isCancelled() { throw CancellationError() }
                try lake.readOptionVolumes(of: family, from: stretch.lowerBound, to: stretch.upperBound) { contract, volume in
                    if contract.coin == coin { flows.add(volume, of: contract.type) }
                }
            }
            for part in OptionPart.allCases {
                let coverage = try lake.optionCoverage(of: family, part, in: times)
                for place in rows.indices {
                    let window = (rows[place].end - window.length)..<rows[place].end
                    let quality = coverage.quality(of: window)
                    rows[place].gaps += coverage.gaps(in: window).map { OptionGap(family: family, part: part, times: $0) }
                    if quality > rows[place].quality { rows[place].quality = quality }
                }
            }
        }
        let open = try open(coin, exchanges, ends)
        return rows.map { row in
            var row = row
            row.flow = flows.flow(endingAt: row.end)
            row.open = open[row.end]?.total
            return row
        }
    }

    /// A time in parts of some days, each of which begins at midnight, but for the first.
    private static func days(of times: Range<Int64>) -> [Range<Int64>] {
        let length = 16 * CivilDate.dayLength
        let first = CivilDate(microseconds: times.lowerBound).microseconds
        return stride(from: first, to: times.upperBound, by: Int(length)).map {
            max($0, times.lowerBound)..<min($0 + length, times.upperBound)
        }
    }

    /// What was open at some times, where all venues told of which the lake holds open interest.
    private func open(_ coin: String, _ exchanges: Set<String>, _ times: [Int64]) throws -> [Int64: OptionStrikes] {
        var sums: [Int64: OptionStrikes] = [:]
        var told: [Int64: Int] = [:]
        let venues = Set(try families(of: coin, exchanges: exchanges).map(\.venue)).intersection(try lake.interestVenues())
        for venue in venues.sorted() {
            let sweeps = try lake.interestSweeps(of: venue, coin: coin, at: times, tolerance: OptionMarket.tolerance)
            for (time, sweep) in zip(times, sweeps) {
                guard let sweep else { continue }
                told[time, default: 0] += 1
                for sample in sweep.samples {
                    guard let option = OptionContract(venue: venue, symbol: sample.contract.symbol), option.coin == coin,
                        let units = sample.value.quantity.rescaled(to: OptionTrade.decimals)
                    else { continue }
                    sums[time, default: OptionStrikes()].add(Int128(units), of: option)
                }
            }
        }
        return Dictionary(
            uniqueKeysWithValues: told.filter { $0.value == venues.count }.map { time, _ in (time, sums[time] ?? OptionStrikes()) })
    }

    /// What traded in a window and what was open at its end, by expiry and strike.
    ///
    /// - Parameter end: when the window ended.
    /// - Throws: what the lake throws.
    /// - Complexity: O(trades of the window, and options of a round).
    public func ladder(_ coin: String, exchanges: Set<String>, _ window: OptionWindow, endingAt end: Int64) throws -> OptionLadder {
        var ladder = OptionLadder()
        for family in try families(of: coin, exchanges: exchanges) {
            try lake.readOptionVolumes(of: family, from: end - window.length, to: end) { contract, volume in
                if contract.coin == coin { ladder.traded.add(volume.units, of: contract) }
            }
        }
        ladder.open = try open(coin, exchanges, [end])[end]
        return ladder
    }
}
