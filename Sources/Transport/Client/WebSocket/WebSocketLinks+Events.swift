import CWebSockets
import Pipeline
import Glibc

extension WebSocketLinks {
    // The context is the links object, which ends libwebsockets' loop before it goes.
    static let event: mr_ws_event = { context, number, handle, event, bytes, length, detail in
        guard let context else { return 0 }
        let links = Unmanaged<WebSocketLinks>.fromOpaque(context).takeUnretainedValue()
        if event == MR_WS_TICK {
            links.tick()
            return 0
        }
        guard let link = links.byNumber[number], let handle else { return 0 }
        return links.happened(link, handle, event, UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : length), detail)
    }

    private func happened(
        _ link: WebSocketLink, _ handle: OpaquePointer, _ event: Int32, _ bytes: UnsafeRawBufferPointer, _ detail: Int32
    ) -> Int32 {
        switch Int(event) {
        case MR_WS_BYTES: received(link, bytes, detail)
        case MR_WS_WRITEABLE: return write(link, handle)
        case MR_WS_PONG:
            link.isHeard = true
            if link.phase == .open { handler?.pong(link: link.id) }
        case MR_WS_HANDSHAKE: return mayUpgrade(link, handle) ? 0 : -1
        case MR_WS_OPENED: opened(link, handle)
        case MR_WS_PEER_CLOSES: peerCloses(link, code: detail, text: bytes)
        case MR_WS_FAILED: failed(link, WebSocketLinks.reason(bytes, status: detail), status: detail)
        case MR_WS_ENDED: ended(link)
        default: break
        }
        return 0
    }

    // MARK: Messages

    /// Hands on a message: straight from libwebsockets' buffer where it came in one piece, which is nearly always.
    private func received(_ link: WebSocketLink, _ bytes: UnsafeRawBufferPointer, _ detail: Int32) {
        guard link.phase == .open else { return }
        link.isHeard = true
        let isLast = detail & Int32(MR_WS_LAST) != 0
        let isFirst = detail & Int32(MR_WS_FIRST) != 0
        guard link.parts.count + bytes.count <= options.maximumMessage else {
            return fail(link, code: 1009, "a message is longer than \(options.maximumMessage) bytes")
        }
        if isFirst, isLast, !link.isInParts {
            handler?.received(link: link.id, bytes, at: WallClock.microseconds())
            return
        }
        link.parts.append(contentsOf: bytes)
        link.isInParts = !isLast
        guard isLast else { return }
        var message = [UInt8]()
        swap(&message, &link.parts)
        message.withUnsafeBytes { handler?.received(link: link.id, $0, at: WallClock.microseconds()) }
        // Its room serves the next one too, unless it was uncommonly large.
        guard link.phase == .open, message.count <= 1 << 18 else { return }
        message.removeAll(keepingCapacity: true)
        link.parts = message
    }

    private func write(_ link: WebSocketLink, _ handle: OpaquePointer) -> Int32 {
        guard link.phase == .open || link.phase == .leaving else { return 0 }
        if link.outbox.isEmpty {
            guard link.phase == .leaving else { return 0 }
            mr_ws_set_close_code(handle, link.closeCode)
            return -1
        }
        guard link.writeNext(to: handle) else { return -1 }
        if !link.outbox.isEmpty || link.phase == .leaving { mr_ws_want_write(handle) }
        return 0
    }

    // MARK: Beginnings and ends

    /// libwebsockets checks names only: a certificate for a numeric address is checked here.
    private func mayUpgrade(_ link: WebSocketLink, _ handle: OpaquePointer) -> Bool {
        link.reachedPeer = true
        guard link.url.isSecure, let address = Resolver.numeric(link.url.host), mr_ws_certificate_is_for(handle, address) == 0 else {
            return true
        }
        link.reason = "cannot connect: the certificate is not for \(address)"
        return false
    }

    private func opened(_ link: WebSocketLink, _ handle: OpaquePointer) {
        guard link.phase == .connecting else { return }
        link.handle = handle
        link.phase = .open
        link.isHeard = true
        link.lastHeard = MonotonicClock.nanoseconds()
        if !link.outbox.isEmpty { mr_ws_want_write(handle) }
        handler?.opened(link: link.id)
    }

    private func peerCloses(_ link: WebSocketLink, code: Int32, text: UnsafeRawBufferPointer) {
        guard link.phase == .open else { return }
        let words = WebSocketLinks.printable(text)
        let reason = code == 0 ? "closed by the peer" : "closed by the peer: \(code)" + (words.isEmpty ? "" : " \(words)")
        fail(link, reason)
    }

    private func ended(_ link: WebSocketLink) {
        if link.phase == .connecting { return failed(link, "cannot connect: the connection broke", status: 0) }
        byNumber[link.number] = nil
        link.handle = nil
        guard byID[link.id] === link else { return }
        byID[link.id] = nil
        link.phase = .leaving
        handler?.closed(link: link.id, reason: "the connection broke without a close frame, or the peer broke the protocol")
    }

    private static func reason(_ text: UnsafeRawBufferPointer, status: Int32) -> String {
        if status != 0, status != 101 { return "cannot connect: the upgrade was refused with HTTP \(status)" }
        let words = printable(text)
        return "cannot connect: \(words.isEmpty ? "the connection broke" : words)"
    }

    /// What a peer or libwebsockets says, short and without control characters.
    private static func printable(_ text: UnsafeRawBufferPointer) -> String {
        String(
            String.UnicodeScalarView(
                String(decoding: text.prefix(200), as: UTF8.self).unicodeScalars.map {
                    $0.properties.generalCategory == .control ? " " : $0
                }))
    }
}
