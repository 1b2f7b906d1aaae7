/// What web pages may have of a server, and by which names it is asked; pure.
///
/// A browser connects for any page to any address that its machine reaches, loopback too. Two things keep pages from reading what they get:
/// an answer to a page of another origin is shown to it only if the server says so, which it does for ``shared`` alone; and a stream,
/// which a browser does not check in this way, is refused to pages of another origin. A page whose own name has been made to lead here
/// (DNS rebinding) is of the same origin to the browser: it is told by its name, which is none of ``names``.
public struct OriginPolicy: Sendable {
    /// Other origins whose pages may read answers and streams.
    public var shared: Set<WebOrigin> = []
    /// The server's own origins, beside the one by which a client asks it.
    public var own: Set<WebOrigin> = []
    /// The names by which the server may be asked, beside addresses and `localhost`; nil for any.
    public var names: Set<String>?
    /// Whether streams are for pages of all origins now, where something else than the origin says who may read them.
    public var admitsAll: @Sendable () -> Bool = { false }

    /// A server that goes by any name, with streams for its own pages.
    public init() {}

    /// A name of a host as ``names`` has it; nil for what is none, or has a port.
    public static func name(_ text: String) -> String? {
        guard let authority = Authority(text.utf8), authority.port == nil else { return nil }
        return authority.host
    }

    /// Goes by a name of this URL's host, and takes its pages for the server's own.
    public mutating func own(_ origin: WebOrigin) {
        own.insert(origin)
        names?.insert(origin.authority.host)
    }

    /// Whether the server may be asked by the host of this `Host` header.
    ///
    /// - Parameter host: the header's value; nil without the header, which no browser leaves out.
    package func goes(by host: (some Collection<UInt8>)?) -> Bool {
        guard let names, let host else { return true }
        // Nearly all clients of a server on loopback ask for an address: no text is made for them.
        if Authority.isIPv4(host) { return true }
        guard let asked = Authority(host) else { return false }
        return asked.isUnmistakable || names.contains(asked.host)
    }

    /// Whether a page may open a stream.
    ///
    /// - Parameters:
    ///   - origin: the value of the `Origin` header; nil where there is none, as from all that is no browser.
    ///   - host: the value of the `Host` header.
    package func admits(origin: (some Collection<UInt8>)?, host: (some Collection<UInt8>)?) -> Bool {
        guard let origin, !admitsAll() else { return true }
        guard let page = WebOrigin(String(decoding: origin, as: UTF8.self)) else { return false }
        if shared.contains(page) || own.contains(page) { return true }
        return host.flatMap { Authority($0) }.map { page.isAt($0) } ?? false
    }

    /// The origin of a page, if that may read answers although it is not the server's own.
    package func shares(with origin: (some Collection<UInt8>)?) -> WebOrigin? {
        guard !shared.isEmpty, let origin, let page = WebOrigin(String(decoding: origin, as: UTF8.self)) else { return nil }
        return shared.contains(page) ? page : nil
    }

    static let wrongName = Failure(.misdirected, "this server does not go by that name: see --public-url and --allow-host")
    static let wrongOrigin = Failure(.forbidden, "pages of another origin may not read streams: see --allow-origin")
}

extension OriginPolicy {
    /// What a browser is told that asks, before a request, whether a page may make it; nil if it has not asked that, or may not.
    package func preflight(_ method: Method, origin: (some Collection<UInt8>)?, header: (StaticString) -> String?) -> Response? {
        guard method == .options, let page = shares(with: origin), header("Access-Control-Request-Method") != nil else { return nil }
        var headers = [Header("Access-Control-Allow-Methods", "GET, HEAD"), Header("Access-Control-Max-Age", "600")] + sharing(with: page)
        // Keys come in headers, whose names are the vendors'.
        if let names = header("Access-Control-Request-Headers"), OriginPolicy.areNames(names) {
            headers.append(Header("Access-Control-Allow-Headers", names))
        }
        return Response(.noContent, headers: headers)
    }

    /// What lets a page read an answer.
    func sharing(with page: WebOrigin) -> [Header] {
        [Header("Access-Control-Allow-Origin", page.description), Header("Access-Control-Expose-Headers", "*")]
    }

    private static func areNames(_ text: String) -> Bool {
        text.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || "-_, ".utf8.contains($0) }
    }
}
