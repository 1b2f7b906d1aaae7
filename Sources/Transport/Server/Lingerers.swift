import Glibc
import Synchronization

/// Connections that this side has closed, and whose peers still have an answer to read.
///
/// A socket that is closed while something that arrived on it is unread resets the connection, and what is on its way to the peer is lost:
/// the end of an answer, or a refusal that the peer was to read (RFC 9112, section 9.6). So this side says first that it will send no more,
/// and drops what still arrives until the peer has closed too. A peer that still reads is judged as any reader is; one that has all, and
/// does not close, is given a moment.
final class Lingerers: Sendable {
    private struct Lingerer {
        let descriptor: Int32
        /// When it has to have got on, in milliseconds of the monotonic clock.
        var deadline: Int64
        /// How many bytes it had still to take when the deadline was set.
        var left: Int
        var dropped = 0
    }

    private let members = Mutex<[Lingerer]>([])
    private let stretch: Int64
    private let share: Int
    private static let room = 1024
    private static let moment: Int64 = 2000
    /// Who still sends that much has not noticed.
    private static let dropLimit = 8 << 20

    /// - Parameter limits: how much a reader has to take, and in which time.
    init(limits: ServerLimits) {
        stretch = Int64(limits.writeSeconds * 1000)
        share = Int(limits.writeSeconds * Double(limits.writeRate))
    }

    /// How many there are.
    var count: Int { members.withLock { $0.count } }

    /// Takes a copy of a socket that is about to be closed, if its peer may lose something by that.
    func take(_ descriptor: Int32) {
        let left = TransferCounts.unacknowledged(descriptor)
        guard left > 0 || TransferCounts.hasUnread(descriptor) else { return }
        members.withLock { members in
            let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
            guard copy >= 0 else { return }
            // The one that has had most time: who drips cannot keep the others out.
            if members.count >= Lingerers.room { close(members.removeFirst().descriptor) }
            shutdown(copy, Int32(SHUT_WR))
            let patience = left > 0 ? stretch : Lingerers.moment
            members.append(Lingerer(descriptor: copy, deadline: SystemClock.coarseMilliseconds() + patience, left: left))
        }
    }

    /// Drops what has arrived, and lets those go whose peers have closed, or do not.
    func look() {
        let now = SystemClock.coarseMilliseconds()
        members.withLock { members in
            guard !members.isEmpty else { return }
            var bytes = [UInt8](repeating: 0, count: 1 << 16)
            // In their order, which is that of their age.
            for index in members.indices.reversed() where isLate(&members[index], at: now) || Lingerers.isOver(&members[index], &bytes) {
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

    private func isLate(_ member: inout Lingerer, at now: Int64) -> Bool {
        guard member.left > 0 else { return now >= member.deadline }
        let left = TransferCounts.unacknowledged(member.descriptor)
        if left == 0 {
            member.deadline = now + Lingerers.moment
        } else if now >= member.deadline {
            if member.left - left < share { return true }
            member.deadline = now + stretch
        } else {
            return false
        }
        member.left = left
        return false
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
