import CMicroHTTPD
import Glibc

extension Server {
    /// The answer to a WebSocket handshake.
    func message(upgrading upgrade: WebSocketUpgrade, _ state: ConnectionState) -> OpaquePointer? {
        state.upgrade = upgrade
        guard let message = MHD_create_response_for_upgrade(Server.takeConnection, Unmanaged.passUnretained(self).toOpaque()) else {
            return nil
        }
        Server.add("Upgrade", "websocket", to: message)
        _ = upgrade.accept.withCString { MHD_add_response_header(message, Server.cString("Sec-WebSocket-Accept"), $0) }
        if let name = upgrade.subprotocol {
            _ = name.withCString { MHD_add_response_header(message, Server.cString("Sec-WebSocket-Protocol"), $0) }
        }
        return message
    }

    /// libmicrohttpd has sent the answer and hands the connection over. It still closes the socket, when it is told to.
    private static let takeConnection: MHD_UpgradeHandler = { context, _, slot, early, earlyCount, descriptor, handle in
        guard let context, let handle else { return }
        let server = Unmanaged<Server>.fromOpaque(context).takeUnretainedValue()
        guard let slot, case let state = Unmanaged<ConnectionState>.fromOpaque(slot).takeUnretainedValue(), let upgrade = state.upgrade
        else { return millrace_mhd_close_upgraded(handle) }
        state.enter(.session, until: .max)
        state.upgrade = nil
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        var yes: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
        let bytes = UnsafeRawBufferPointer(start: early, count: early == nil ? 0 : earlyCount)
        server.sessions.adopt(
            SessionLoop.Newcomer(upgrade: upgrade, descriptor: descriptor, handle: UInt(bitPattern: handle), early: Array(bytes)))
    }
}
