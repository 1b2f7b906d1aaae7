import CMicroHTTPD
import Pipeline
import Glibc

extension Server {
    /// Hands a response to libmicrohttpd.
    func send(
        _ response: inout Response, id: RequestID, _ method: Method, _ connection: OpaquePointer, _ state: ConnectionState, closing: Bool
    ) -> MHD_Result {
        var vary = false
        let isReading = method == .get || method == .head
        if case .file(let file) = response.body, response.status == .ok, isReading {
            Server.prepare(file, for: connection, hasConditions: state.scan.hasConditions, &response)
        } else if case .bytes(let payload) = response.body, response.contentType?.compressible == true {
            vary = payload.count >= limits.gzipSize
            if vary, state.scan.acceptsGzip, let smaller = Gzip.compress(payload.bytes) {
                response.body = .bytes(Payload(smaller))
                response.headers.append(Header("Content-Encoding", "gzip"))
            }
        }
        if let failure = refusal(of: response, state) {
            response = router.refuse(failure, target: state.target, id: id, time: WallClock.microseconds())
            vary = false
        }
        if case .events = response.body, method == .head { response.body = .none }
        let nanoseconds = MonotonicClock.nanoseconds() - state.began
        router.count(state.target, response.status, nanoseconds: nanoseconds)
        if let observe {
            let facade = router.facade(of: state.target)
            observe(AnsweredRequest(id, method, response.status, state, facade: facade, nanoseconds: nanoseconds))
        }
        guard let message = message(of: response, id: id, connection, state) else { return .NO }
        defer { MHD_destroy_response(message) }
        // libmicrohttpd sends a last chunk also where only the headers are wanted, and a client would take it for the next answer.
        let endsByClosing = response.body.isStream && method == .head && millrace_mhd_end_by_closing(message) == .YES
        if let type = response.contentType { Server.add("Content-Type", type.value, to: message) }
        Server.add("X-Content-Type-Options", "nosniff", to: message)
        let varies = Server.vary(encoding: vary, origin: !origins.shared.isEmpty)
        if let varies { Server.add("Vary", varies, to: message) }
        if closing || endsByClosing || isDone(state) {
            Server.add("Connection", "close", to: message)
        }
        if isReading, let page = origins.shares(with: state.scan.origin) { response.headers += origins.sharing(with: page) }
        Server.add(id, to: message)
        for header in response.headers {
            _ = header.value.withCString { MHD_add_response_header(message, Server.cString(header.name), $0) }
        }
        if case .events = response.body {
            state.enter(.session, until: .max)
            return MHD_queue_response(connection, UInt32(response.status.code), message)
        }
        if case .bytes(let payload) = response.body {
            held.answers.change(by: payload.count)
            state.answerBytes = payload.count
        }
        state.enter(.writing, until: SystemClock.coarseMilliseconds() + Int64(limits.writeSeconds * 1000))
        return MHD_queue_response(connection, UInt32(response.status.code), message)
    }

    /// What a response that is ready is refused with after all: streams to pages that may not have them, or while the server stops, and
    /// long answers while too much waits for others.
    private func refusal(of response: Response, _ state: ConnectionState) -> Failure? {
        if response.body.isSession {
            if draining { return Failure(.unavailable, "the server is stopping", headers: [Header("Retry-After", "2")]) }
            return origins.admits(origin: state.scan.origin, host: state.scan.host) ? nil : OriginPolicy.wrongOrigin
        }
        if case .stream = response.body, held.answers.isExceeded || !bodies.admits() { return Server.tooMuchSent }
        guard case .bytes(let payload) = response.body, payload.count > limits.smallAnswer,
            held.answers.held + payload.count > held.answers.limit
        else { return nil }
        held.answers.countShed()
        return Server.tooMuchSent
    }

    private static var tooMuchSent: Failure {
        Failure(.unavailable, "too many answers are on their way: try again", headers: [Header("Retry-After", "1")])
    }

    /// Whether the server stops, and nothing of what it had received on the connection by then is left to answer.
    private func isDone(_ state: ConnectionState) -> Bool {
        guard draining else { return false }
        let owed = state.owed ?? TransferCounts(descriptor: state.descriptor)?.received ?? 0
        state.owed = owed
        return state.consumed >= owed
    }

    private static func vary(encoding: Bool, origin: Bool) -> StaticString? {
        switch (encoding, origin) {
        case (true, true): "Accept-Encoding, Origin"
        case (true, false): "Accept-Encoding"
        case (false, true): "Origin"
        case (false, false): nil
        }
    }

    private func message(of response: Response, id: RequestID, _ connection: OpaquePointer, _ state: ConnectionState) -> OpaquePointer? {
        switch response.body {
        case .none:
            return MHD_create_response_from_buffer(0, nil, .RESPMEM_PERSISTENT)
        case .constant(let text):
            return MHD_create_response_from_buffer(
                text.utf8CodeUnitCount, UnsafeMutableRawPointer(mutating: text.utf8Start), .RESPMEM_PERSISTENT)
        case .bytes(let payload):
            // libmicrohttpd frees the memory when the response has been sent.
            return MHD_create_response_from_buffer(payload.count, payload.release(), .RESPMEM_MUST_FREE)
        case .file(let file):
            return MHD_create_response_from_fd_at_offset64(UInt64(file.sending.count), file.release(), UInt64(file.sending.lowerBound))
        case .later:
            // Answered before it comes here.
            return nil
        case .stream(let stream):
            return self.message(producing: stream, id: id, connection, state)
        case .webSocket(let upgrade):
            return self.message(upgrading: upgrade, state)
        case .events(let source):
            return self.message(streaming: source, connection, state)
        }
    }

    /// Settles which bytes of a file are sent: all, a range, or none because the client has them.
    private static func prepare(_ file: FileBody, for connection: OpaquePointer, hasConditions: Bool, _ response: inout Response) {
        let modified = HTTPDate.text(file.modified)
        response.headers.append(Header("Accept-Ranges", "bytes"))
        response.headers.append(Header("ETag", file.entityTag))
        response.headers.append(Header("Last-Modified", modified))
        guard hasConditions else { return }
        if let known = value("If-None-Match", connection), known == "*" || known.contains(file.entityTag) {
            response.status = .notModified
            response.body = .none
            response.contentType = nil
            return
        }
        // With If-Range a range is only given of the very file the client began with, which a weak tag does not tell.
        if let wanted = value("If-Range", connection), wanted != file.entityTag || wanted.hasPrefix("W/"), wanted != modified { return }
        switch ByteRange(header: value("Range", connection), size: file.size) {
        case .whole:
            break
        case .part(let range):
            response.status = .partialContent
            response.headers.append(Header("Content-Range", "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(file.size)"))
            file.sending = range
        case .unsatisfiable:
            response = Response(.rangeNotSatisfiable, headers: [Header("Content-Range", "bytes */\(file.size)")])
        }
    }

    static func value(_ name: StaticString, _ connection: OpaquePointer) -> String? {
        MHD_lookup_connection_value(connection, .HEADER_KIND, cString(name)).map { String(cString: $0) }
    }

    static func add(_ name: StaticString, _ value: StaticString, to message: OpaquePointer) {
        MHD_add_response_header(message, cString(name), cString(value))
    }

    private static func add(_ id: RequestID, to message: OpaquePointer) {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 37) { text in
            id.write(to: text)
            MHD_add_response_header(message, cString("X-Request-Id"), text.baseAddress)
        }
    }

    static func cString(_ text: StaticString) -> UnsafePointer<CChar> {
        UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
    }
}
