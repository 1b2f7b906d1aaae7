public import Lake
public import MarketModel
public import Notices
public import OrderFlow
import Synchronization

/// Open interest of contracts as it is and as it was: takes venues' rounds, keeps what counts of them, and answers for coins.
///
/// Options are no contracts: what the lake holds of them is in nothing that this tells (``OptionInterest``).
///
///     let market = try InterestMarket(lake: lake, venues: [.bybitLinear: 10_000_000]) { print($0) }
///     try market.take(InterestSweep(venue: .bybitLinear, time: now, samples: samples))
///     let table = try market.table("BTC", at: now)
public final class InterestMarket: Sendable {
    /// What is known of one venue.
    private struct Source: Sendable {
        let period: Int64
        var health: InterestHealth
        /// When its newest round that counted ended.
        var time: Int64?
        var sums: [String: InterestSum] = [:]
        var samples: [OpenInterestSample] = []
        var isTroubled = false

        func isHeard(at now: Int64) -> Bool {
            guard let time, health.state(at: now) == .fresh else { return false }
            return now - time <= 3 * period
        }
    }

    /// What a venue said at some moment of the past.
    private struct Past: Sendable {
        var sums: [String: InterestSum]
        /// The contracts that it is about; nil for all that the venue had.
        var contracts: Set<OpenInterestContract>?
    }

    /// What was looked up of the past, and which files were found damaged meanwhile.
    private struct Memory: Sendable {
        var moment: Int64?
        var found: [[Venue: Past]] = []
        var damage: Set<String> = []
    }

    let lake: Lake
    /// Nil where nothing is followed: another process may write then.
    private let store: InterestStore?
    let limits: QueryLimits
    private let report: @Sendable (Notice) -> Void
    private let sources: Mutex<[Venue: Source]>
    /// What venues said before each of the windows, and for which moment that was looked up.
    private let past = Mutex(Memory())

    /// The venues of which the lake holds something, as of the last look.
    private let held: Mutex<[Venue]>

    /// For how long what was looked up of the past is good, in microseconds: as long as the quickest venues take for a round.
    private static let pastLasts: Int64 = 10_000_000

    /// Opens the lake's open interest to write and to read.
    ///
    /// - Parameters:
    ///   - venues: that are followed, with how long their rounds take, in microseconds; those of options are passed over.
    ///   - store: is written to, sealed and closed; nil for one of its own, where venues are followed.
    ///   - limits: what one answer may be made of.
    ///   - report: told in one line of what an operator should see.
    /// - Throws: ``LakeError`` if another process writes open interest there.
    public init(
        lake: Lake, venues: [Venue: Int64], store: InterestStore? = nil, options: InterestHealth.Options = InterestHealth.Options(),
        limits: QueryLimits = QueryLimits(), report: @escaping @Sendable (Notice) -> Void = { _ in }
    ) throws {
        let venues = venues.filter { !$0.key.isOptions }
        self.lake = lake
        self.limits = limits
        self.report = report
        self.store = try store ?? (venues.isEmpty ? nil : InterestStore(lake: lake, report: report))
        do {
            held = Mutex(try lake.contractVenues())
        } catch {
            // A damaged day is no reason not to follow what comes.
            report(.error("what is held of open interest cannot be read: \(error)"))
            held = Mutex([])
        }
        sources = Mutex(
            venues.mapValues { Source(period: $0, health: InterestHealth(period: $0, options: options)) })
    }

    /// Takes what a venue said in a round. What counts of it is on the disk when this returns, and in the sums from then on.
    ///
    /// - Throws: what the store throws where the disk takes nothing; the round counts for nothing then.
    /// - Complexity: O(samples).
    public func take(_ sweep: InterestSweep) throws {
        let accepted = sources.withLock { sources -> (samples: [OpenInterestSample], notes: [Notice])? in
            guard var source = sources[sweep.venue] else { return nil }
            let before = source.health.heldOut
            let samples = source.health.take(sweep.samples, at: sweep.time)
            var notes: [Notice] = []
            for (coin, since) in source.health.heldOut where before[coin] != since {
                notes.append(
                    "\(.venue, sweep.venue): the open interest of \(.symbol, coin) has jumped: it is left out until that has lasted")
            }
            let isFrozen = if case .frozen = source.health.state(at: sweep.time) { true } else { false }
            if isFrozen, !source.isTroubled {
                notes.append("\(.venue, sweep.venue): its open interest stands still: it is left out until something changes")
            }
            source.isTroubled = isFrozen
            sources[sweep.venue] = source
            return (isFrozen ? [] : samples, notes)
        }
        guard let accepted else { return }
        for note in accepted.notes { report(note) }
        guard !accepted.samples.isEmpty else { return }
        try store?.append([InterestSweep(venue: sweep.venue, time: sweep.time, samples: accepted.samples)])
        sources.withLock { sources in
            sources[sweep.venue]?.time = sweep.time
            sources[sweep.venue]?.sums = InterestMarket.sums(accepted.samples)
            sources[sweep.venue]?.samples = accepted.samples.sorted { $0.contract.symbol < $1.contract.symbol }
        }
    }

    private static func sums(_ samples: [OpenInterestSample]) -> [String: InterestSum] {
        var sums: [String: InterestSum] = [:]
        for sample in samples { sums[sample.contract.coin, default: InterestSum()].add(sample.value, sample.contract.margin) }
        return sums
    }

