import CWslay
import Glibc

/// One WebSocket as the loop's thread sees it: reading through wslay, sending its queue, closing in time. Belongs to that thread alone.
final class SessionDriver {
    /// How far the session is.
    enum Phase {
        case open
        /// A close frame is on its way or has been sent; the client's is awaited.
        case closing
        /// Everything has been sent; what still arrives is dropped until the client closes its side, so that it can read the close frame.
        case draining
        /// The connection is to be given back.
        case over
    }

    let session: WebSocketSession
    let descriptor: Int32
    private(set) var phase = Phase.open
    /// Whether epoll is to tell when there is room to send.
    private(set) var wantsRoom = false
    private var receiver: (any WebSocketReceiver)?
    private var context: wslay_event_context_ptr?
    private var queue = FrameQueue()
    /// What wslay sends by itself: pongs and close frames.
    private var controls: [UInt8] = []
    /// What came with the handshake.
    private var early: ArraySlice<UInt8>
    /// How much may be read before the other sessions have their turn.
    private var turn = 0
    private var isLost = false
    /// Whether the client's frames cannot be told apart any more.
    private var isBroken = false
    private var now: Int64
    private var lastHeard: Int64
    private var nextPing: Int64
    private var nextTick: Int64
    /// Milliseconds between two ticks: what receivers look at with them, such as keys, is to show within a second.
    private static let tick: Int64 = 500
    private var deadline = Int64.max

    init(session: WebSocketSession, descriptor: Int32, early: [UInt8], now: Int64) {
        self.session = session
        self.descriptor = descriptor
        self.early = early[...]
        self.now = now
        lastHeard = now
        nextPing = now + SessionDriver.milliseconds(session.options.pingSeconds)
        nextTick = now + SessionDriver.tick
    }

    deinit {
        if let context { wslay_event_context_free(context) }
    }

    /// Whether epoll is to tell of what arrives.
    var wantsBytes: Bool { phase != .over && (phase == .draining || context.map { wslay_event_want_read($0) == 1 } ?? false) }

    /// Begins: the receiver is made, and what came with the handshake is read.
    func start(_ makeReceiver: (WebSocketSession) -> any WebSocketReceiver) {
        var callbacks = SessionDriver.callbacks
        guard wslay_event_context_server_init(&context, &callbacks, Unmanaged.passUnretained(self).toOpaque()) == 0 else {
            phase = .over
            return
        }
        wslay_event_config_set_max_recv_msg_length(context, UInt64(session.options.maximumMessage))
        receiver = makeReceiver(session)
        read(at: now)
    }

    /// Reads what has arrived, up to a share.
    func read(at time: Int64) {
        now = time
        turn = SessionDriver.share
        switch phase {
        case .open, .closing:
            guard let context, wslay_event_want_read(context) == 1 else { return }
            if wslay_event_recv(context) != 0 {
                if isLost { return lose() }
                fail(1002)
            }
            settle()
        case .draining: drain()
        case .over: break
        }
    }

    /// Takes over what those who send have left, and sends what fits.
    func send(at time: Int64) {
        now = time
        let news = session.take()
        if news.isAborted { return lose() }
        if let closing = news.closing, closing.dropsWaiting {
            session.sent(queue.dropUnbegun())
        } else if phase == .open {
            queue.append(news.frames)
        }
        if let closing = news.closing, phase == .open { close(closing.code, closing.reason) }
        settle()
    }

    /// Looks at the clock.
    func look(at time: Int64) {
        now = time
        if now >= deadline { return lose() }
        guard phase == .open else { return }
        if now >= nextTick {
            nextTick = now + SessionDriver.tick
            receiver?.ticked(now)
        }
        let ping = SessionDriver.milliseconds(session.options.pingSeconds)
        if now - lastHeard >= ping + SessionDriver.milliseconds(session.options.pongSeconds) { return lose() }
        if now >= nextPing {
            nextPing = now + ping
            queue(OutgoingFrame(kind: .ping, bytes: SessionDriver.nothing))
        }
        settle()
    }

