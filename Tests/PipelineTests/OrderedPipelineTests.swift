import Pipeline
import Synchronization
import Testing

struct OrderedPipelineTests {
    struct Stop: Error, Equatable { var at: Int }

    @Test(arguments: [1, 2, 5])
    func `Results are consumed in the order of production`(threads: Int) throws {
        let next = Mutex(0)
        let seen = Mutex<[Int]>([])
        try OrderedPipeline.run(
            threads: threads,
            produce: { next.withLock { $0 < 1000 ? ($0, $0 += 1).0 : nil } },
            work: { job -> Int in
                var spin = job &* 7919 % 101
                while spin > 0 { spin -= 1 }
                return job * 2
            },
            consume: { result in seen.withLock { $0.append(result) } })
        #expect(seen.withLock { $0 } == (0..<1000).map { $0 * 2 })
    }

    @Test(arguments: ["produce", "work", "consume"])
    func `An error in any stage ends the run and is thrown`(stage: String) {
        let next = Mutex(0)
        #expect(throws: Stop(at: 50)) {
            try OrderedPipeline.run(
                threads: 3,
                produce: { () -> Int? in
                    let job = next.withLock { ($0, $0 += 1).0 }
                    if stage == "produce", job == 50 { throw Stop(at: job) }
                    return job < 10_000 ? job : nil
                },
                work: { job in
                    if stage == "work", job == 50 { throw Stop(at: job) }
                    return job
                },
                consume: { job in if stage == "consume", job == 50 { throw Stop(at: job) } })
        }
        #expect(next.withLock { $0 } < 10_000)
    }

    @Test func `Never more than twice the threads are in flight`() throws {
        let counts = Mutex((next: 0, flying: 0, most: 0))
        try OrderedPipeline.run(
            threads: 4,
            produce: {
                counts.withLock { state -> Int? in
                    guard state.next < 500 else { return nil }
                    state.next += 1
                    state.flying += 1
                    state.most = max(state.most, state.flying)
                    return state.next
                }
            },
            work: { $0 },
            consume: { _ in counts.withLock { $0.flying -= 1 } })
        #expect(counts.withLock { $0.most } <= 8)
    }
}
