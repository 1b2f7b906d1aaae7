import Glibc
import Pipeline
import Synchronization

/// Looks up names on threads of its own, since a lookup can take half a minute and a loop cannot wait.
///
/// Not more than eight at a time; others wait their turn. A lookup that nobody waits for any more ends by itself.
final class Resolver: Sendable {
    private struct Job: Sendable {
        var host: String
        var done: @Sendable ([String]) -> Void
    }

    private struct State: Sendable {
        var waiting: [Job] = []
        var threads = 0
    }

    private let state = Mutex(State())
    private static let most = 8

    /// The address itself if the host is one, without a lookup.
    static func numeric(_ host: String) -> String? {
        var room = in6_addr()
        return inet_pton(AF_INET, host, &room) == 1 || inet_pton(AF_INET6, host, &room) == 1 ? host : nil
    }

    /// Calls back on another thread with numeric addresses, the best first; with none where the lookup failed.
    func resolve(_ host: String, _ done: @escaping @Sendable ([String]) -> Void) {
        let needsThread = state.withLock { state in
            state.waiting.append(Job(host: host, done: done))
            guard state.threads < Resolver.most else { return false }
            state.threads += 1
            return true
        }
        guard needsThread else { return }
        if let thread = JoinableThread({ [self] in work() }) { thread.detach() } else { work() }
    }

    private func work() {
        while true {
            let job = state.withLock { state -> Job? in
                guard !state.waiting.isEmpty else {
                    state.threads -= 1
                    return nil
                }
                return state.waiting.removeFirst()
            }
            guard let job else { return }
            job.done(Resolver.lookUp(job.host))
        }
    }

    private static func lookUp(_ host: String) -> [String] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_ADDRCONFIG
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &found) == 0 else { return [] }
        defer { freeaddrinfo(found) }
        var addresses: [String] = []
        var next = found
        while let entry = next {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            if getnameinfo(entry.pointee.ai_addr, entry.pointee.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 {
                let address = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
                if !addresses.contains(address) { addresses.append(address) }
            }
            next = entry.pointee.ai_next
        }
        return addresses
    }
}
