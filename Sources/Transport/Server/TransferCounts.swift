import Glibc

/// How many bytes of a TCP connection its peer has sent and has acknowledged, as the kernel counts them.
struct TransferCounts {
    let received: UInt64
    let acknowledged: UInt64
    /// Whether the peer sends no more, which the event loop may not have noticed.
    let peerHasClosed: Bool

    init?(descriptor: Int32) {
        // `struct tcp_info` of linux/tcp.h, whose layout only grows at the end: the C library's own copy stops before these two.
        var words = [UInt64](repeating: 0, count: 32)
        var length = socklen_t(words.count * 8)
        guard getsockopt(descriptor, Int32(IPPROTO_TCP), TransferCounts.tcpInfo, &words, &length) == 0, length >= 136 else { return nil }
        // `tcpi_state`, of which 8 is CLOSE_WAIT.
        peerHasClosed = words[0] & 0xff == 8
        acknowledged = words[15]
        received = words[16]
    }

    /// Whether something has arrived that has not been read.
    static func hasUnread(_ descriptor: Int32) -> Bool { count(descriptor, UInt(FIONREAD)) > 0 }

    /// How many bytes have been sent that the peer has not acknowledged; 0 of a connection that is no more.
    static func unacknowledged(_ descriptor: Int32) -> Int { count(descriptor, UInt(TIOCOUTQ)) }

    private static func count(_ descriptor: Int32, _ request: UInt) -> Int {
        var value: Int32 = 0
        return ioctl(descriptor, request, &value) == 0 ? Int(value) : 0
    }

    /// How many connections wait to be accepted from a listening socket.
    static func waiting(atDoor descriptor: Int32) -> Int {
        // `tcpi_unacked`, which a listening socket has for the length of its queue.
        var words = [UInt32](repeating: 0, count: 64)
        var length = socklen_t(words.count * 4)
        guard getsockopt(descriptor, Int32(IPPROTO_TCP), tcpInfo, &words, &length) == 0, length >= 28 else { return 0 }
        return Int(words[6])
    }

    private static let tcpInfo: Int32 = 11
}