    /// Ends without a handshake.
    func lose() {
        tell(1006, "")
        phase = .over
    }

    /// Begins the closing handshake from this side.
    private func close(_ code: Int, _ reason: String) {
        var words = Array(reason.utf8.prefix(120))
        // Not in the middle of a character.
        while !words.isEmpty, String(validating: words, as: UTF8.self) == nil { words.removeLast() }
        if let context { wslay_event_queue_close(context, UInt16(clamping: code), words, words.count) }
        leave(code, reason)
    }

    /// Tells the client what wslay does not: it gives up on frames that cannot be without a word, and answers close frames that must not
    /// be as if they were good.
    private func fail(_ code: Int) {
        guard !isBroken else { return }
        isBroken = true
        let frame: [UInt8] = [0x88, 2, UInt8(code >> 8), UInt8(code & 255)]
        queue(OutgoingFrame(kind: .unframed, bytes: frame.withUnsafeBufferPointer { SharedBytes($0) }))
        leave(code, "protocol error")
    }

    /// No longer open: the receiver is told, and the rest has to be over in time.
    private func leave(_ code: Int, _ reason: String) {
        guard phase == .open else { return }
        phase = .closing
        deadline = now + SessionDriver.milliseconds(session.options.closeSeconds)
        tell(code, reason)
    }

    private func tell(_ code: Int, _ reason: String) {
        session.end()
        guard let receiver else { return }
        self.receiver = nil
        receiver.closed(code: code, reason: reason)
    }

    /// Sends what can be sent and sees how far the closing handshake is.
    private func settle() {
        guard let context, phase == .open || phase == .closing else { return }
        while !isBroken, wslay_event_want_write(context) == 1, wslay_event_send(context) == 0 {}
        if !controls.isEmpty {
            let bytes = controls.withUnsafeBufferPointer { SharedBytes($0) }
            controls.removeAll(keepingCapacity: true)
            queue(OutgoingFrame(kind: .unframed, bytes: bytes))
            // A client may ask for pong after pong and read none.
            if session.waiting > session.options.outgoingLimit + SessionDriver.share { return lose() }
        }
        // wslay reads no further after an error, for which it has queued a close frame.
        if phase == .open, wslay_event_get_read_enabled(context) == 0 {
            leave(Int(wslay_event_get_status_code_sent(context)), "protocol error")
        }
        flush()
        guard phase == .closing, queue.isEmpty else { return }
        if wslay_event_get_close_received(context) == 1, !isBroken {
            phase = .over
        } else if wslay_event_get_read_enabled(context) == 0 {
            shutdown(descriptor, Int32(SHUT_WR))
            phase = .draining
        }
    }

    /// Queues what nobody else has counted.
    private func queue(_ frame: OutgoingFrame) {
        queue.append(frame)
        session.sent(-frame.size)
    }

    private func flush() {
        let limit = 32
        withUnsafeTemporaryAllocation(of: iovec.self, capacity: limit * 2) { pieces in
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: limit * OutgoingFrame.headerRoom) { headers in
                guard let first = pieces.baseAddress, let header = headers.baseAddress else { return }
                wantsRoom = false
                while !queue.isEmpty {
                    let count = queue.fill(first, headers: header, limit: limit)
                    let sent = count == 0 ? 0 : SessionDriver.send(descriptor, first, count)
                    if sent >= 0 {
                        queue.consume(sent)
                        session.sent(sent)
                    } else if errno == EAGAIN || errno == EWOULDBLOCK {
                        wantsRoom = true
                        return
                    } else if errno != EINTR {
                        return lose()
                    }
                }
            }
        }
    }

    /// Sends what fits of several pieces; a client that has gone is an error, not a signal.
    private static func send(_ descriptor: Int32, _ pieces: UnsafeMutablePointer<iovec>, _ count: Int) -> Int {
        var message = msghdr()
        message.msg_iov = pieces
        message.msg_iovlen = count
        return sendmsg(descriptor, &message, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
    }

    private func drain() {
        var bytes = [UInt8](repeating: 0, count: 16_384)
        while turn > 0 {
            let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
            if count > 0 {
                turn -= count
            } else {
                if count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) { phase = .over }
                return
            }
        }
    }

    private static let nothing = SharedBytes("")
    private static let share = 256 << 10

    private static func milliseconds(_ seconds: Double) -> Int64 { Int64(seconds * 1000) }
}

