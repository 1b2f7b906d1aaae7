import CMicroHTTPD
import Pipeline
import Glibc

extension Server {
    /// The headers are there: refuse, wait for the body, or answer.
    func begin(_ method: Method, version: UnsafePointer<CChar>, _ connection: OpaquePointer, _ state: ConnectionState) -> MHD_Result {
        HeaderScan.scan(connection, into: &state.scan)
        state.began = MonotonicClock.nanoseconds()
        // An answer given now makes libmicrohttpd drop what is left of the request and close the connection. So the answer to a good
        // request waits for the next call, which comes at once where there is no body.
        if let failure = refusal(version: version, state) { return refuse(failure, method, connection, state, closing: true) }
        if state.scan.announcesBody {
            state.enter(.body, until: SystemClock.coarseMilliseconds() + Int64(limits.bodySeconds * 1000))
        }
        return .YES
    }

    private func refusal(version: UnsafePointer<CChar>, _ state: ConnectionState) -> Failure? {
        if let defect = state.scan.defect { return Failure(.badRequest, "\(defect)") }
        if strcmp(version, "HTTP/1.1") != 0, strcmp(version, "HTTP/1.0") != 0 { return Failure(.versionNotSupported) }
        if state.target.count > limits.targetSize { return Failure(.uriTooLong) }
        if state.scan.size > limits.headerSize { return Failure(.headersTooLarge) }
        if state.scan.contentLength > UInt64(limits.bodySize) { return tooLarge }
        return nil
    }

    private var tooLarge: Failure { Failure(.contentTooLarge, "the request body is larger than \(limits.bodySize) bytes") }

    /// A piece of the body: kept up to the limit, dropped beyond it, and far beyond it the connection is given up.
    func take(_ bytes: UnsafeRawBufferPointer, _ state: ConnectionState) -> MHD_Result {
        if state.refusal == nil, state.body.count + bytes.count <= limits.bodySize {
            state.body.append(contentsOf: bytes)
            return .YES
        }
        if state.refusal == nil {
            state.refusal = tooLarge
            state.body = []
        }
        state.dropped += bytes.count
        return state.dropped > limits.bodySize * 4 + (1 << 20) ? .NO : .YES
    }

    /// The request is whole.
    func answer(_ method: Method, _ connection: OpaquePointer, _ state: ConnectionState) -> MHD_Result {
        if let failure = state.refusal { return refuse(failure, method, connection, state, closing: true) }
        if let late = state.late { return conclude(late, method, connection, state) }
        state.enter(.handling, until: .max)
        state.began = MonotonicClock.nanoseconds()
        let id = state.random.nextID()
        let time = WallClock.microseconds()
        var response: Response
        do {
            let request = try Request(
                method: method, target: state.target, body: state.body, id: id, time: time, source: .connection(connection, state))
            response = router.respond(to: request)
        } catch {
            response = router.refuse(error, target: state.target, id: id, time: time)
        }
        if case .later(let work) = response.body {
            return suspend(work, headers: response.headers, id: id, time: time, connection, state)
        }
        return send(&response, id: id, method, connection, state, closing: false)
    }

    /// Lays the connection aside until its answer has been made; then libmicrohttpd calls again.
    private func suspend(
        _ work: LateWork, headers: [Header], id: RequestID, time: Int64, _ connection: OpaquePointer, _ state: ConnectionState
    ) -> MHD_Result {
        let late = LateAnswer(
            work, headers: headers, id: id, target: state.target, time: time, connection: connection, descriptor: state.descriptor)
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
