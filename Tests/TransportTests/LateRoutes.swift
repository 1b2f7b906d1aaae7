import Foundation
import Synchronization
import Transport

/// Routes below `/api` whose answers are made off the event loops, and the counts by which a client sees what became of them.
final class LateRoutes: Sendable {
    private let released = Atomic<Bool>(true)
    private let started = Atomic<Int>(0)
    private let running = Atomic<Int>(0)
    private let cancelled = Atomic<Int>(0)

    struct Broken: Error {}

    /// How much work runs.
    var count: Int { running.load(ordering: .sequentiallyConsistent) }
    /// How much work has seen that it was cancelled.
    var cancellations: Int { cancelled.load(ordering: .sequentiallyConsistent) }

    func release() { released.store(true, ordering: .sequentiallyConsistent) }
    func hold() { released.store(false, ordering: .sequentiallyConsistent) }

    func mount(folder: String, large: String) -> Mount {
        Mount(
            "/api",
            routes: [
                // Held until /release, or until nobody wants it.
                late("/held") { [self] in Response(text: work($0, heedful: true)) },
                late("/stubborn") { [self] in Response(text: work($0, heedful: false)) },
                late("/large") { _ in Response(text: large) },
                late("/file") { _ in Response(contentType: .binary, body: .file(try FileBody(path: folder + "/file"))) },
                late("/refused") { _ in throw Failure(.forbidden, "not in the plan", headers: [Header("X-Why", "plan")]) },
                late("/broken") { _ in throw Broken() },
                late("/twice") { _ in .later { _ in Response(text: "twice\n") } },
                Route("/repeat", summary: "Repeats") { request in
                    let text = request.query["n"] ?? ""
                    return .later { _ in Response(text: text + "\n", headers: [Header("X-Work", "done")]) }
                },
                Route(.post, "/echo", summary: "Echoes") { request in
                    let body = request.body
                    return .later { _ in Response(text: String(decoding: body, as: UTF8.self)) }
                },
                now("/hold") { [self] in hold() }, now("/release") { [self] in release() }, now("/counts") {},
            ],
            gate: { _ throws(Failure) in [Header("X-Left", "7")] },
            errors: { failure, id, _ in Response(failure.status, text: "api: \(failure.message) \(id)\n", headers: failure.headers) })
    }

    private func late(_ path: String, _ work: @escaping @Sendable (Cancellation) throws -> Response) -> Route {
        Route(path, summary: "Takes long") { _ in .later(work) }
    }

    private func now(_ path: String, _ body: @escaping @Sendable () -> Void) -> Route {
        Route(path, summary: "Answers at once") { [self] _ in
            body()
            return Response(text: "\(started.load(ordering: .sequentiallyConsistent)) \(count) \(cancellations)\n")
        }
    }

    private func work(_ cancellation: Cancellation, heedful: Bool) -> String {
        started.add(1, ordering: .sequentiallyConsistent)
        running.add(1, ordering: .sequentiallyConsistent)
        defer { running.subtract(1, ordering: .sequentiallyConsistent) }
        while !released.load(ordering: .sequentiallyConsistent) {
            if heedful, cancellation.isCancelled {
                cancelled.add(1, ordering: .sequentiallyConsistent)
                return "cancelled\n"
            }
            usleep(1000)
        }
        return "worked\n"
    }
}
