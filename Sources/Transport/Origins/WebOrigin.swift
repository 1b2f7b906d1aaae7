/// Where a web page is from, as browsers say it in the `Origin` header: scheme, host and port.
public struct WebOrigin: Sendable, Hashable, CustomStringConvertible {
    /// `http`, `https`, in lower case.
    public let scheme: String
    let authority: Authority

    /// Reads `https://data.example.com` or `http://127.0.0.1:3000`: no path, and not `null`, which is what every page says that has no
    /// address.
    public init?(_ text: some StringProtocol) {
        let text = text.lowercased()
        guard let mark = text.utf8.firstIndex(of: UInt8(ascii: ":")), text[mark...].hasPrefix("://"),
            let authority = Authority(text[mark...].dropFirst(3).utf8)
        else { return nil }
        let scheme = text[..<mark]
        guard !scheme.isEmpty, scheme.utf8.allSatisfy({ (97...122).contains($0) || (48...57).contains($0) || "+-.".utf8.contains($0) })
        else { return nil }
        self.scheme = String(scheme)
        // Browsers leave out the port that a scheme has anyway.
        self.authority = authority.port == WebOrigin.usualPort(self.scheme) ? Authority(host: authority.host) : authority
    }

    /// As browsers write it.
    public var description: String { "\(scheme)://\(authority)" }

    /// Whether a client that asked this host and port, behind whatever proxy, would call that this origin.
    func isAt(_ asked: Authority) -> Bool {
        guard authority.host == asked.host else { return false }
        let usual = WebOrigin.usualPort(scheme)
        return (authority.port ?? usual) == (asked.port ?? usual)
    }

    private static func usualPort(_ scheme: String) -> Int? {
        switch scheme {
        case "http", "ws": 80
        case "https", "wss": 443
        default: nil
        }
    }
}

/// A host and perhaps a port, as a `Host` header has them.
struct Authority: Sendable, Hashable, CustomStringConvertible {
    /// A name or an address, in lower case; an IPv6 address in its brackets.
    let host: String
    let port: Int?

    init(host: String, port: Int? = nil) {
        self.host = host
        self.port = port
    }

    /// Reads `name`, `name:port`, `1.2.3.4:port` or `[::1]:port`.
    init?(_ bytes: some Collection<UInt8>) {
        var host = Array(bytes)
        var port: Int?
        let end = host.first == UInt8(ascii: "[") ? (host.firstIndex(of: UInt8(ascii: "]")) ?? 0) + 1 : 0
        if let colon = host[end...].firstIndex(of: UInt8(ascii: ":")) {
            let digits = host[(colon + 1)...]
            guard (1...5).contains(digits.count), digits.allSatisfy({ (48...57).contains($0) }),
                case let number = digits.reduce(0, { $0 * 10 + Int($1 - 48) }), number < 65536
            else { return nil }
            port = number
            host.removeSubrange(colon...)
        }
        guard !host.isEmpty, end == 0 || end == host.count, host.allSatisfy({ Authority.isHost($0, inBrackets: end > 0) })
        else { return nil }
        // A name may end in the root's dot.
        if host.count > 1, host.last == UInt8(ascii: ".") { host.removeLast() }
        self.init(host: String(decoding: host, as: UTF8.self).lowercased(), port: port)
    }

    var description: String { port.map { "\(host):\($0)" } ?? host }

    private static func isHost(_ byte: UInt8, inBrackets: Bool) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
        case UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"): inBrackets
        default: false
        }
    }

    /// Whether the host is this machine by its own word, or an address: nobody else can make such a name lead here.
    var isUnmistakable: Bool {
        host == "localhost" || host.hasSuffix(".localhost") || host.first == "[" || Authority.isIPv4(host.utf8)
    }

    /// Whether the bytes are four numbers up to 255 with dots between them, and perhaps a port behind them.
    static func isIPv4(_ bytes: some Sequence<UInt8>) -> Bool {
        var (number, digits, dots, colons) = (0, 0, 0, 0)
        for byte in bytes {
            switch byte {
            case 48...57:
                number = number * 10 + Int(byte - 48)
                digits += 1
                if digits > (colons == 0 ? 3 : 5) || (colons == 0 && number > 255) { return false }
            case UInt8(ascii: ".") where digits > 0 && dots < 3 && colons == 0:
                (number, digits, dots) = (0, 0, dots + 1)
            case UInt8(ascii: ":") where digits > 0 && dots == 3 && colons == 0:
                (number, digits, colons) = (0, 0, 1)
            default:
                return false
            }
        }
        return dots == 3 && digits > 0
    }
}
