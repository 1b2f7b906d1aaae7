import Glibc

/// How clients connect to others: whom they trust, which way they go, and how long and how much they take.
public struct ClientOptions: Sendable {
    /// A PEM file of the authorities to trust in place of the system's.
    public var caFile: String?
    /// `http://[user:password@]host:port`; empty for none; nil for what `https_proxy`, `http_proxy`, `all_proxy` and `no_proxy` say.
    public var proxy: String?
    /// Where those variables are read, when a client is made: the process's environment.
    public var environment: @Sendable (String) -> String? = { getenv($0).map { String(cString: $0) } }
    /// The `User-Agent` of requests.
    public var userAgent = "millrace"
    /// The longest WebSocket message in bytes; a link that gets a longer one is closed with code 1009.
    public var maximumMessage = 4 << 20
    /// The longest HTTP body in bytes, unpacked.
    public var maximumBody = 64 << 20
    /// Seconds until a connection is up: name, TCP, TLS, and the upgrade of a WebSocket.
    public var connectSeconds = 10
    /// Seconds until an HTTP answer is whole.
    public var totalSeconds = 60
    /// Seconds without a byte after which a WebSocket's peer counts as gone; it is pinged at half of them.
    public var silenceSeconds = 180

    /// Creates options with the defaults.
    public init() {}
}
