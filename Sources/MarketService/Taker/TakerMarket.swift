public import Lake
public import MarketModel
public import OrderFlow
import Synchronization

/// What takers bought and sold: bars, footprints and sums of contracts that have a tape, up to the last trade that was told of.
///
/// Bars of sealed days and of past hours that this process recorded are kept, a few tens of megabytes of them.
///
///     let taker = TakerMarket(lake: lake, market: market, threads: 2)
///     let bars = try taker.bars(taker.contracts(of: "BTC"), interval: .h1, from: start, to: end, limit: 1000)
public final class TakerMarket: Sendable {
    /// Answers of this many levels of footprints are the largest that are made.
    public static let mostLevels = 250_000
    /// For how long sums up to now are good, in microseconds.
    private static let sumsLast: Int64 = 1_000_000

    private let lake: Lake
    private let market: MarketService
    private let threads: Int
    private let limits: QueryLimits
    private let shelf = TakerShelf()
    private let sums = Mutex<[SumKey: (time: Int64, sums: [ExchangeSum])]>([:])

    /// What takers bought and sold at one exchange.
    public struct ExchangeSum: Sendable {
        /// The exchange, as people write it.
        public let exchange: String
        /// What takers bought.
        public internal(set) var buy: TakerVolume
        /// What takers sold.
        public internal(set) var sell: TakerVolume
    }

    private struct SumKey: Hashable {
        var coin: String
        var length: Int64
    }

    /// Creates a market on the tapes of a lake.
    ///
    /// - Parameters:
    ///   - market: says which tapes there are.
    ///   - threads: how many threads read for one question, 1…64.
    ///   - limits: what one answer may be made of.
    public init(lake: Lake, market: MarketService, threads: Int, limits: QueryLimits = QueryLimits()) {
        self.lake = lake
        self.market = market
        self.threads = threads
        self.limits = limits
    }

    /// The contracts, by venue and symbol.
    ///
    /// - Complexity: O(instruments of all venues).
    public var contracts: [TapeContract] {
        market.venues.flatMap { market.instruments(venue: $0).compactMap { TapeContract($0) } }
    }

    /// The spot pairs, in any currency, by venue and symbol.
    ///
    /// - Complexity: O(instruments of all venues).
    public var spotPairs: [TapeContract] {
        market.venues.flatMap { market.instruments(venue: $0).compactMap { TapeContract(spot: $0) } }
    }

    /// The contract that an exchange calls by a symbol, or nil if there is no tape of it.
    ///
    /// - Parameter exchange: in upper or lower case.
    /// - Complexity: O(1).
    public func contract(exchange: String, symbol: String) -> TapeContract? {
        let name = exchange.lowercased()
        return Venue.known.lazy.filter { $0.exchange.lowercased() == name }
            .compactMap { [market] in market.instrument(venue: $0, symbol: symbol).flatMap { TapeContract($0) } }.first
    }

    /// The contracts of a coin.
    public func contracts(of coin: String) -> [TapeContract] { contracts.filter { $0.coin == coin } }

    /// The bars of some contracts together that start in `from..<to`, the first `limit` of them; each bar is whole.
    ///
    /// - Parameters:
    ///   - limit: more than zero.
    ///   - isCancelled: asked between reads.
    /// - Throws: what the lake throws; ``QueryCostError`` before anything is read; ``BarError`` if 128 bits do not hold a sum;
    ///   `CancellationError` once it is cancelled.
    /// - Complexity: O(trades of the bars) where they are not kept; memory for the bars.
    public func bars(
        _ contracts: [TapeContract], interval: Interval, from: Int64, to: Int64, limit: Int, isCancelled: () -> Bool = { false }
    ) throws -> [TakerBar] {
        try LakeError.retrying { [self] in
            let tapes = try tapes(contracts)
            var walk = TapeWalk(tapes.map(\.summary), interval: interval, from: from, to: to)
            var (found, trades): ([TakerBar], Int) = ([], 0)
            while let stretch = walk.next(bars: limit - found.count) {
                trades += TakerMarket.trades(of: tapes, in: stretch)
                try limits.check(trades: trades)
                found += try TakerBar.together(
                    tapes.map { try bars($0, interval, stretch, isCancelled) }.joined(), interval: interval)
            }
            return Array(found.prefix(limit))
        }
    }

    /// The bars of one contract by price, as ``bars(_:interval:from:to:limit:isCancelled:)`` gives them.
    ///
    /// - Throws: also ``TakerError/tooManyLevels``.
    public func footprints(
        _ contract: TapeContract, interval: Interval, from: Int64, to: Int64, limit: Int, isCancelled: () -> Bool = { false }
    ) throws -> [Footprint] {
        try LakeError.retrying { [self] in
            guard let tape = try tapes([contract]).first else { return [] }
            let reading = try BarReading(
                lake: lake, tape: tape.summary, options: BarOptions(interval: interval, parts: []), progress: nil)
            var walk = TapeWalk([tape.summary], interval: interval, from: from, to: to)
            var ahead = walk
            let first = ahead.next(bars: limit).map { TakerMarket.trades(of: [tape], in: $0) }
            try limits.check(trades: first ?? 0)
            var (found, levels, trades): ([Footprint], Int, Int) = ([], 0, 0)
            while let stretch = walk.next(bars: limit - found.count, atMost: CivilDate.dayLength) {
                if isCancelled() { throw CancellationError() }
                trades += TakerMarket.trades(of: [tape], in: stretch)
                try limits.check(trades: trades)
                let bars = try reading.footprints(of: stretch, threads: threads)
                found += bars
                levels += bars.prefix(max(0, limit - found.count + bars.count)).reduce(0) { $0 + $1.levels.count }
                if levels > TakerMarket.mostLevels { throw TakerError.tooManyLevels }
            }
            return Array(found.prefix(limit))
        }
    }

