public import MarketModel

extension Lake {
    /// The venues whose open interest is held, by name.
    ///
    /// - Complexity: O(venues and open days).
    public func interestVenues() throws -> [Venue] {
        var venues = Set(
            FileSystem.names(in: InterestPath.directory(directory)).compactMap { name in
                name.hasPrefix("exchange=") ? Venue(String(name.dropFirst("exchange=".utf8.count))) : nil
            })
        for date in InterestPath.journals(directory) { venues.formUnion(try interest.day(date)?.venues() ?? []) }
        return venues.sorted()
    }

    /// The days, open and sealed, that may hold something of a venue with from <= time < to, ascending.
    ///
    /// - Complexity: O(days that are held).
    public func interestDays(of venue: Venue, from: Int64, to: Int64) -> [CivilDate] {
        from < to ? InterestPath.days(directory, venue, from: from, through: to - 1) : []
    }

    /// The newest sweep of a venue at or before a time; nil if none lies within `tolerance` before it.
    ///
    /// - Parameters:
    ///   - time: in microseconds since 1970-01-01 UTC.
    ///   - tolerance: in microseconds, at most a day.
    /// - Complexity: O(samples of the sweep) while the day is open; O(samples of the day) once it is sealed.
    public func interestSweep(of venue: Venue, at time: Int64, tolerance: Int64) throws -> InterestSweep? {
        let earliest = time.subtractingReportingOverflow(max(0, tolerance)).partialValue
        for date in InterestPath.days(directory, venue, from: earliest, through: time).reversed() {
            var found = try interest.day(date)?.newest(venue, in: earliest...time)
            if let sealed = try sealedSweep(venue, date, in: earliest...time), found.map({ $0.time < sealed.time }) ?? true {
                found = sealed
            }
            if let found { return found }
        }
        return nil
    }

    private func sealedSweep(_ venue: Venue, _ date: CivilDate, in times: ClosedRange<Int64>) throws -> InterestSweep? {
        guard let file = try sealedInterest(venue, date) else { return nil }
        var sweep = InterestSweep(venue: venue, time: .min, samples: [])
        for coin in Set(file.coins).sorted() {
            let rows = try file.rows(of: coin)
            for index in 0..<rows.count where times.contains(rows.time[index]) && rows.time[index] >= sweep.time {
                if rows.time[index] > sweep.time { sweep = InterestSweep(venue: venue, time: rows.time[index], samples: []) }
                sweep.samples.append(
                    OpenInterestSample(
                        contract: file.contracts[Int(rows.contract[index])], value: try file.value(rows, index), time: rows.sampled[index]))
            }
        }
        return sweep.samples.isEmpty ? nil : sweep
    }

    func sealedInterest(_ venue: Venue, _ date: CivilDate) throws -> InterestReader? {
        try InterestReader(lake: directory, InterestPath.file(venue, date), venue: venue)
    }

    /// What a venue said of a coin's contracts with from <= time < to, by symbol.
    ///
    /// - Complexity: O(samples of the coin), and of all coins while a day is open.
    public func interest(of venue: Venue, coin: String, from: Int64, to: Int64) throws -> [InterestSeries] {
        guard from < to else { return [] }
        var series: [OpenInterestContract: [Int64: OpenInterest]] = [:]
        for date in InterestPath.days(directory, venue, from: from, through: to - 1) {
            if let file = try sealedInterest(venue, date) {
                let rows = try file.rows(of: coin)
                for index in 0..<rows.count where from <= rows.time[index] && rows.time[index] < to {
                    series[file.contracts[Int(rows.contract[index])], default: [:]][rows.time[index]] = try file.value(rows, index)
                }
            }
            try interest.day(date)?.read(venue, in: from...(to - 1), where: { $0.coin == coin }) { contract, time, _, value in
                series[contract, default: [:]][time] = value
            }
        }
        return series.sorted { ($0.key.symbol, $0.key.quote) < ($1.key.symbol, $1.key.quote) }.map { contract, values in
            var result = InterestSeries(contract)
            for (time, value) in values.sorted(by: { $0.key < $1.key }) {
                result.times.append(time)
                result.values.append(value)
            }
            return result
        }
    }
}
