import Glibc

/// How many bytes of a TCP connection its peer has sent and has acknowledged, as the kernel counts them.
struct TransferCounts {
    let received: UInt64
    let acknowledged: UInt64

    init?(descriptor: Int32) {
        // `struct tcp_info` of linux/tcp.h, whose layout only grows at the end: the C library's own copy stops before these two.
        var words = [UInt64](repeating: 0, count: 32)
        var length = socklen_t(words.count * 8)
        guard getsockopt(descriptor, Int32(IPPROTO_TCP), TransferCounts.tcpInfo, &words, &length) == 0, length >= 136 else { return nil }
        acknowledged = words[15]
        received = words[16]
    }

    private static let tcpInfo: Int32 = 11
}
