import Lake
public import MarketModel
public import OrderFlow

extension InterestMarket {
    /// How many days are read at a time: of ten venues that tell every ten seconds, a hundred megabytes.
    private static let daysAtOnce = 8

    /// What a source said at some time.
    private struct Item {
        var time: Int64
        var venue: Venue
        /// Of a reading from a history; nil for a round of the venue.
        var contract: OpenInterestContract?
        var sum: InterestSum

        static func precedes(_ a: Item, _ b: Item) -> Bool {
            func order(_ item: Item) -> Int { item.contract == nil ? 0 : 1 }
            return (a.time, order(a), a.venue, a.contract?.symbol ?? "") < (b.time, order(b), b.venue, b.contract?.symbol ?? "")
        }
    }

    /// Bars of a coin's open interest with from <= start < to, of some venues together.
    ///
    /// - Parameters:
    ///   - venues: nil for all that are held.
    ///   - symbol: of one contract; nil for all of the coin.
    ///   - isCancelled: asked between reads.
    /// - Throws: what the lake throws; ``QueryCostError`` before anything is read; `CancellationError` once it is cancelled.
    /// - Complexity: O(samples of the coin between the times), with those of a few days in memory.
    public func bars(
        _ coin: String, venues: [Venue]? = nil, symbol: String? = nil, interval: Interval, measure: InterestBars.Measure, from: Int64,
        to: Int64, isCancelled: () -> Bool = { false }
    ) throws -> [InterestBars.Bar] {
        let periods = periods
        // What was said shortly before still holds when the first bar begins.
        let sources = try (venues ?? lake.contractVenues()).map { venue in
            Source(
                venue: venue, rounds: from - 3 * (periods[venue] ?? 0), readings: from - 3 * InterestMarket.importedPeriod(venue))
        }
        let days = sources.map { lake.interestDays(of: $0.venue, from: min($0.rounds, $0.readings), to: to) }
        try limits.check(files: days.reduce(0) { $0 + $1.count })
        var bars = InterestBars(interval: interval, measure: measure)
        for part in Set(days.joined().map { $0.epochDay / InterestMarket.daysAtOnce }).sorted() {
            let first = CivilDate(epochDay: part * InterestMarket.daysAtOnce).microseconds
            let stretch = first..<min(to, first + Int64(InterestMarket.daysAtOnce) * CivilDate.dayLength)
            var items: [Item] = []
            for source in sources {
                if isCancelled() { throw CancellationError() }
                items += try rounds(of: source, coin, symbol, stretch) + readings(of: source, coin, symbol, measure, stretch)
            }
            for item in items.sorted(by: Item.precedes) {
                if let contract = item.contract {
                    bars.add(reading: item.sum, of: contract, at: item.time, period: InterestMarket.importedPeriod(item.venue))
                } else {
                    bars.add(item.venue, item.sum, at: item.time, period: periods[item.venue] ?? 60_000_000)
                }
            }
        }
        return bars.finish().filter { from <= $0.start && $0.start < to }
    }

    /// A venue, and from when on what it said counts.
    private struct Source {
        var venue: Venue
        var rounds: Int64
        var readings: Int64
    }

    private func rounds(of source: Source, _ coin: String, _ symbol: String?, _ stretch: Range<Int64>) throws -> [Item] {
        var sums: [Int64: InterestSum] = [:]
        for series in try lake.interest(
            of: source.venue, coin: coin, from: max(source.rounds, stretch.lowerBound), to: stretch.upperBound)
        where symbol == nil || series.contract.symbol == symbol {
            for (time, value) in zip(series.times, series.values) {
                sums[time, default: InterestSum()].add(value, series.contract.margin)
            }
        }
        return sums.map { Item(time: $0.key, venue: source.venue, sum: $0.value) }
    }

    private func readings(
        of source: Source, _ coin: String, _ symbol: String?, _ measure: InterestBars.Measure, _ stretch: Range<Int64>
    ) throws -> [Item] {
        var items: [Item] = []
        for series in try lake.importedInterest(
            of: source.venue, coin: coin, from: max(source.readings, stretch.lowerBound), to: stretch.upperBound)
        where symbol == nil || series.contract.symbol == symbol {
            for (index, time) in series.times.enumerated() {
                guard let usd = series.usd[index] ?? (measure.needsUSD ? nil : FixedPoint(mantissa: 0)) else { continue }
                var sum = InterestSum()
                sum.add(OpenInterest(quantity: series.quantities[index], usd: usd), series.contract.margin)
                items.append(Item(time: time, venue: source.venue, contract: series.contract, sum: sum))
            }
        }
        return items
    }
}
