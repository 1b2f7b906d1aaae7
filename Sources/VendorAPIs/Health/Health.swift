public import MarketService
public import Transport

/// Whether the server lives (`/healthz`) and can answer (`/readyz`): for load balancers and supervisors.
public enum Health {
    /// The routes.
    public static func mount(market: MarketService) -> Mount {
        Mount(
            "",
            routes: [
                Route("/healthz", summary: "200 while the process lives") { _ in
                    Response(contentType: .text, body: .constant("ok\n"))
                },
                Route("/readyz", summary: "200 while the tapes can be read, else 503") { _ in
                    guard market.isReady else { throw Failure(.unavailable, "the tapes cannot be read") }
                    return Response(contentType: .text, body: .constant("ready\n"))
                },
            ])
    }
}
