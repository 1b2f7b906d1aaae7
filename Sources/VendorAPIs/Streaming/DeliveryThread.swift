import Glibc
import MarketService
import Pipeline
import Synchronization

/// The thread that encodes what recorders tell and hands it to the sessions of a façade, so that no recorder waits for a thousand clients.
final class DeliveryThread: Sendable {
    /// Something to do on the thread, in the order in which it was asked for.
    enum Item: Sendable {
        case message(LiveMessage)
        case work(@Sendable () -> Void)
    }

    private struct State: Sendable {
        var waiting: [Item] = []
        var lost = 0
        var isStopped = false
    }

    /// How many messages may wait; beyond that the oldest are worth nothing to anybody any more.
    static let room = 1 << 18

    private let state = Condition(State())
    private let thread = Mutex<JoinableThread?>(nil)

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - handle: is given each message.
    ///   - lose: is told that messages were dropped.
    ///   - tick: is called about once a second.
    func start(
        handle: @escaping @Sendable (LiveMessage) -> Void, lose: @escaping @Sendable (Int) -> Void,
        tick: @escaping @Sendable () -> Void
    ) {
        thread.withLock { thread in
            guard thread == nil else { return }
            thread = JoinableThread { [state] in
                var isOver = false
                var nextTick = DeliveryThread.seconds() + 1
                while !isOver {
                    let news = state.wait(atMostMilliseconds: 1000) { state -> State? in
                        guard !state.waiting.isEmpty || state.isStopped else { return nil }
                        defer {
                            state.waiting = []
                            state.lost = 0
                        }
                        return state
                    }
                    if let news {
                        if news.lost > 0 { lose(news.lost) }
                        for item in news.waiting {
                            switch item {
                            case .message(let message): handle(message)
                            case .work(let work): work()
                            }
                        }
                        isOver = news.isStopped
                    }
                    if DeliveryThread.seconds() >= nextTick {
                        tick()
                        nextTick = DeliveryThread.seconds() + 1
                    }
                }
            }
        }
    }

    /// Seconds of a clock that does not go back.
    static func seconds() -> Int64 {
        MonotonicClock.nanoseconds() / 1_000_000_000
    }

    /// Leaves a message; from any thread, and at once.
    func post(_ message: LiveMessage) {
        state.withLock { state in
            if state.waiting.count >= DeliveryThread.room {
                state.lost += state.waiting.count { if case .message = $0 { true } else { false } }
                state.waiting.removeAll { if case .message = $0 { true } else { false } }
            }
            state.waiting.append(.message(message))
        }
    }

    /// Leaves something to do after all messages before.
    func post(_ work: @escaping @Sendable () -> Void) {
        state.withLock { $0.waiting.append(.work(work)) }
    }

    /// Does what waits, and ends the thread.
    func stop() {
        state.withLock { $0.isStopped = true }
        thread.withLock { thread in
            thread?.join()
            thread = nil
        }
    }
}
