import Foundation
import Lake
import MarketModel
import TestSupport
import Testing

/// The newest rounds before many moments at once, of one coin.
@Suite struct InterestSweepTests {
    private static let day = CivilDate(epochDay: 20_000)
    private static let period: Int64 = 300_000_000

    private static func sweep(_ time: Int64, _ coins: [String], using random: inout Seeded) -> InterestSweep {
        let samples = coins.flatMap { coin in
            (0..<Int.random(in: 1...9, using: &random)).map { option in
                let contract = OpenInterestContract(
                    venue: .okxOptions, symbol: "\(coin)-USD-260327-\(option + 1)000-C", coin: coin, quote: "USD", margin: .coin)
                func number() -> FixedPoint {
                    FixedPoint(mantissa: Int64.random(in: 0...1 << 40, using: &random), scale: Int.random(in: 0...8, using: &random))
                        .normalized
                }
                return OpenInterestSample(
                    contract: contract, value: OpenInterest(quantity: number(), usd: number()),
                    time: time - Int64.random(in: 0...3_000_000, using: &random))
            }
        }
        return InterestSweep(venue: .okxOptions, time: time, samples: samples)
    }

    /// What should be found: the samples of the newest round in time that has the coin, by symbol.
    private func expected(_ sweeps: [InterestSweep], _ coin: String, at time: Int64, tolerance: Int64) -> InterestSweep? {
        guard tolerance > 0 else { return nil }
        let found = sweeps.filter { sweep in
            sweep.time <= time && sweep.time > time - tolerance && sweep.samples.contains { $0.contract.coin == coin }
        }.max { $0.time < $1.time }
        return found.map { ordered(InterestSweep(venue: $0.venue, time: $0.time, samples: $0.samples.filter { $0.contract.coin == coin })) }
    }

    private func ordered(_ sweep: InterestSweep) -> InterestSweep {
        InterestSweep(venue: sweep.venue, time: sweep.time, samples: sweep.samples.sorted { $0.contract.symbol < $1.contract.symbol })
    }

    private func check(_ lake: Lake, _ sweeps: [InterestSweep], using random: inout Seeded) throws {
        let (first, last) = (try #require(sweeps.first).time, try #require(sweeps.last).time)
        for coin in ["BTC", "ETH", "SOL", "DOGE"] {
            for tolerance in [1, 1000, Self.period, 900_000_000, CivilDate.dayLength, 0, -5] {
                // Moments of anywhere, of rounds, of midnights, and the same one twice.
                var times = (0..<12).map { _ in Int64.random(in: (first - Self.period)...(last + 2 * Self.period), using: &random) }
                times += sweeps.shuffled(using: &random).prefix(6).map(\.time)
                times += (0...3).map { Self.day.microseconds + Int64($0) * CivilDate.dayLength }
                times += [times[0], times[0], Int64.max, 0]
                times.shuffle(using: &random)
                let found = try lake.interestSweeps(of: .okxOptions, coin: coin, at: times, tolerance: tolerance)
                #expect(found.count == times.count)
                for (time, sweep) in zip(times, found) {
                    #expect(sweep.map(ordered) == expected(sweeps, coin, at: time, tolerance: tolerance), "\(coin) \(time) \(tolerance)")
                }
            }
        }
        #expect(try lake.interestSweeps(of: .okxOptions, coin: "BTC", at: [], tolerance: Self.period).isEmpty)
        #expect(try lake.interestSweeps(of: .deribitOptions, coin: "BTC", at: [last], tolerance: Self.period) == [nil])
    }

    @Test func `The newest rounds that tell of a coin are found, open, sealed and partly sealed, over holes and midnights`() throws {
        var random = Seeded.fresh()
        let folder = try Folder()
        let lake = try Lake(directory: folder.path, create: true)
        let reader = try Lake(directory: folder.path, create: false)
        var time = Self.day.microseconds + CivilDate.dayLength - 40 * Self.period
        var sweeps: [InterestSweep] = []
        for _ in 0..<420 {
            time += Self.period + Int64.random(in: -2_000_000...2_000_000, using: &random)
            // A family that failed takes its coin with it; now and then nobody answers for long.
            let coins = ["BTC", "ETH", "SOL"].filter { $0 == "SOL" || Int.random(in: 0...4, using: &random) > 0 }
            if Int.random(in: 0...29, using: &random) == 0 { time += 7 * Self.period }
            sweeps.append(Self.sweep(time, coins, using: &random))
        }
        let store = try InterestStore(lake: lake)
        let late = Set(stride(from: 5, to: 200, by: 37))
        try store.append(sweeps.indices.filter { !late.contains($0) }.map { sweeps[$0] })
        try check(reader, sweeps.indices.filter { !late.contains($0) }.map { sweeps[$0] }, using: &random)
        try store.seal(before: CivilDate(epochDay: Self.day.epochDay + 2))
        try store.append(late.map { sweeps[$0] })
        try check(reader, sweeps, using: &random)
        try store.seal(before: CivilDate(epochDay: Self.day.epochDay + 9))
        try check(reader, sweeps, using: &random)
        store.close()
    }

    @Test func `A damaged day is named, and other days are read`() throws {
        var random = Seeded.fresh()
        let folder = try Folder()
        let lake = try Lake(directory: folder.path, create: true)
        let store = try InterestStore(lake: lake)
        let times = (0..<3).map { Self.day.microseconds + Int64($0) * CivilDate.dayLength + 1000 }
        try store.append(times.map { Self.sweep($0, ["BTC"], using: &random) })
        try store.seal(before: CivilDate(epochDay: Self.day.epochDay + 9))
        store.close()
        let files = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { $0.hasSuffix("open_interest.parquet") }
            .sorted()
        let path = folder.path + "/" + (try #require(files.dropFirst().first))
        for part in [0.05, 0.3, 0.5] {
            let bytes = try Data(contentsOf: URL(filePath: path))
            var spoiled = bytes
            spoiled[Int(Double(bytes.count) * part)] ^= 0x40
            try spoiled.write(to: URL(filePath: path))
            func sweeps(_ times: [Int64]) throws -> [InterestSweep?] {
                try lake.interestSweeps(of: .okxOptions, coin: "BTC", at: times, tolerance: 500)
            }
            #expect(try sweeps([times[0], times[2]]).compactMap { $0 }.count == 2)
            // Damage in a column that is not read is no harm.
            do {
                let found = try sweeps(times)
                #expect(found.compactMap { $0 }.count == 3)
            } catch let error as LakeError {
                #expect(error.isDamage && error.path == path)
            }
            try bytes.write(to: URL(filePath: path))
        }
    }
}
