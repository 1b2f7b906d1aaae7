import MarketModel

/// The sealing of one venue's day.
struct InterestSeal {
    let lake: Lake
    let day: InterestDay
    let venue: Venue
    /// How many samples are held at once, more or less.
    private static let heldRows = 1 << 20

    /// Writes the file, together with what it held before.
    ///
    /// - Returns: how many sweeps are damaged, and left out.
    func run() throws -> Int {
        let path = InterestPath.file(venue, day.day)
        let held = try InterestReader(lake: lake.directory, path, venue: venue)
        var counts: [OpenInterestContract: Int] = [:]
        let damaged = try day.read(venue, in: .min ... .max) { contract, _, _, _ in counts[contract, default: 0] += 1 }
        let contracts = InterestFile.listed(Set(counts.keys).union(held?.contracts ?? []))
        let coins = Set(contracts.map(\.coin)).sorted()
        guard !coins.isEmpty else { return damaged }
        var places: [OpenInterestContract: Int32] = [:]
        for (place, contract) in contracts.enumerated() { places[contract] = Int32(place) }
        let sizes = Dictionary(grouping: counts) { $0.key.coin }.mapValues { $0.reduce(0) { $0 + $1.value } }
        try InterestWriter.publish(lake: lake.directory, path, venue: venue, contracts, coins: coins) { writer in
            var next = 0
            while next < coins.count {
                var end = next
                var rows = 0
                while end < coins.count, end == next || rows + (sizes[coins[end]] ?? 0) <= InterestSeal.heldRows {
                    rows += sizes[coins[end]] ?? 0
                    end += 1
                }
                try write(coins[next..<end], places, held, to: writer)
                next = end
            }
        }
        return damaged
    }

    private func write(
        _ coins: ArraySlice<String>, _ places: [OpenInterestContract: Int32], _ held: InterestReader?, to writer: InterestWriter
    ) throws {
        let wanted = Set(coins)
        var rows: [String: InterestFile.Rows] = [:]
        if let held {
            for coin in coins { try held.add(coin, to: &rows[coin, default: InterestFile.Rows()], places) }
        }
        try day.read(venue, in: .min ... .max, where: { wanted.contains($0.coin) }) { contract, time, sampled, value in
            guard let place = places[contract] else { return }
            rows[contract.coin, default: InterestFile.Rows()].append(
                time: time, sampled: sampled, contract: place, quantity: value.quantity, usd: value.usd)
        }
        for coin in coins {
            guard let found = rows[coin] else { throw LakeError(.damaged, day.path, "has lost the samples of \(coin)") }
            try writer.append(found.ordered)
        }
    }
}
