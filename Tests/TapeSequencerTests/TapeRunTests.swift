import TapeSequencer
import TestSupport
import Testing

@Suite struct TapeRunTests {
    static func randomIDs(_ random: inout Seeded) -> [Int64] {
        var ids: [Int64] = []
        var id = Int64.random(in: -50...50, using: &random)
        for _ in 0..<Int.random(in: 0...60, using: &random) {
            id += Bool.random(using: &random) ? 1 : Int64.random(in: 1...5, using: &random)
            ids.append(id)
        }
        return ids
    }

    @Test func `Runs are the same however the rows are cut, and their gaps are the ids that are missing`() {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var random = Seeded(seed)
        for _ in 0..<500 {
            let ids = Self.randomIDs(&random)
            let times = ids.map { $0 * 10 }
            var whole = TapeRuns()
            whole.append(ids: ids.span, times: times.span)
            var cut = TapeRuns()
            var start = 0
            while start < ids.count {
                let end = Int.random(in: start + 1...ids.count, using: &random)
                cut.append(ids: ids.span.extracting(start..<end), times: times.span.extracting(start..<end))
                start = end
            }
            #expect(whole == cut)
            let present = Set((0..<3).map { _ in Int64.random(in: -60...120, using: &random) })
            let gaps = TapeRun.gaps(between: whole.runs.shuffled(using: &random), present: present.map { $0...$0 })
            let all = Set(ids.first.map { Array($0...(ids.last ?? $0)) } ?? [])
            #expect(Set(gaps.flatMap { Array($0.from...$0.to) }) == all.subtracting(ids).subtracting(present))
            for gap in gaps {
                #expect(gap.timeFrom == (ids.last { $0 < gap.from } ?? 0) * 10)
                #expect(gap.timeTo == (ids.first { $0 > gap.to } ?? 0) * 10)
            }
            #expect(TapeRun.decode(TapeRun.encode(whole.runs)) == whole.runs)
        }
    }

    @Test func `Runs keep the extremes of 64 bits as bytes, and other bytes are no runs`() {
        let runs = [
            TapeRun(first: .min, last: -1, firstTime: .min, lastTime: .max), TapeRun(first: 1, last: .max, firstTime: 0, lastTime: -1),
        ]
        #expect(TapeRun.decode(TapeRun.encode(runs)) == runs)
        #expect(TapeRun.decode([0x80]) == nil)
        #expect(TapeRun.decode([2, 2, 2]) == nil)
    }

    @Test func `Runs that share an id overlap`() {
        let a = TapeRun(first: 1, last: 10, firstTime: 0, lastTime: 0)
        let b = TapeRun(first: 10, last: 12, firstTime: 0, lastTime: 0)
        let c = TapeRun(first: 13, last: 14, firstTime: 0, lastTime: 0)
        #expect(TapeRun.overlaps(of: [c, b, a]).map(\.1) == [b])
        #expect(TapeRun.overlaps(of: [a, c]).isEmpty)
    }

    @Test func `Sets of id ranges count, join and complement as sets do`() {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var random = Seeded(seed)
        func ranges() -> [ClosedRange<Int64>] {
            (0..<Int.random(in: 0...8, using: &random)).map { _ in
                let from = Int64.random(in: 0...60, using: &random)
                return from...(from + Int64.random(in: 0...9, using: &random))
            }
        }
        for _ in 0..<500 {
            let (x, y) = (ranges(), ranges())
            let (a, b) = (Set(x.flatMap { Array($0) }), Set(y.flatMap { Array($0) }))
            #expect(IDRanges(x).count == a.count)
            #expect(IDRanges(x).overlap(IDRanges(y)) == a.intersection(b).count)
            #expect(Set(IDRanges(x).union(IDRanges(y)).ranges.flatMap { Array($0) }) == a.union(b))
            #expect(x.allSatisfy { Set(IDRanges(y).complement(in: $0).flatMap { Array($0) }) == Set($0).subtracting(b) })
        }
    }
}
