import Glibc
public import Notices

/// Finds the route of a request and answers it: all of HTTP that needs no socket.
public struct Router: Sendable {
    /// The mounts, those with longer prefixes first.
    public let mounts: [Mount]
    private let index: [Entry]
    private let report: @Sendable (Notice) -> Void
    /// Of requests that belong to no mount.
    private let strays: RequestMeters.Meter?

    /// A mount, ready for matching. Classes here and below: a struct of this size would be copied for every request.
    private final class Entry: Sendable {
        let mount: Mount
        let prefix: [UInt8]
        /// Routes without path parameters.
        let plain: [PlainRoute]
        let hasPatterns: Bool
        let meter: RequestMeters.Meter?

        init(_ mount: Mount, _ meters: RequestMeters?) {
            self.mount = mount
            meter = meters?.meter(mount.name)
            prefix = Array(mount.prefix.utf8)
            plain = mount.routes.filter { !$0.path.contains("{") }.map { PlainRoute(path: Array((mount.prefix + $0.path).utf8), $0) }
            hasPatterns = mount.routes.contains { $0.path.contains("{") }
        }
    }

    private final class PlainRoute: Sendable {
        /// The whole path, with the mount's prefix.
        let path: [UInt8]
        let route: Route

        init(path: [UInt8], _ route: Route) {
            self.path = path
            self.route = route
        }
    }

    /// Creates a router.
    ///
    /// - Parameters:
    ///   - meters: count what is answered; nil for nothing.
    ///   - report: is told of every error that is answered with a 500, with the request's id.
    public init(_ mounts: [Mount], meters: RequestMeters? = nil, report: @escaping @Sendable (Notice) -> Void = { _ in }) {
        self.mounts = mounts.sorted { $0.prefix.utf8.count > $1.prefix.utf8.count }
        self.report = report
        index = self.mounts.map { Entry($0, meters) }
        strays = meters?.meter("none")
    }

    /// Counts an answer.
    func count(_ target: [UInt8], _ status: Status, nanoseconds: Int64) {
        guard let strays else { return }
        let pathEnd = target.firstIndex(of: UInt8(ascii: "?")) ?? target.count
        (entry(for: target, pathEnd: pathEnd)?.meter ?? strays).record(status.code, nanoseconds: nanoseconds)
    }

    /// The name of the mount that a target is for; `none` for no mount.
    func facade(of target: [UInt8]) -> String {
        entry(for: target, pathEnd: target.firstIndex(of: UInt8(ascii: "?")) ?? target.count)?.mount.name ?? "none"
    }

    /// Answers a request.
    ///
    /// HEAD is answered as GET is; whoever sends the response leaves the body out. OPTIONS lists the methods of a path.
    public func respond(to request: Request) -> Response {
        guard let entry = entry(for: request.target, pathEnd: request.pathEnd) else {
            return Mount.plainError(Failure(.notFound), request.id, request.time)
        }
        var extra: [Header] = []
        do {
            if let gate = entry.mount.gate { extra = try gate(request) }
            var response = try answer(request, entry)
            if !extra.isEmpty { response.headers += extra }
            return response
        } catch {
            return answer(to: error, entry.mount.render, id: request.id, time: request.time, headers: extra)
        }
    }

    /// Answers a request, and does at once what its answer waits for: for tests, and for answering from within.
    package func respondFully(to request: Request, cancellation: Cancellation = Cancellation()) -> Response {
        let response = respond(to: request)
        guard case .later(let work) = response.body else { return response }
        return finish(work, headers: response.headers, target: request.target, id: request.id, time: request.time, cancellation)
    }

    /// Does the work that an answer waits for; what it throws is rendered as if the handler had thrown it.
    ///
    /// - Parameter headers: those that the waiting answer has already, from its mount's gate.
    func finish(
        _ work: LateWork, headers: [Header], target: [UInt8], id: RequestID, time: Int64, _ cancellation: Cancellation
    ) -> Response {
        do {
            var response = try work.run(cancellation)
            while case .later(let more) = response.body { response = try more.run(cancellation) }
            response.headers += headers
            return response
        } catch {
            return answer(to: error, renderer(for: target), id: id, time: time, headers: headers, isAwaited: !cancellation.isCancelled)
        }
    }

    private func answer(
        to error: any Error, _ render: Mount.ErrorRenderer, id: RequestID, time: Int64, headers: [Header], isAwaited: Bool = true
    ) -> Response {
        var failure: Failure
        if let known = error as? Failure {
            failure = known
        } else if let refusing = error as? any RefusingError {
            failure = refusing.failure
        } else {
            // Nobody is told of what work throws once it has been cancelled: any error may be its way of ending.
            if isAwaited { tell(error, id) }
            failure = Failure(.internalError)
        }
        failure.headers += headers
        return render(failure, id, time)
    }

    /// Reports an error that no answer tells of.
    func tell(_ error: any Error, _ id: RequestID) { report(.error("request \(.request, id): \(error)")) }

    /// Answers a request that is refused before it can be routed, in the shape of the mount it was for.
    func refuse(_ failure: Failure, target: [UInt8], id: RequestID, time: Int64) -> Response {
        renderer(for: target)(failure, id, time)
    }

    private func renderer(for target: [UInt8]) -> Mount.ErrorRenderer {
        let pathEnd = target.firstIndex(of: UInt8(ascii: "?")) ?? target.count
        return entry(for: target, pathEnd: pathEnd)?.mount.render ?? Mount.plainError
    }

    private func entry(for target: [UInt8], pathEnd: Int) -> Entry? {
        for entry in index where pathEnd >= entry.prefix.count && Router.begins(target, with: entry.prefix) {
            // `/api` is the prefix of `/api/v1`, not of `/apiary`.
            if pathEnd == entry.prefix.count || target[entry.prefix.count] == UInt8(ascii: "/") { return entry }
        }
        return nil
    }

    private func answer(_ request: Request, _ entry: Entry) throws -> Response {
        let wanted = request.method == .head ? .get : request.method
        var allowed: [Method] = []
        for candidate in entry.plain where candidate.path.count == request.pathEnd && Router.begins(request.target, with: candidate.path) {
            if candidate.route.method == wanted { return try candidate.route.handler(request) }
            allowed.append(candidate.route.method)
        }
        if entry.hasPatterns || request.target[..<request.pathEnd].contains(UInt8(ascii: "%")) {
            let segments = try request.target[entry.prefix.count..<request.pathEnd]
                .split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
                .map { try PercentCoding.decode($0, plusIsBlank: false) }
            for route in entry.mount.routes {
                guard let values = route.match(segments: segments) else { continue }
                if route.method == wanted {
                    var request = request
                    request.matched = values
                    return try route.handler(request)
                }
                allowed.append(route.method)
            }
        }
        guard !allowed.isEmpty else { throw Failure(.notFound, "there is nothing at this path") }
        let allow = Header("Allow", Router.list(allowed))
        if wanted == .options { return Response(.noContent, headers: [allow]) }
        throw Failure(.methodNotAllowed, headers: [allow])
    }

    private static func begins(_ text: [UInt8], with start: [UInt8]) -> Bool {
        text.count >= start.count && memcmp(text, start, start.count) == 0
    }

    private static func list(_ methods: [Method]) -> String {
        let all = Set(methods + (methods.contains(.get) ? [.head] : []) + [.options])
        return Method.allCases.filter { all.contains($0) }.map(\.rawValue).joined(separator: ", ")
    }
}
