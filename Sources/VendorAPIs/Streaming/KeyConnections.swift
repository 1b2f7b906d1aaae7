import Synchronization

/// How many streams each key has open.
final class KeyConnections: Sendable {
    private let open = Mutex<[String: Int]>([:])

    /// How many streams a key has open.
    func count(of key: String) -> Int { open.withLock { $0[key] ?? 0 } }

    /// Counts a stream of a key in, if there is room for it; what was counted in is to ``leave(_:)`` once.
    ///
    /// - Parameter limit: how many the key may have; nil for any number.
    func enter(_ key: String, limit: Int?) -> Bool {
        open.withLock { open in
            let count = open[key] ?? 0
            if let limit, count >= limit { return false }
            open[key] = count + 1
            return true
        }
    }

    /// A stream of a key is over.
    func leave(_ key: String) {
        open.withLock { open in
            if let count = open[key] { open[key] = count > 1 ? count - 1 : nil }
        }
    }
}
