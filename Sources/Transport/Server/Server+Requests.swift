import CMicroHTTPD
import Pipeline
import Glibc

extension Server {
    /// The headers are there: refuse, wait for the body, or answer.
    func begin(_ method: Method, version: UnsafePointer<CChar>, _ connection: OpaquePointer, _ state: ConnectionState) -> MHD_Result {
        HeaderScan.scan(connection, into: &state.scan)
        state.consumed += UInt64(millrace_mhd_header_size(connection))
        state.began = MonotonicClock.nanoseconds()
        // An answer given now makes libmicrohttpd drop what is left of the request and close the connection. So the answer to a good
        // request waits for the next call, which comes at once where there is no body.
        if let failure = refusal(version: version, state) { return refuse(failure, method, connection, state, closing: true) }
        if state.scan.announcesBody {
            state.enter(.body, until: SystemClock.coarseMilliseconds() + Int64(limits.bodySeconds * 1000))
        }
        return .YES
    }

    /// A good answer to CONNECT has no length, and a vendor's shape of an error may be one: neither is for whoever takes this for a proxy.
    func refuseTunnel(_ connection: OpaquePointer, _ state: ConnectionState) -> MHD_Result {
        state.began = MonotonicClock.nanoseconds()
        HeaderScan.scan(connection, into: &state.scan)
        let id = state.random.nextID()
        var response = Mount.plainError(Failure(.notImplemented, "this server is no proxy"), id, WallClock.microseconds())
        return send(&response, id: id, .other, connection, state, closing: true)
    }

    private func refusal(version: UnsafePointer<CChar>, _ state: ConnectionState) -> Failure? {
        if let defect = state.scan.defect { return Failure(.badRequest, "\(defect)") }
        if strcmp(version, "HTTP/1.1") != 0, strcmp(version, "HTTP/1.0") != 0 { return Failure(.versionNotSupported) }
        if state.target.count > limits.targetSize { return Failure(.uriTooLong) }
        if state.scan.size > limits.headerSize { return Failure(.headersTooLarge) }
        if state.scan.contentLength > UInt64(limits.bodySize) { return tooLarge }
        if !origins.goes(by: state.scan.host) { return OriginPolicy.wrongName }
        return nil
    }

    private var tooLarge: Failure { Failure(.contentTooLarge, "the request body is larger than \(limits.bodySize) bytes") }

    /// A piece of the body: kept up to the limit, dropped beyond it, and far beyond it the connection is given up.
    func take(_ bytes: UnsafeRawBufferPointer, _ state: ConnectionState) -> MHD_Result {
        state.consumed += UInt64(bytes.count)
        if state.refusal == nil {
            if state.body.count + bytes.count > limits.bodySize {
                state.refusal = tooLarge
            } else {
                state.body.append(contentsOf: bytes)
                held.bodies.change(by: state.body.capacity - state.bodyBytes)
                state.bodyBytes = state.body.capacity
                guard held.bodies.isExceeded else { return .YES }
                held.bodies.countShed()
                state.refusal = Failure(
                    .unavailable, "too many request bodies are on their way: try again", headers: [Header("Retry-After", "2")])
            }
            letGo(state)
            state.body = []
        }
        state.dropped += bytes.count
        return state.dropped > limits.bodySize * 4 + (1 << 20) ? .NO : .YES
    }

    /// What the request at hand holds of the server's memory is given back.
    func letGo(_ state: ConnectionState) {
        held.bodies.change(by: -state.bodyBytes)
        state.bodyBytes = 0
        held.answers.change(by: -state.answerBytes)
        state.answerBytes = 0
    }

    /// The request is whole.
    func answer(_ method: Method, _ connection: OpaquePointer, _ state: ConnectionState) -> MHD_Result {
        if let failure = state.refusal { return refuse(failure, method, connection, state, closing: true) }
        if let late = state.late { return conclude(late, method, connection, state) }
        state.enter(.handling, until: .max)
        state.began = MonotonicClock.nanoseconds()
        let id = state.random.nextID()
        let time = WallClock.microseconds()
        if var response = origins.preflight(
            method, origin: state.scan.origin, header: { Server.value($0, connection) })
        {
            return send(&response, id: id, method, connection, state, closing: false)
        }
        var response: Response
        do {
            let request = try Request(
                method: method, target: state.target, body: state.body, id: id, time: time, source: .connection(connection, state))
            response = router.respond(to: request)
        } catch {
            response = router.refuse(error, target: state.target, id: id, time: time)
        }
        if case .later(let work) = response.body {
            if state.isReleased {
                response = pool.runHere(work, headers: response.headers, target: state.target, id: id, time: time)
                return send(&response, id: id, method, connection, state, closing: false)
            }
            return suspend(work, headers: response.headers, id: id, time: time, connection, state)
        }
        return send(&response, id: id, method, connection, state, closing: false)
    }

    /// Lays the connection aside until its answer has been made; then libmicrohttpd calls again.
    private func suspend(
        _ work: LateWork, headers: [Header], id: RequestID, time: Int64, _ connection: OpaquePointer, _ state: ConnectionState
    ) -> MHD_Result {
        let late = LateAnswer(
            work, headers: headers, id: id, target: state.target, time: time, connection: connection, peer: state)
        state.late = late
        // Suspended first: the pool may be done, and resume the connection, before the next line returns.
        MHD_suspend_connection(connection)
        pool.submit(late)
        return .YES
    }

    /// The answer has been made, or the request given up.
    private func conclude(_ late: LateAnswer, _ method: Method, _ connection: OpaquePointer, _ state: ConnectionState) -> MHD_Result {
        state.late = nil
        guard var response = late.take() else { return .NO }
        return send(&response, id: late.id, method, connection, state, closing: false)
    }

    private func refuse(
        _ failure: Failure, _ method: Method, _ connection: OpaquePointer, _ state: ConnectionState, closing: Bool
    ) -> MHD_Result {
        let id = state.random.nextID()
        var response = router.refuse(failure, target: state.target, id: id, time: WallClock.microseconds())
        return send(&response, id: id, method, connection, state, closing: closing)
    }
}
