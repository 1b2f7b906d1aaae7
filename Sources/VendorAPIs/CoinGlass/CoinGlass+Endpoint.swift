import Transport

extension CoinGlass {
    /// One path of the API: a route before a gate is put before it.
    struct Endpoint: Sendable {
        typealias Handler = @Sendable (borrowing Request, KeyGate.Grant) throws -> Response

        let path: String
        let parameters: [Parameter]
        let summary: String
        let handler: Handler

        init(_ path: String, _ parameters: [Parameter], _ summary: String, _ handler: @escaping Handler) {
            self.path = path
            self.parameters = parameters
            self.summary = summary
            self.handler = handler
        }

        /// The route, behind a gate; what is missing is told in the vendor's words.
        func route(behind gate: KeyGate) -> Route {
            let required = parameters.filter(\.isRequired).map(\.name)
            return Route(
                path, parameters: parameters, summary: summary,
                handler: gate.guarding(CoinGlass.prefix + path) { [handler] request, grant in
                    for name in required where request.query[name]?.isEmpty ?? true {
                        throw Failure(.badRequest, "Required String parameter '\(name)' is not present")
                    }
                    return try handler(request, grant)
                })
        }
    }
}
