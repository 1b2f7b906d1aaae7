import Pipeline
import Testing

struct ConditionTests {
    @Test func `A wait ends with a value as soon as there is one, and without one when its time is over`() throws {
        let condition = Condition(0)
        #expect(condition.wait(atMostMilliseconds: 0) { $0 > 0 ? $0 : nil } == nil)
        #expect(condition.wait(atMostMilliseconds: 20) { $0 > 0 ? $0 : nil } == nil)
        let thread = try #require(JoinableThread { condition.withLock { $0 = 7 } })
        // Long enough that only a wake-up can end it.
        #expect(condition.wait(atMostMilliseconds: 600_000) { $0 > 0 ? $0 : nil } == 7)
        thread.join()
    }

    @Test func `What a wait throws comes out, and the lock is free again`() {
        struct Broken: Error {}
        let condition = Condition(0)
        #expect(throws: Broken.self) { try condition.wait(atMostMilliseconds: 1000) { _ -> Int? in throw Broken() } }
        #expect(condition.withLock { $0 } == 0)
    }
}
