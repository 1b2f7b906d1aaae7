import Transport

/// By which names a server goes, and which web pages may read from it, as the command line says it.
struct Visitors: Sendable {
    /// Origins whose pages may read answers and streams.
    var origins: Set<WebOrigin> = []
    /// Names that a server on loopback goes by, beside addresses, `localhost` and the public URL's.
    var hosts: Set<String> = []

    /// Nobody but the server's own pages.
    init() {}

    /// The options of commands that serve.
    static let options = [
        CommandOption(
            "allow-origin", "ORIGIN",
            "A site whose pages may read answers (CORS) and streams, such as https://charts.example.com; else only the server's own may",
            repeatable: true),
        CommandOption(
            "allow-host", "NAME", "A name that clients may ask a server on loopback by, beside addresses, localhost and --public-url's",
            repeatable: true),
    ]

    init(_ arguments: Arguments) throws(UsageError) {
        for text in arguments.all("allow-origin") {
            guard text != "null" else {
                throw UsageError("--allow-origin null: every page without an address says that: serve the page from one")
            }
            guard let origin = WebOrigin(text) else {
                throw UsageError(
                    "--allow-origin \(text): write it like https://charts.example.com or http://localhost:3000, without a path")
            }
            origins.insert(origin)
        }
        for text in arguments.all("allow-host") {
            guard let name = OriginPolicy.name(text) else {
                throw UsageError("--allow-host \(text): a name is wanted, without a port")
            }
            hosts.insert(name)
        }
    }

    /// The rule of a server.
    ///
    /// On loopback a name that is none of ours is that of a page which had its own name lead here. Elsewhere names are given by others, and
    /// what is open there is open to everybody.
    func policy(publicURL: PublicURL?, isLoopback: Bool) -> OriginPolicy {
        var policy = OriginPolicy()
        policy.shared = origins
        if isLoopback { policy.names = hosts }
        if let origin = publicURL?.origin { policy.own(origin) }
        return policy
    }
}
