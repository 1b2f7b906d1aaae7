/// Which proxy leads to a host: the one that was asked for, or the environment's, by curl's rules.
struct ProxyRule: Sendable {
    /// An HTTP proxy.
    struct Proxy: Sendable, Hashable {
        var host: String
        var port: UInt16
        /// `user:password` as it was written, or nil.
        var credentials: String?

        /// Where it is, as libwebsockets and libcurl take it, with a host that may have been resolved.
        func text(host resolved: String? = nil) -> String {
            let name = resolved ?? host
            return (credentials.map { $0 + "@" } ?? "") + (name.contains(":") ? "[\(name)]" : name) + ":\(port)"
        }
    }

    /// A proxy that cannot be used, as it was written.
    struct Unusable: Error { var text: String }

    private let explicit: String?
    private let secure: String?
    private let plain: String?
    private let exceptions: [String]

    /// Takes the rule from the options, or from the environment, which is read now.
    init(_ options: ClientOptions) {
        let environment = options.environment
        explicit = options.proxy
        let all = environment("all_proxy") ?? environment("ALL_PROXY")
        secure = environment("https_proxy") ?? environment("HTTPS_PROXY") ?? all
        // Not HTTP_PROXY: a web server's client can set that one.
        plain = environment("http_proxy") ?? all
        let list = environment("no_proxy") ?? environment("NO_PROXY") ?? ""
        exceptions = list.lowercased().split { $0 == "," || $0 == " " }.map(String.init)
    }

    /// The proxy to a host; nil when there is none.
    func proxy(to host: String, isSecure: Bool) throws(Unusable) -> Proxy? {
        if let explicit { return try ProxyRule.parse(explicit) }
        guard let text = isSecure ? secure : plain, !isException(host) else { return nil }
        return try ProxyRule.parse(text)
    }

    private func isException(_ host: String) -> Bool {
        exceptions.contains { entry in
            if entry == "*" { return true }
            var name = entry.hasPrefix("*.") ? entry.dropFirst(2) : entry.hasPrefix(".") ? entry.dropFirst() : entry[...]
            if name.hasPrefix("["), name.hasSuffix("]") { name = name.dropFirst().dropLast() }
            return host == name || host.hasSuffix("." + name)
        }
    }

    private static func parse(_ text: String) throws(Unusable) -> Proxy? {
        var rest = text[...]
        if rest.isEmpty { return nil }
        if let separator = rest.firstRange(ofASCII: "://") {
            guard rest[..<separator.lowerBound].lowercased() == "http" else { throw Unusable(text: text) }
            rest = rest[separator.upperBound...]
        }
        if rest.last == "/" { rest = rest.dropLast() }
        var credentials: String?
        if let at = rest.lastIndex(of: "@") {
            credentials = String(rest[..<at])
            rest = rest[rest.index(after: at)...]
        }
        guard let place = HostAndPort(rest, defaultPort: 1080) else { throw Unusable(text: text) }
        return Proxy(host: place.host, port: place.port, credentials: credentials)
    }
}
