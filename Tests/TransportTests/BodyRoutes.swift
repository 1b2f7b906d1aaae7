import Foundation
import Synchronization
import Transport

/// Routes whose bodies are made while they are sent, and the counts by which a client sees how far that went.
final class BodyRoutes: Sendable {
    private let begun = Atomic<Int>(0)
    private let givenUp = Atomic<Int>(0)
    private let paused = Atomic<Bool>(false)

    struct Broken: Error {}

    func resume() { paused.store(false, ordering: .sequentiallyConsistent) }
    func pause() { paused.store(true, ordering: .sequentiallyConsistent) }

    /// How many pieces were begun.
    var pieces: Int { begun.load(ordering: .sequentiallyConsistent) }

    /// Counts, 10,000 numbers a piece.
    private struct Numbers: BodyProducer {
        let routes: BodyRoutes
        let end: Int
        let failing: Int?
        let guardian: Guardian
        var next = 0

        mutating func produce(into piece: inout ByteBuffer, _ cancellation: Cancellation) throws -> Bool {
            routes.begun.add(1, ordering: .sequentiallyConsistent)
            while next > 100_000, routes.paused.load(ordering: .sequentiallyConsistent), !cancellation.isCancelled { usleep(1000) }
            for _ in 0..<10_000 where next < end {
                if next == failing { throw Broken() }
                piece.append("\(next)\n")
                next += 1
            }
            if next >= end { guardian.isWhole.store(true, ordering: .sequentiallyConsistent) }
            return next < end
        }
    }

    /// Notices that a body was let go before its end.
    private final class Guardian: Sendable {
        let isWhole = Atomic<Bool>(false)
        let routes: BodyRoutes

        init(_ routes: BodyRoutes) { self.routes = routes }

        deinit {
            if !isWhole.load(ordering: .sequentiallyConsistent) { routes.givenUp.add(1, ordering: .sequentiallyConsistent) }
        }
    }

    var routes: [Route] {
        [
            Route("/numbers", summary: "Counts") { [self] request in
                let end = request.query["n"].flatMap { Int($0) } ?? 0
                let failing = request.query["fail"].flatMap { Int($0) }
                return .later { [self] cancellation in
                    try .produced(
                        .text, cancellation, by: Numbers(routes: self, end: end, failing: failing, guardian: Guardian(self)))
                }
            },
            Route("/pieces", summary: "Pieces begun, and bodies given up") { [self] _ in
                Response(text: "\(pieces) \(givenUp.load(ordering: .sequentiallyConsistent))\n")
            },
            Route("/pause", summary: "Holds the making of pieces") { [self] _ in
                pause()
                return Response(text: "ok\n")
            },
            Route("/resume", summary: "Lets pieces be made") { [self] _ in
                resume()
                return Response(text: "ok\n")
            },
        ]
    }
}