// What wslay asks for, on the loop's thread: its context holds the driver without keeping it alive, and the driver frees the context.
extension SessionDriver {
    fileprivate static var callbacks: wslay_event_callbacks {
        wslay_event_callbacks(
            recv_callback: takeBytes, send_callback: takeControl, genmask_callback: nil, on_frame_recv_start_callback: nil,
            on_frame_recv_chunk_callback: nil, on_frame_recv_end_callback: nil, on_msg_recv_callback: takeMessage)
    }

    private static func driver(_ pointer: UnsafeMutableRawPointer?) -> SessionDriver? {
        pointer.map { Unmanaged<SessionDriver>.fromOpaque($0).takeUnretainedValue() }
    }

    private static let takeBytes: wslay_event_recv_callback = { context, memory, room, _, pointer in
        guard let driver = driver(pointer), let memory else { return -1 }
        let count = driver.receive(memory, room)
        if count < 0 { wslay_event_set_error(context, driver.isLost ? WSLAY_ERR_CALLBACK_FAILURE.code : WSLAY_ERR_WOULDBLOCK.code) }
        return count
    }

    private static let takeControl: wslay_event_send_callback = { _, bytes, count, _, pointer in
        driver(pointer)?.controls.append(contentsOf: UnsafeBufferPointer(start: bytes, count: count))
        return count
    }

    private static let takeMessage: wslay_event_on_msg_recv_callback = { context, message, pointer in
        guard let driver = driver(pointer), let message = message?.pointee else { return }
        driver.deliver(message)
    }

    private func receive(_ memory: UnsafeMutablePointer<UInt8>, _ room: Int) -> Int {
        if !early.isEmpty {
            let part = early.prefix(room)
            early = early.dropFirst(part.count)
            part.withUnsafeBufferPointer { memory.update(from: $0.baseAddress ?? UnsafePointer(memory), count: $0.count) }
            return part.count
        }
        while turn > 0 {
            let count = recv(descriptor, memory, room, Int32(MSG_DONTWAIT))
            if count > 0 {
                lastHeard = now
                turn -= count
                return count
            }
            if count < 0, errno == EINTR { continue }
            isLost = count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK)
            return -1
        }
        return -1
    }

    /// What a close frame is answered with instead of its own code (RFC 6455, sections 5.5.1 and 7.4), or nil if it is good.
    private static func fault(ofClosing bytes: UnsafeBufferPointer<UInt8>, _ code: Int) -> Int? {
        if bytes.isEmpty { return nil }
        guard bytes.count > 1 else { return 1002 }
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: break
        default: return 1002
        }
        return String(validating: bytes[2...], as: UTF8.self) == nil ? 1007 : nil
    }

    private func deliver(_ message: wslay_event_on_msg_recv_arg) {
        let bytes = UnsafeBufferPointer(start: message.msg, count: message.msg == nil ? 0 : message.msg_length)
        if message.opcode == 8, let code = SessionDriver.fault(ofClosing: bytes, Int(message.status_code)) { return fail(code) }
        guard phase == .open, let receiver else { return }
        switch message.opcode {
        case 1: receiver.received(text: bytes)
        case 2: receiver.received(binary: bytes)
        case 8:
            let reason = bytes.count > 2 ? String(decoding: bytes[2...], as: UTF8.self) : ""
            leave(message.status_code == 0 ? 1005 : Int(message.status_code), reason)
        case 9: receiver.pinged(bytes)
        default: break
        }
    }
}

extension wslay_error {
    /// The value as wslay's functions take it.
    fileprivate var code: Int32 { Int32(rawValue) }
}