    /// The coins that count now, by name.
    ///
    /// - Complexity: O(coins of all venues).
    public func coins(at now: Int64) -> [String] { Set(fresh(at: now).values.flatMap(\.keys)).sorted() }

    /// The venues that are followed, by name.
    public var venues: [Venue] { sources.withLock { $0.keys.sorted() } }

    /// The venues that are followed, and those of which the lake held something ten seconds ago, by name.
    public var knownVenues: [Venue] { Set(venues).union(held.withLock { $0 }).sorted() }

    /// The contracts that venues told of when they last did, by venue and symbol.
    public var contracts: [OpenInterestContract] {
        sources.withLock { sources in sources.sorted { $0.key < $1.key }.flatMap { $0.value.samples.map(\.contract) } }
    }

    /// How long a round of each venue that is followed takes, in microseconds.
    var periods: [Venue: Int64] { sources.withLock { $0.mapValues(\.period) } }

    /// How each venue is; unknown until a round of it is on the disk and in the sums.
    public func states(at now: Int64) -> [Venue: InterestHealth.State] {
        sources.withLock { sources in
            sources.mapValues { source in
                let state = source.health.state(at: now)
                return source.time == nil && state == .fresh ? .unknown : state
            }
        }
    }

    /// What venues that count say, by coin.
    private func fresh(at now: Int64) -> [Venue: [String: InterestSum]] {
        sources.withLock { sources in
            sources.filter { $0.value.isHeard(at: now) }.mapValues(\.sums)
        }
    }

    /// The open interest of a coin, of all exchanges and by exchange, with its changes; without rows where no venue counts it.
    ///
    /// - Parameter now: in microseconds since 1970-01-01 UTC.
    /// - Throws: what the lake throws.
    /// - Complexity: O(venues); a look at every venue's past rounds every ten seconds.
    public func table(_ coin: String, at now: Int64) throws -> InterestTable {
        let found = try past(at: now)
        let (samples, wanted) = sources.withLock { ($0.mapValues(\.samples), $0.keys.sorted()) }
        let comparable = found.map { venues -> [Venue: InterestSum] in
            var sums: [Venue: InterestSum] = [:]
            for (venue, past) in venues {
                guard let contracts = past.contracts else { continue }
                sums[venue] = InterestSum((samples[venue] ?? []).filter { $0.contract.coin == coin && contracts.contains($0.contract) })
            }
            return sums
        }
        return InterestTable(
            now: fresh(at: now).compactMapValues { $0[coin] }, before: found.map { $0.compactMapValues { $0.sums[coin] } },
            comparable: comparable, wanted: wanted)
    }

    private func past(at now: Int64) throws -> [[Venue: Past]] {
        try past.withLock { past in
            if let moment = past.moment, now >= moment, now - moment < InterestMarket.pastLasts { return past.found }
            let periods = periods
            past.found = try InterestTable.windows.map { window in
                var venues: [Venue: Past] = [:]
                for (venue, period) in periods {
                    do {
                        venues[venue] = try look(venue, period, at: now - window)
                    } catch let error as LakeError where error.isDamage {
                        // A venue's damaged day is no reason to answer nothing about the others.
                        if past.damage.insert(error.path).inserted { report(.error("a day of open interest cannot be read: \(error)")) }
                    }
                }
                return venues
            }
            past.moment = now
            held.withLock { $0 = (try? lake.contractVenues()) ?? $0 }
            return past.found
        }
    }

    private func look(_ venue: Venue, _ period: Int64, at time: Int64) throws -> Past? {
        if let sweep = try lake.interestSweep(of: venue, at: time, tolerance: 2 * period) {
            return Past(sums: InterestMarket.sums(sweep.samples))
        }
        let samples = try lake.importedInterest(of: venue, at: time, tolerance: 2 * InterestMarket.importedPeriod(venue))
        return samples.isEmpty ? nil : Past(sums: InterestMarket.sums(samples), contracts: Set(samples.map(\.contract)))
    }

    /// How far the readings of histories are apart, in microseconds: CME's are daily, those of others come every five minutes or oftener.
    static func importedPeriod(_ venue: Venue) -> Int64 { venue == .cme ? CivilDate.dayLength : 300_000_000 }

    /// Writes what histories say beside what was recorded.
    ///
    /// - Throws: what the lake throws.
    public func add(_ readings: [OpenInterestReading]) throws -> InterestImportReport {
        defer { past.withLock { $0.moment = nil } }
        return try lake.importInterest(readings)
    }

    /// The followed venues of which nothing is known, or can be read, at or just before a time, by name.
    public func venuesWithout(dataAt time: Int64) -> [Venue] {
        let periods = periods
        return periods.filter { venue, period in (try? look(venue, period, at: time)) == nil }.keys.sorted()
    }

    /// Makes files of the days that are over; the last two stay open, since changes over a day look at their rounds.
    ///
    /// - Throws: what the store throws.
    public func seal(at now: Int64) throws {
        try store?.seal(before: CivilDate(epochDay: CivilDate(microseconds: now).epochDay - 1))
    }

    /// Ends the writing.
    public func stop() { store?.close() }
}

extension Lake {
    /// The venues of which open interest of contracts is held, by name.
    func contractVenues() throws -> [Venue] { try interestVenues().filter { !$0.isOptions } }
}
