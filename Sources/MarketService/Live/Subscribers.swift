import Synchronization

/// Who follows what.
final class Subscribers: Sendable {
    typealias Delivery = @Sendable (LiveMessage) -> Void

    private struct State: Sendable {
        var next = 0
        var topics: [LiveTopic: [Int: Delivery]] = [:]
    }

    private let state = Mutex(State())

    func add(_ topics: [LiveTopic], _ deliver: @escaping Delivery) -> LiveSubscription {
        state.withLock { state in
            state.next += 1
            for topic in topics { state.topics[topic, default: [:]][state.next] = deliver }
            return LiveSubscription(number: state.next, topics: topics)
        }
    }

    func remove(_ subscription: LiveSubscription) {
        state.withLock { state in
            for topic in subscription.topics {
                state.topics[topic]?[subscription.number] = nil
                if state.topics[topic]?.isEmpty == true { state.topics[topic] = nil }
            }
        }
    }

    /// Whether anybody follows a topic.
    func isFollowed(_ topic: LiveTopic) -> Bool { state.withLock { $0.topics[topic] != nil } }

    /// Hands a message to all who follow a topic, outside the lock: they may cancel meanwhile, and get this one all the same.
    func deliver(_ message: @autoclosure () -> LiveMessage, to topic: LiveTopic) {
        guard let deliveries = state.withLock({ $0.topics[topic].map { Array($0.values) } }) else { return }
        let message = message()
        for delivery in deliveries { delivery(message) }
    }
}
