/// A `ws`, `wss`, `http` or `https` address taken apart, of bytes that may stand in a request line.
struct ClientURL: Sendable, Hashable {
    var scheme: String
    /// Without the brackets of an IPv6 address.
    var host: String
    var port: UInt16
    /// Path and query.
    var target: String

    var isSecure: Bool { scheme == "wss" || scheme == "https" }

    /// The `Host` header: with a port where it is not the scheme's own.
    var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
    }

    /// Stands where an address could not be read.
    static let nowhere = ClientURL()

    private init() { (scheme, host, port, target) = ("ws", "", 0, "/") }

    /// Nil unless the text is an address of one of the four kinds.
    init?(_ text: String, schemes: [String]) {
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), let separator = text.firstRange(ofASCII: "://") else { return nil }
        scheme = text[..<separator.lowerBound].lowercased()
        guard schemes.contains(scheme) else { return nil }
        var rest = text[separator.upperBound...]
        if let fragment = rest.firstIndex(of: "#") { rest = rest[..<fragment] }
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let path = rest[end...]
        target = path.first == "/" ? String(path) : "/" + path
        guard let parts = HostAndPort(rest[..<end], defaultPort: scheme == "wss" || scheme == "https" ? 443 : 80) else { return nil }
        host = parts.host
        port = parts.port
    }
}

/// `host`, `host:port`, `[v6]` or `[v6]:port`.
struct HostAndPort: Sendable, Hashable {
    var host: String
    var port: UInt16

    init?(_ text: Substring, defaultPort: UInt16) {
        var name = text
        var digits: Substring?
        if text.first == "[" {
            guard let bracket = text.firstIndex(of: "]") else { return nil }
            name = text[text.index(after: text.startIndex)..<bracket]
            let rest = text[text.index(after: bracket)...]
            guard rest.isEmpty || rest.first == ":" else { return nil }
            digits = rest.isEmpty ? nil : rest.dropFirst()
        } else if let colon = text.firstIndex(of: ":") {
            name = text[..<colon]
            digits = text[text.index(after: colon)...]
        }
        guard !name.isEmpty, name.utf8.count <= 253, !name.contains("@") else { return nil }
        if let digits {
            guard let number = UInt16(digits), number > 0 else { return nil }
            port = number
        } else {
            port = defaultPort
        }
        host = name.lowercased()
    }
}

extension StringProtocol {
    /// Where a short ASCII text is found first.
    func firstRange(ofASCII wanted: String) -> Range<Index>? {
        var start = startIndex
        while start != endIndex {
            if self[start...].hasPrefix(wanted) { return start..<index(start, offsetBy: wanted.count) }
            formIndex(after: &start)
        }
        return nil
    }
}
