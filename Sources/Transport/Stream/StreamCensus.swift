import Glibc
import Synchronization

/// Who is connected to a listener, on all its threads, and who was cut off.
final class StreamCensus: Sendable {
    private struct State {
        var open = 0
        var clients: [StreamClient: Int] = [:]
        var cutoffs: [StreamCutoff: Int] = [:]
    }

    private let limits: StreamLimits
    private let state = Mutex(State())

    init(limits: StreamLimits) { self.limits = limits }

    /// How many connections are open.
    var open: Int { state.withLock { $0.open } }

    /// Lets a peer in if there is room, and returns whether it is.
    func admit(_ client: StreamClient) -> Bool {
        state.withLock { state in
            let own = state.clients[client, default: 0]
            guard state.open < limits.connections, own < limits.connectionsPerClient else {
                state.cutoffs[state.open < limits.connections ? .client : .full, default: 0] += 1
                return false
            }
            state.open += 1
            state.clients[client] = own + 1
            return true
        }
    }

    /// A peer that was let in has gone.
    ///
    /// - Parameter cutoff: why, if it was not by itself.
    func leave(_ client: StreamClient, _ cutoff: StreamCutoff?) {
        state.withLock { state in
            state.open -= 1
            let own = state.clients[client, default: 1] - 1
            state.clients[client] = own == 0 ? nil : own
            if let cutoff { state.cutoffs[cutoff, default: 0] += 1 }
        }
    }

    /// How often connections were ended for a reason.
    func count(_ cutoff: StreamCutoff) -> Int { state.withLock { $0.cutoffs[cutoff, default: 0] } }
}

/// Whom a connection is from, as far as that is counted: an IPv4 address, or the network of 64 bits of an IPv6 one, all of which one
/// subscriber has.
struct StreamClient: Hashable, Sendable {
    private let isIPv4: Bool
    private let number: UInt64

    /// Reads the address that `accept` has written.
    init(_ address: sockaddr_storage) {
        // Both kinds of address fit in the storage, whose family says which it is.
        (isIPv4, number) = withUnsafeBytes(of: address) { bytes in
            guard address.ss_family == sa_family_t(AF_INET6) else {
                let place = MemoryLayout<sockaddr_in>.offset(of: \.sin_addr) ?? 0
                return (true, UInt64(bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)))
            }
            let place = MemoryLayout<sockaddr_in6>.offset(of: \.sin6_addr) ?? 0
            let halves = (0..<2).map { UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: place + 8 * $0, as: UInt64.self)) }
            // ::ffff:a.b.c.d is how a socket for both kinds writes an IPv4 address.
            guard halves[0] == 0, halves[1] >> 32 == 0xffff else { return (false, halves[0]) }
            return (true, UInt64(UInt32(truncatingIfNeeded: halves[1]).bigEndian))
        }
    }
}
