public import MarketModel

extension Lake {
    /// For each of some moments the newest sweep of a venue up to it that tells of a coin, with the samples of that coin alone.
    ///
    /// A sweep that has other coins and not this one is passed over, as one that was not made: whether nothing was open or nothing could be
    /// learnt cannot be told from it. Of options a sweep has all of a coin or nothing; one of which all is zero has its options, at zero.
    ///
    /// - Parameters:
    ///   - times: the moments, in microseconds since 1970-01-01 UTC, in any order.
    ///   - tolerance: how much older than its moment a sweep has to be to count no more, in microseconds.
    /// - Returns: as many as ``times``, samples in no order; nil where no sweep with time - tolerance < sweep <= time tells of the coin.
    /// - Throws: ``LakeError`` where a sealed day that is looked at is damaged.
    /// - Complexity: O(samples of the coin in the sealed days that are looked at), of which times alone are read, and O(samples found); each
    ///   file is read once at most.
    public func interestSweeps(of venue: Venue, coin: String, at times: [Int64], tolerance: Int64) throws -> [InterestSweep?] {
        var found: [InterestSweep?] = Array(repeating: nil, count: times.count)
        guard tolerance > 0, let newest = times.max(), let oldest = times.min() else { return found }
        func window(_ time: Int64) -> ClosedRange<Int64> {
            let (start, overflow) = time.subtractingReportingOverflow(tolerance - 1)
            return (overflow ? .min : start)...time
        }
        for date in InterestPath.days(directory, venue, from: window(oldest).lowerBound, through: newest) {
            let day = date.microseconds...(date.microseconds + CivilDate.dayLength - 1)
            let places = times.indices.filter { window(times[$0]).overlaps(day) }
            guard !places.isEmpty else { continue }
            let windows = places.map { window(times[$0]).clamped(to: day) }
            let sealed = try sealedInterest(venue, date).map { try $0.newest(venue, coin, in: windows) }
            let open = try interest.day(date)
            for (rank, place) in places.enumerated() {
                var best = sealed?[rank]
                if let open = try open?.newest(venue, coin: coin, in: windows[rank]), best.map({ $0.time <= open.time }) ?? true {
                    best = open
                }
                // Days ascend.
                if let best { found[place] = best }
            }
        }
        return found
    }
}

extension InterestReader {
    /// For each of some stretches of time the newest sweep in it that tells of a coin, with the samples of that coin alone.
    fileprivate func newest(_ venue: Venue, _ coin: String, in windows: [ClosedRange<Int64>]) throws -> [InterestSweep?] {
        let stretches = InterestReader.joined(windows)
        let candidates = try groups(of: coin).map { group in
            (group: group, rows: InterestReader.rows(of: try times(inGroup: group), in: stretches))
        }
        let sweeps = Set(candidates.flatMap { $0.rows.map(\.time) }).sorted()
        let newest = windows.map { window in sweeps.last { window.contains($0) } }
        let wanted = Set(newest.compactMap { $0 })
        var samples: [Int64: [OpenInterestSample]] = [:]
        for (group, candidates) in candidates {
            let chosen = candidates.filter { wanted.contains($0.time) }
            let rows = try self.rows(inGroup: group, at: chosen.map(\.place))
            for (index, row) in chosen.enumerated() {
                samples[row.time, default: []].append(
                    OpenInterestSample(
                        contract: contracts[Int(rows.contract[index])], value: try value(rows, index), time: rows.sampled[index]))
            }
        }
        return newest.map { time in time.map { InterestSweep(venue: venue, time: $0, samples: samples[$0] ?? []) } }
    }

    private struct SweepRow {
        let time: Int64
        let place: Int64
    }

    /// The rows with times within some stretches, which are apart and ascend.
    private static func rows(of times: [Int64], in stretches: [ClosedRange<Int64>]) -> [SweepRow] {
        var rows: [SweepRow] = []
        // Rows are by contract and time: the next one is mostly in the same stretch or the next one.
        var last = 0
        for (place, time) in times.enumerated() {
            while last < stretches.count, time > stretches[last].upperBound { last += 1 }
            while last > 0, time <= stretches[last - 1].upperBound { last -= 1 }
            if last < stretches.count, stretches[last].contains(time) { rows.append(SweepRow(time: time, place: Int64(place))) }
        }
        return rows
    }

    /// Stretches of time, ascending, those that overlap made one.
    private static func joined(_ windows: [ClosedRange<Int64>]) -> [ClosedRange<Int64>] {
        windows.sorted { $0.lowerBound < $1.lowerBound }.reduce(into: []) { joined, window in
            if let last = joined.last, last.upperBound >= window.lowerBound {
                joined[joined.count - 1] = last.lowerBound...max(last.upperBound, window.upperBound)
            } else {
                joined.append(window)
            }
        }
    }
}
