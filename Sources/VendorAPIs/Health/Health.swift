public import MarketService
public import Transport

/// Whether the server lives (`/healthz`), can answer (`/readyz`), and how it is (`/metrics`): for load balancers, supervisors and
/// Prometheus.
public enum Health {
    /// The routes.
    ///
    /// - Parameters:
    ///   - stale: feeds that are not followed as they should be, a line each; they do not keep the server from answering.
    ///   - metrics: writes the figures; on a thread that may wait.
    ///   - gate: who may read the figures.
    public static func mount(
        market: MarketService, stale: @escaping @Sendable () -> [String] = { [] }, metrics: (@Sendable (inout MetricsText) -> Void)? = nil,
        gate: KeyGate? = nil
    ) -> Mount {
        var routes = [
            Route("/healthz", summary: "200 while the process lives", answer: .body(.text)) { _ in
                Response(contentType: .text, body: .constant("ok\n"))
            },
            Route("/readyz", summary: "200 while the tapes can be read, else 503; names feeds that are stale", answer: .body(.text)) { _ in
                guard market.isReady else { throw Failure(.unavailable, "the tapes cannot be read") }
                let lines = stale().map { "stale: \($0)\n" }
                return Response(.ok, text: "ready\n" + lines.joined())
            },
        ]
        if let metrics {
            let answer: Route.Handler = { _ in
                .later { _ in
                    var text = MetricsText()
                    metrics(&text)
                    return Response(.ok, text: text.text)
                }
            }
            let (path, summary) = ("/metrics", "Figures in Prometheus' text format")
            let guarded = gate.map { gate in
                Route(path, summary: summary, answer: .body(.text), handler: gate.guarding(path) { request, _ in try answer(request) })
            }
            routes.append(guarded ?? Route(path, summary: summary, answer: .body(.text), handler: answer))
        }
        return Mount("", name: "health", summary: "Whether the server lives, can answer, and how it is", routes: routes)
    }
}
