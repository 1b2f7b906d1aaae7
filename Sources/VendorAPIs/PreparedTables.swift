import Synchronization
import Transport

/// The `data` of answers that many ask for, kept as written for ten seconds.
final class PreparedTables: Sendable {
    private struct Entry {
        var time: Int64
        var data: [UInt8]
        /// Whether somebody is writing the next one.
        var isAging = false
    }

    private static let lasts: Int64 = 10_000_000
    private static let most = 4096
    private let entries = Mutex<[String: Entry]>([:])

    /// The JSON of a name, such as a coin, if it is at hand.
    ///
    /// The first who finds it older than ten seconds gets nil and is to ``prepare(_:at:_:)`` the next; until it is there, for ten seconds more
    /// at most, others get what there was.
    ///
    /// - Parameter now: in microseconds.
    func data(_ name: String, at now: Int64) -> [UInt8]? {
        entries.withLock { entries in
            guard let entry = entries[name], now >= entry.time else { return nil }
            let age = now - entry.time
            if age < PreparedTables.lasts || entry.isAging && age < 2 * PreparedTables.lasts { return entry.data }
            entries[name]?.isAging = true
            return nil
        }
    }

    /// Keeps and returns the JSON of a name, written by `body`.
    func prepare(_ name: String, at now: Int64, _ body: (inout JSONWriter) throws -> Void) rethrows -> [UInt8] {
        var json = JSONWriter(capacity: 4096)
        try body(&json)
        let data = json.buffer.withBytes { [UInt8]($0) }
        entries.withLock { entries in
            // Whoever asks for names that do not exist must not fill the memory.
            if entries.count >= PreparedTables.most { entries = [:] }
            entries[name] = Entry(time: now, data: data)
        }
        return data
    }
}
