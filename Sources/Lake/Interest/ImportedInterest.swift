public import MarketModel

/// What histories say of one contract's open interest, by time.
public struct ImportedInterest: Sendable, Hashable {
    /// The contract.
    public var contract: OpenInterestContract
    /// When it was so, ascending, in microseconds since 1970-01-01 UTC.
    public var times: [Int64] = []
    /// In base coins, at ``times``.
    public var quantities: [FixedPoint] = []
    /// In USD, at ``times``; nil where the history did not say.
    public var usd: [FixedPoint?] = []

    /// Creates one without readings.
    public init(_ contract: OpenInterestContract) { self.contract = contract }
}

/// What came of writing histories into a lake.
public struct InterestImportReport: Sendable, Hashable {
    /// Readings that the lake did not have.
    public internal(set) var new = 0
    /// Readings that it had, and that are replaced where they say something else.
    public internal(set) var known = 0
    /// Readings without coins, which nobody can count.
    public internal(set) var lacking = 0
    /// The days that were written, of all venues.
    public internal(set) var days: Set<CivilDate> = []

    /// Creates a report of nothing.
    public init() {}

    /// Adds what came of further readings.
    public mutating func add(_ other: InterestImportReport) {
        new += other.new
        known += other.known
        lacking += other.lacking
        days.formUnion(other.days)
    }
}

private struct VenueDay: Hashable {
    var venue: Venue
    var day: CivilDate
}

extension Lake {
    /// Writes readings of histories beside what was recorded: `imported.parquet`, a file a venue and day.
    ///
    /// They never replace what was recorded, and count only where nothing was. Importing the same again changes nothing; of readings of a
    /// contract at one time the one that comes last stays, unless it lacks USD that the other has.
    ///
    /// - Throws: ``LakeError`` if another process imports open interest at this moment, or a file cannot be written; days are written whole or
    ///   not at all.
    /// - Complexity: O(readings, and the days that they touch).
    public func importInterest(_ readings: some Sequence<OpenInterestReading>) throws -> InterestImportReport {
        try FileSystem.makeDirectory(InterestPath.directory(directory))
        let lock = try JournalLock(lake: directory, path: InterestPath.importLock(directory), what: "the past of open interest")
        defer { lock.release() }
        var days: [VenueDay: [OpenInterestReading]] = [:]
        var report = InterestImportReport()
        for reading in readings {
            guard let quantity = reading.quantity, quantity.mantissa >= 0, reading.usd?.mantissa ?? 0 >= 0 else {
                report.lacking += 1
                continue
            }
            days[VenueDay(venue: reading.contract.venue, day: CivilDate(microseconds: reading.time)), default: []].append(reading)
        }
        for (key, readings) in days.sorted(by: { ($0.key.venue, $0.key.day) < ($1.key.venue, $1.key.day) }) {
            try write(readings, key.venue, key.day, &report)
            report.days.insert(key.day)
        }
        return report
    }

    private func write(_ readings: [OpenInterestReading], _ venue: Venue, _ day: CivilDate, _ report: inout InterestImportReport) throws {
        let path = InterestPath.file(venue, day, .imported)
        let held = try InterestReader(lake: directory, path, venue: venue)
        let contracts = InterestFile.listed(Set(readings.map(\.contract)).union(held?.contracts ?? []))
        var places: [OpenInterestContract: Int32] = [:]
        for (place, contract) in contracts.enumerated() { places[contract] = Int32(place) }
        let coins = Set(contracts.map(\.coin)).sorted()
        let new = Dictionary(grouping: readings) { $0.contract.coin }
        var (before, after) = (0, 0)
        try InterestWriter.publish(lake: directory, path, venue: venue, contracts, coins: coins) { writer in
            for coin in coins {
                var rows = InterestFile.Rows()
                try held?.add(coin, to: &rows, places)
                before += rows.count
                for reading in new[coin] ?? [] {
                    guard let place = places[reading.contract], let quantity = reading.quantity else { continue }
                    rows.append(time: reading.time, sampled: reading.time, contract: place, quantity: quantity, usd: reading.usd)
                }
                let ordered = rows.ordered
                after += ordered.count
                try writer.append(ordered)
            }
        }
        report.new += after - before
        report.known += readings.count - (after - before)
    }

    /// What histories say of a venue's contracts in a coin with from <= time < to, by symbol.
    ///
    /// - Complexity: O(readings of the coin on the days of the times).
    public func importedInterest(of venue: Venue, coin: String, from: Int64, to: Int64) throws -> [ImportedInterest] {
        guard from < to else { return [] }
        var series: [OpenInterestContract: ImportedInterest] = [:]
        for date in InterestPath.days(directory, venue, from: from, through: to - 1) {
            guard let file = try InterestReader(lake: directory, InterestPath.file(venue, date, .imported), venue: venue) else { continue }
            let rows = try file.rows(of: coin)
            for index in 0..<rows.count where from <= rows.time[index] && rows.time[index] < to {
                let contract = file.contracts[Int(rows.contract[index])]
                let (quantity, usd) = try file.amounts(rows, index)
                series[contract, default: ImportedInterest(contract)].times.append(rows.time[index])
                series[contract]?.quantities.append(quantity)
                series[contract]?.usd.append(usd)
            }
        }
        return series.values.sorted { ($0.contract.symbol, $0.contract.quote) < ($1.contract.symbol, $1.contract.quote) }
    }

    /// What histories say of a venue's contracts at or just before a time: of each the newest reading that lies within `tolerance` before it
    /// and tells USD.
    ///
    /// - Complexity: O(readings of the day).
    public func importedInterest(of venue: Venue, at time: Int64, tolerance: Int64) throws -> [OpenInterestSample] {
        let earliest = time.subtractingReportingOverflow(max(0, tolerance)).partialValue
        var newest: [OpenInterestContract: OpenInterestSample] = [:]
        for date in InterestPath.days(directory, venue, from: earliest, through: time) {
            guard let file = try InterestReader(lake: directory, InterestPath.file(venue, date, .imported), venue: venue) else { continue }
            for coin in Set(file.coins).sorted() {
                let rows = try file.rows(of: coin)
                for index in 0..<rows.count where earliest <= rows.time[index] && rows.time[index] <= time {
                    let contract = file.contracts[Int(rows.contract[index])]
                    guard newest[contract]?.time ?? .min <= rows.time[index] else { continue }
                    let (quantity, usd) = try file.amounts(rows, index)
                    guard let usd else { continue }
                    newest[contract] = OpenInterestSample(
                        contract: contract, value: OpenInterest(quantity: quantity, usd: usd), time: rows.time[index])
                }
            }
        }
        return newest.values.sorted { ($0.contract.symbol, $0.contract.quote) < ($1.contract.symbol, $1.contract.quote) }
    }
}
