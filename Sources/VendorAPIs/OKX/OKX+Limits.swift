import Access
import Pipeline
import Synchronization
import Transport

/// Who asks, where proxies stand between: their word for it is taken only where they are trusted.
public struct ClientAddresses: Sendable {
    private let trusted: Set<String>

    /// - Parameter trusted: the addresses of proxies whose `X-Forwarded-For` is believed.
    public init(trusted: Set<String> = []) { self.trusted = trusted }

    /// The address that a request comes from: its peer's, or the last one in `X-Forwarded-For` that is no trusted proxy.
    func address(of request: borrowing Request) -> String {
        let peer = request.client
        guard trusted.contains(peer), let list = request.header("X-Forwarded-For") else { return peer }
        let words = list.split(separator: ",").map { $0.filter { $0 != " " } }
        return words.last { !$0.isEmpty && $0.utf8.count <= 64 && !trusted.contains($0) } ?? peer
    }
}

extension OKX {
    /// How often an address may ask: a sliding window for each path, or for each contract of a path.
    final class Limits: Sendable {
        private struct Entry {
            var window: SlidingWindow
            var last: Int64
        }

        private static let length: Int64 = 2_000_000_000
        /// So many windows are kept; those that are over are forgotten first.
        private static let most = 50_000

        private let addresses: ClientAddresses
        private let entries = Mutex<[String: Entry]>([:])

        init(addresses: ClientAddresses) { self.addresses = addresses }

        /// - Throws: ``Failure`` 429 for a request beyond the limit.
        func admit(_ request: borrowing Request, _ path: String, contract: String?, times: Int) throws(Failure) {
            let key = "\(addresses.address(of: request)) \(path) \(contract?.prefix(64) ?? "")"
            let now = MonotonicClock.nanoseconds()
            let wait = entries.withLock { entries -> Int64? in
                if entries[key] == nil, entries.count >= Limits.most {
                    entries = entries.filter { now - $0.value.last < Limits.length }
                    // So many ask at once: who is new waits.
                    if entries.count >= Limits.most { return Limits.length }
                }
                entries[key, default: Entry(window: SlidingWindow(limit: times, length: Limits.length), last: now)].last = now
                return entries[key]?.window.admit(at: now)
            }
            guard let wait else { return }
            throw Failure(.tooManyRequests, headers: [Header("Retry-After", "\((wait + 999_999_999) / 1_000_000_000)")])
        }
    }
}
