import Foundation
import Lake
import MarketModel
import TestSupport
import Testing

/// Open interest in the lake: what is appended is there, open and sealed, by this process and another handle.
@Suite struct InterestTests {
    private static let day = CivilDate(epochDay: 20_000)
    private static let coins = ["BTC", "ETH", "PEPE", "SOL"]

    private static func contracts(_ venue: Venue) -> [OpenInterestContract] {
        coins.flatMap { coin in
            [
                OpenInterestContract(venue: venue, symbol: "\(coin)USDT", coin: coin, quote: "USDT", margin: .stable),
                OpenInterestContract(venue: venue, symbol: "\(coin)USD", coin: coin, quote: "USD", margin: .coin),
            ]
        }
    }

    private static func value(using random: inout Seeded) -> OpenInterest {
        func number() -> FixedPoint {
            FixedPoint(mantissa: Int64.random(in: 0...FixedPoint.limit, using: &random), scale: Int.random(in: 0...8, using: &random))
                .normalized
        }
        return OpenInterest(quantity: number(), usd: number())
    }

    /// Sweeps from a moment on, every ten seconds more or less, some contracts left out of each.
    private static func sweeps(_ venue: Venue, _ count: Int, from start: Int64, using random: inout Seeded) -> [InterestSweep] {
        var time = start
        return (0..<count).map { _ in
            time += Int64.random(in: 8_000_000...12_000_000, using: &random)
            let samples = contracts(venue).filter { _ in Int.random(in: 0...9, using: &random) > 0 }.map {
                OpenInterestSample(contract: $0, value: value(using: &random), time: time - Int64.random(in: 0...3_000_000, using: &random))
            }
            return InterestSweep(venue: venue, time: time, samples: samples)
        }
    }

    private func series(_ sweeps: [InterestSweep], _ coin: String, _ times: Range<Int64>) -> [InterestSeries] {
        var result: [String: InterestSeries] = [:]
        for sweep in sweeps where times.contains(sweep.time) {
            for sample in sweep.samples where sample.contract.coin == coin {
                result[sample.contract.symbol, default: InterestSeries(sample.contract)].times.append(sweep.time)
                result[sample.contract.symbol]?.values.append(sample.value)
            }
        }
        return result.values.sorted { $0.contract.symbol < $1.contract.symbol }
    }

    private func ordered(_ sweep: InterestSweep?) -> InterestSweep? {
        sweep.map { InterestSweep(venue: $0.venue, time: $0.time, samples: $0.samples.sorted { $0.contract.symbol < $1.contract.symbol }) }
    }

    @Test func `What is appended is read again, open, sealed and partly sealed, and late samples of sealed days join them`() throws {
        var random = Seeded.fresh()
        let folder = try Folder()
        let lake = try Lake(directory: folder.path, create: true)
        let reader = try Lake(directory: folder.path, create: false)
        let start = Self.day.microseconds + CivilDate.dayLength - 1_200_000_000
        let all = [Venue.bybitLinear, .gateFutures].map { venue in
            Self.sweeps(venue, 240, from: start, using: &random)
        }
        func check() throws {
            #expect(try reader.interestVenues() == [.bybitLinear, .gateFutures])
            for sweeps in all {
                let venue = sweeps[0].venue
                for _ in 0..<6 {
                    let from = start + Int64.random(in: -600_000_000...3_000_000_000, using: &random)
                    let to = from + Int64.random(in: 0...1_500_000_000, using: &random)
                    for coin in Self.coins + ["XRP"] {
                        #expect(try reader.interest(of: venue, coin: coin, from: from, to: to) == series(sweeps, coin, from..<to))
                    }
                    let newest = sweeps.last { $0.time <= to && $0.time >= to - 60_000_000 }
                    #expect(try ordered(reader.interestSweep(of: venue, at: to, tolerance: 60_000_000)) == ordered(newest))
                }
            }
        }
        let store = try InterestStore(lake: lake)
        #expect(throws: LakeError.self) { try InterestStore(lake: reader) }
        // A few sweeps come when their day is sealed.
        let late = Set(stride(from: 7, to: 200, by: 41))
        for sweeps in all {
            let early = sweeps.indices.filter { !late.contains($0) }.map { sweeps[$0] }
            for start in stride(from: 0, to: early.count, by: 16) { try store.append(Array(early[start..<min(early.count, start + 16)])) }
        }
        #expect(try store.seal(before: CivilDate(epochDay: Self.day.epochDay + 1)) == [Self.day])
        for sweeps in all { try store.append(late.map { sweeps[$0] }) }
        try check()
        #expect(try store.seal(before: CivilDate(epochDay: Self.day.epochDay + 2)).count == 2)
        try check()
        #expect(try store.seal(before: CivilDate(epochDay: Self.day.epochDay + 9)).isEmpty)
        store.close()
        let next = try InterestStore(lake: lake)
        try check()
        next.close()
    }

    @Test func `A death while a day is sealed leaves the journal, the file or both, and no sample counts twice`() throws {
        var random = Seeded.fresh()
        let folder = try Folder()
        let lake = try Lake(directory: folder.path, create: true)
        let sweeps = Self.sweeps(.bitmex, 60, from: Self.day.microseconds, using: &random)
        let store = try InterestStore(lake: lake)
        try store.append(sweeps)
        store.close()
        let journal = folder.path + "/interest/\(Self.day).sqlite"
        let copy = folder.path + "/copy.sqlite"
        try FileManager.default.copyItem(atPath: journal, toPath: copy)
        func seal() throws {
            let store = try InterestStore(lake: lake)
            try store.seal(before: CivilDate(epochDay: Self.day.epochDay + 1))
            store.close()
        }
        try seal()
        #expect(!FileManager.default.fileExists(atPath: journal))
        // The file is published, the journal not removed.
        try FileManager.default.copyItem(atPath: copy, toPath: journal)
        for _ in 0..<2 {
            for coin in Self.coins {
                #expect(try lake.interest(of: .bitmex, coin: coin, from: 0, to: .max) == series(sweeps, coin, 0 ..< .max))
            }
            try seal()
        }
    }

    @Test func `Samples under a wrong checksum, cut, or of another sweep are none`() throws {
        var random = Seeded.fresh()
        for _ in 0..<300 {
            let sweep = Self.sweeps(.okxPerps, 1, from: Int64.random(in: -1 << 50...1 << 50, using: &random), using: &random)[0]
            let rows = sweep.samples.enumerated().map { (contract: Int64($0.offset * 3), sample: $0.element) }
            let bytes = InterestBatch.encode(rows, time: sweep.time)
            let read = InterestBatch.decode(bytes, time: sweep.time)
            #expect(read?.map(\.value) == rows.map(\.sample.value) && read?.map(\.time) == rows.map(\.sample.time))
            #expect(read?.map(\.contract) == rows.map(\.contract))
            #expect(InterestBatch.decode(bytes, time: sweep.time + 1) == nil)
            var spoiled = bytes
            spoiled[Int.random(in: spoiled.indices, using: &random)] ^= 1 << UInt8.random(in: 0...7, using: &random)
            #expect(InterestBatch.decode(spoiled, time: sweep.time) == nil)
            #expect(InterestBatch.decode(Array(bytes.prefix(Int.random(in: 0..<bytes.count, using: &random))), time: sweep.time) == nil)
        }
    }
}
