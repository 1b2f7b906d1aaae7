import Pipeline
import Synchronization
import Testing

struct TickerTests {
    @Test func `It ticks until it is stopped, and not after`() {
        let count = Condition(0)
        let ticker = Ticker(everyMilliseconds: 1) { count.withLock { $0 += 1 } }
        _ = count.wait { $0 >= 5 ? true : nil }
        ticker.stop()
        let last = count.withLock { $0 }
        ticker.stop()
        #expect(count.withLock { $0 } == last)
    }

    @Test func `Stopping does not wait for the next tick`() {
        let ticker = Ticker(everyMilliseconds: 3_600_000) {}
        ticker.stop()
    }
}