    /// What takers bought and sold of a coin in the time up to now, by exchange, the one with the most dollars first; without exchanges that
    /// had no trades. Answers are kept for a second.
    ///
    /// - Parameters:
    ///   - length: of that time, in microseconds; it begins with the minute that holds its beginning, and is a day at most.
    ///   - now: in microseconds since 1970-01-01 UTC.
    ///   - isCancelled: asked between reads.
    /// - Throws: as ``bars(_:interval:from:to:limit:isCancelled:)``.
    public func sums(_ coin: String, last length: Int64, at now: Int64, isCancelled: () -> Bool = { false }) throws -> [ExchangeSum] {
        let key = SumKey(coin: coin, length: length)
        let known = sums.withLock { $0[key] }
        if let known, now >= known.time, now - known.time < TakerMarket.sumsLast { return known.sums }
        let start = Interval.m1.start(of: now - length)
        var found: [String: ExchangeSum] = [:]
        for (exchange, contracts) in Dictionary(grouping: contracts(of: coin), by: \.instrument.venue.exchange) {
            var sum = ExchangeSum(exchange: exchange, buy: TakerVolume(), sell: TakerVolume())
            let bars = try bars(contracts, interval: .m1, from: start, to: now + 1, limit: 2000, isCancelled: isCancelled)
            for bar in bars {
                guard sum.buy.add(bar.buy), sum.sell.add(bar.sell) else { throw BarError.overflow(at: bar.start) }
            }
            if !bars.isEmpty { found[exchange] = sum }
        }
        let sorted = try TakerMarket.byDollars(Array(found.values))
        // Whoever asks for coins that do not exist must not fill the memory.
        if !sorted.isEmpty { sums.withLock { $0[key] = (now, sorted) } }
        return sorted
    }

    private static func byDollars(_ sums: [ExchangeSum]) throws -> [ExchangeSum] {
        let totals = try sums.map { sum in
            guard let total = sum.buy.notional.adding(sum.sell.notional) else { throw BarError.overflow(at: 0) }
            return (sum, total)
        }
        return totals.sorted { a, b in
            guard let difference = a.1.subtracting(b.1), difference.mantissa != 0 else { return a.0.exchange < b.0.exchange }
            return difference.mantissa > 0
        }.map(\.0)
    }

    // MARK: Reading

    private struct Tape {
        var summary: TapeSummary
        var multiple: Int64
        /// What was recorded of it before the summary was made; nil where this process does not record it.
        var tally: HourTally?
    }

    /// The tapes as they are now, with all trades that were told of.
    private func tapes(_ contracts: [TapeContract]) throws -> [Tape] {
        try contracts.compactMap { contract in
            let instrument = contract.instrument
            var tally = market.live?.tally(instrument.venue, instrument.symbol)
            do {
                try market.live?.settle(instrument.venue, instrument.symbol)
            } catch {
                // A disk that is full takes no more: what it holds can be told all the same, but is not all that was counted.
                tally = nil
            }
            guard let tape = try lake.tape(venue: instrument.venue, symbol: instrument.symbol), tape.rows > 0 else { return nil }
            return Tape(summary: tape, multiple: contract.multiple, tally: tally)
        }
    }

    /// How many trades of some tapes lie in a stretch, about.
    private static func trades(of tapes: [Tape], in stretch: Range<Int64>) -> Int {
        tapes.reduce(0) { $0 + QueryCost.trades(of: $1.summary.days, in: stretch) }
    }

    /// The bars of a tape in a range whose ends are ends of bars, or parts of them; those that are kept from the shelf.
    private func bars(_ tape: Tape, _ interval: Interval, _ range: Range<Int64>, _ isCancelled: () -> Bool) throws -> [TakerBar] {
        var found: [TakerBar] = []
        var unknown: [TakerShelf.Piece] = []
        func readUnknown() throws {
            guard let first = unknown.first, let last = unknown.last else { return }
            let bars = try read(tape, first.grain, first.range.lowerBound..<last.range.upperBound, isCancelled)
            shelf.keep(bars, of: unknown)
            found += bars
            unknown = []
        }
        for piece in TakerShelf.pieces(tape.summary, tape.tally, interval, range) {
            if let bars = shelf.bars(of: piece) {
                try readUnknown()
                found += bars
            } else {
                if let last = unknown.last, last.grain != piece.grain { try readUnknown() }
                unknown.append(piece)
            }
        }
        try readUnknown()
        return found.filter { range.contains($0.start) }
    }

    private func read(_ tape: Tape, _ interval: Interval, _ range: Range<Int64>, _ isCancelled: () -> Bool) throws -> [TakerBar] {
        let options = BarOptions(interval: interval, parts: [])
        // Its scales, but not its factor, are those of all days.
        let valuation = try BarReading(lake: lake, tape: tape.summary, options: options, progress: nil).valuation(on: 0)
        var bars: [TakerBar] = []
        try BarQuery.bars(
            lake, tape.summary, from: range.lowerBound, to: range.upperBound, options: options, threads: threads
        ) { bar in
            if isCancelled() { throw CancellationError() }
            bars.append(try TakerBar(bar, valuation, multiple: tape.multiple))
        }
        return bars
    }
}
