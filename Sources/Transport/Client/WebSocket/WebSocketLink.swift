import CWebSockets

/// One link of a loop, from its first attempt until libwebsockets has let it go.
final class WebSocketLink {
    enum Phase {
        /// Its host's name is being looked up.
        case resolving
        case connecting
        case open
        /// The owner has heard of its end, or has ended it; the socket is being closed.
        case leaving
    }

    let id: Int
    let url: ClientURL
    /// What libwebsockets knows it by; another for every attempt.
    var number: UInt64
    var phase = Phase.resolving
    var handle: OpaquePointer?
    /// Numeric addresses that have not been tried.
    var addresses: [String] = []
    var proxy: ProxyRule.Proxy?
    /// Its share of the time to connect, in nanoseconds.
    var patience: Int64 = 0
    /// When it is ended unless it moves on, in nanoseconds of CLOCK_MONOTONIC.
    var deadline: Int64
    /// Why it ends, where that is known better than libwebsockets knows it.
    var reason: String?
    /// Whether TCP and TLS were up in this attempt.
    var reachedPeer = false
    var closeCode: UInt16 = 1000

    /// Frames to send, each with room for its header before it.
    var outbox: [Outgoing] = []
    var outboxBytes = 0
    /// The parts of a message that came in parts.
    var parts: [UInt8] = []
    var isInParts = false
    /// Whether anything was received since the last tick, and the tick at which something last was.
    var isHeard = true
    var lastHeard: Int64 = 0
    /// When the silent peer was pinged.
    var pinged: Int64?

    struct Outgoing {
        var kind: Int32
        var bytes: [UInt8]
    }

    init(id: Int, url: ClientURL, number: UInt64, deadline: Int64) {
        self.id = id
        self.url = url
        self.number = number
        self.deadline = deadline
    }

    /// Queues a frame; false when too much waits already.
    func enqueue(kind: Int32, _ text: String) -> Bool {
        let limit = 1 << 20
        guard outboxBytes + text.utf8.count <= limit || outbox.isEmpty else { return false }
        var bytes = [UInt8](repeating: 0, count: mr_ws_room)
        bytes.append(contentsOf: text.utf8)
        outboxBytes += bytes.count
        outbox.append(Outgoing(kind: kind, bytes: bytes))
        return true
    }

    /// Writes the first waiting frame; false when the socket refuses it.
    func writeNext(to handle: OpaquePointer) -> Bool {
        guard !outbox.isEmpty else { return true }
        var frame = outbox.removeFirst()
        outboxBytes -= frame.bytes.count
        let kind = frame.kind
        return frame.bytes.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return true }
            return mr_ws_write(handle, kind, base + mr_ws_room, buffer.count - mr_ws_room) == 0
        }
    }
}
