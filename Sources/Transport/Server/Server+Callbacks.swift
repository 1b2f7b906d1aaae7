import CMicroHTTPD
import Glibc

// libmicrohttpd's callbacks. They run on its worker threads; all calls for one connection come from one thread.
extension Server {
    private static func server(_ context: UnsafeMutableRawPointer?) -> Server? {
        context.map { Unmanaged<Server>.fromOpaque($0).takeUnretainedValue() }
    }

    private static func state(_ pointer: UnsafeMutableRawPointer?) -> ConnectionState? {
        pointer.map { Unmanaged<ConnectionState>.fromOpaque($0).takeUnretainedValue() }
    }

    /// A connection begins or ends; the state is retained in between.
    static let notifyConnection: MHD_NotifyConnectionCallback = { context, connection, slot, code in
        guard let server = server(context), let connection, let slot else { return }
        if code == .CONNECTION_NOTIFY_STARTED {
            let limit = SystemClock.coarseMilliseconds() + Int64(server.limits.headerSeconds * 1000)
            let state = ConnectionState(descriptor: millrace_mhd_socket(connection), deadline: limit)
            slot.pointee = Unmanaged.passRetained(state).toOpaque()
            server.watchdog.add(state)
        } else if let pointer = slot.pointee {
            slot.pointee = nil
            let state = Unmanaged<ConnectionState>.fromOpaque(pointer).takeRetainedValue()
            server.letGo(state)
            if !state.isCut { server.lingerers.take(state.descriptor) }
            server.watchdog.remove(state)
        }
    }

    /// The request line has been read: its target is kept before libmicrohttpd takes it apart in its own, lenient way.
    static let takeTarget: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?, OpaquePointer?) -> UnsafeMutableRawPointer? = {
        context, text, connection in
        guard let server = server(context), let text, let connection else { return nil }
        let pointer = millrace_mhd_socket_context(connection)
        guard let state = state(pointer) else { return nil }
        state.reset()
        state.target.append(contentsOf: UnsafeRawBufferPointer(start: text, count: strlen(text)))
        if state.requests > 0 {
            state.enter(.headers, until: SystemClock.coarseMilliseconds() + Int64(server.limits.headerSeconds * 1000))
        }
        state.countRequest()
        return pointer
    }

    /// libmicrohttpd asks to have escapes removed in place; the router does that itself, strictly.
    static let leaveEscaped: @convention(c) (UnsafeMutableRawPointer?, OpaquePointer?, UnsafeMutablePointer<CChar>?) -> Int = {
        _, _, text in text.map { strlen($0) } ?? 0
    }

    /// A request has been answered, or given up.
    static let notifyCompleted: MHD_RequestCompletedCallback = { context, _, slot, _ in
        guard let server = server(context), let state = state(slot?.pointee) else { return }
        slot?.pointee = nil
        server.letGo(state)
        state.reset()
        state.enter(.idle, until: SystemClock.coarseMilliseconds() + Int64(server.limits.idleSeconds * 1000))
    }

    /// Takes no connections once the server has let in those that had been made before it stopped.
    static let acceptConnection: MHD_AcceptPolicyCallback = { context, _, _ in
        server(context)?.isShut == false ? .YES : .NO
    }

    /// Called once when a request's headers are there, then for each piece of its body, then once more.
    static let handleRequest: MHD_AccessHandlerCallback = { context, connection, _, method, version, bytes, size, slot in
        guard let server = server(context), let connection, let method, let version, let size, let state = state(slot?.pointee)
        else { return .NO }
        if !state.begun {
            state.begun = true
            if strcmp(method, "CONNECT") == 0 { return server.refuseTunnel(connection, state) }
            return server.begin(Method(cString: method), version: version, connection, state)
        }
        if size.pointee > 0 {
            defer { size.pointee = 0 }
            return server.take(UnsafeRawBufferPointer(start: bytes, count: size.pointee), state)
        }
        return server.answer(Method(cString: method), connection, state)
    }
}
