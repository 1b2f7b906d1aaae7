public import Access
import Pipeline
public import Transport

extension OpenDService {
    /// The WebSocket that the vendors' JavaScript client connects to, by custom on a port of its own.
    ///
    /// - Parameters:
    ///   - access: the keys of vendor ``vendor``: once one was made, clients have to show theirs.
    ///   - isOpenWithoutKeys: whether everyone may ask until then; not so beyond loopback.
    public func webSocketMount(access: AccessControl, isOpenWithoutKeys: Bool) -> Mount {
        let keys = OpenDKeyring(access: access, isOpenWithoutKeys: isOpenWithoutKeys)
        return Mount(
            "",
            routes: [
                Route("/", summary: "OpenD for the JavaScript client", answer: .stream(hasEvents: false)) { request in
                    var options = WebSocketOptions()
                    options.maximumMessage = OpenDFrame.longestBody + OpenDWebMessage.questionHeader
                    return try .webSocket(request, options: options) { session in
                        OpenDWebReceiver(session: session, protocolSession: self.webSession(keys: keys, at: OpenDWebReceiver.time()))
                    }
                }
            ])
    }
}

/// Hands what comes over a WebSocket to its ``OpenDWebSession``, and back; on the thread of all sessions.
private final class OpenDWebReceiver: WebSocketReceiver {
    private let session: WebSocketSession
    private var protocolSession: OpenDWebSession

    init(session: WebSocketSession, protocolSession: OpenDWebSession) {
        self.session = session
        self.protocolSession = protocolSession
    }

    func received(binary: UnsafeBufferPointer<UInt8>) {
        // Copied: the bytes are only there for the length of the call.
        let reply = protocolSession.receive(Array(binary)[...], at: OpenDWebReceiver.time())
        if let message = reply.message { message.withUnsafeBufferPointer { _ = session.send(binary: SharedBytes($0)) } }
        if let end = reply.end { session.close(code: end.code, reason: end.reason) }
    }

    func received(text: UnsafeBufferPointer<UInt8>) { session.close(code: 1003, reason: "binary messages only") }

    func ticked(_ now: Int64) {
        if let end = protocolSession.end(at: MonotonicClock.nanoseconds()) { session.close(code: end.code, reason: end.reason) }
    }

    func closed(code: Int, reason: String) {}

    static func time() -> StreamTime {
        StreamTime(nanoseconds: MonotonicClock.nanoseconds(), microseconds: WallClock.microseconds())
    }
}
