import Pipeline
import Testing

struct SerialWorkerTests {
    @Test func `Work is done in the order given, on one thread`() {
        let worker = SerialWorker()
        let done = Condition<[Int]>([])
        for number in 0..<200 { worker.submit { done.withLock { $0.append(number) } } }
        let order = done.wait { $0.count == 200 ? $0 : nil }
        #expect(order == Array(0..<200))
        worker.stop()
    }

    @Test func `What is due later is done then, also where something sooner is given meanwhile`() {
        let worker = SerialWorker()
        let done = Condition<[Int]>([])
        worker.submit(afterMilliseconds: 3_600_000) { done.withLock { $0.append(0) } }
        worker.submit(afterMilliseconds: 60) { done.withLock { $0.append(2) } }
        worker.submit(afterMilliseconds: 1) { done.withLock { $0.append(1) } }
        #expect(done.wait { $0.count == 2 ? $0 : nil } == [1, 2])
        worker.stop()
        #expect(done.withLock { $0 } == [1, 2], "what is not due is dropped")
    }

    @Test func `Stopping waits for the work at hand, drops the rest, and may come from work itself`() {
        let worker = SerialWorker()
        let state = Condition((begun: false, ended: false, dropped: true))
        worker.submit {
            state.withLock { $0.begun = true }
            #expect(!worker.sleep(milliseconds: 60_000), "a sleep ends with the worker")
            state.withLock { $0.ended = true }
        }
        worker.submit { state.withLock { $0.dropped = false } }
        state.wait { $0.begun ? () : nil }
        worker.stop()
        #expect(state.withLock { $0.ended && $0.dropped } && worker.isStopped)
        worker.submit { state.withLock { $0.dropped = false } }

        let other = SerialWorker()
        let isOver = Condition(false)
        other.submit {
            other.stop()
            isOver.withLock { $0 = true }
        }
        isOver.wait { $0 ? () : nil }
        #expect(other.isStopped && state.withLock { $0.dropped })
    }
}
