import Glibc
import Synchronization

/// Connections that this side has closed, and whose peers still have an answer to read.
///
/// A socket that is closed while something that arrived on it is unread resets the connection, and what is on its way to the peer is lost:
/// the end of an answer, or a refusal that the peer was to read (RFC 9112, section 9.6). So this side says first that it will send no more,
/// and drops what still arrives until the peer has closed too, for a while.
final class Lingerers: Sendable {
    private struct Lingerer {
        let descriptor: Int32
        let deadline: Int64
        var dropped = 0
    }

    private let members = Mutex<[Lingerer]>([])
    private static let room = 1024
    private static let milliseconds: Int64 = 2000
    /// Who still sends that much has not noticed.
    private static let dropLimit = 8 << 20

    /// How many there are.
    var count: Int { members.withLock { $0.count } }

    /// Takes a copy of a socket that is about to be closed, if its peer may lose something by that.
    func take(_ descriptor: Int32) {
        guard TransferCounts.hasUnacknowledged(descriptor) || TransferCounts.hasUnread(descriptor) else { return }
        members.withLock { members in
            guard members.count < Lingerers.room else { return }
            let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
            guard copy >= 0 else { return }
            shutdown(copy, Int32(SHUT_WR))
            members.append(Lingerer(descriptor: copy, deadline: SystemClock.coarseMilliseconds() + Lingerers.milliseconds))
        }
    }

    /// Drops what has arrived, and lets those go whose peers have closed, or do not.
    func look() {
        let now = SystemClock.coarseMilliseconds()
        members.withLock { members in
            guard !members.isEmpty else { return }
            var bytes = [UInt8](repeating: 0, count: 1 << 16)
            for index in members.indices.reversed() where now >= members[index].deadline || Lingerers.isOver(&members[index], &bytes) {
                close(members[index].descriptor)
                members.remove(at: index)
            }
        }
    }

    /// Closes all.
    func stop() {
        members.withLock { members in
            for member in members { close(member.descriptor) }
            members = []
        }
    }

    private static func isOver(_ member: inout Lingerer, _ bytes: inout [UInt8]) -> Bool {
        while member.dropped < dropLimit {
            let count = recv(member.descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
            if count > 0 {
                member.dropped += count
            } else {
                return count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
            }
        }
        return true
    }
}
