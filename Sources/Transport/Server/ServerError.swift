import Glibc

/// Why a server does not start.
public struct ServerError: Error, Sendable, CustomStringConvertible {
    enum Code: Sendable, Hashable {
        case address
        case bind(Int32)
        case start
    }

    let code: Code
    /// The host and port asked for.
    public let endpoint: String

    /// One line that says what to do.
    public var description: String {
        switch code {
        case .address: "\(endpoint) is not an address: give a numeric IPv4 or IPv6 address, or localhost"
        case .bind(EADDRINUSE): "\(endpoint) is in use: stop the other server, or choose another port (0 picks a free one)"
        case .bind(EACCES): "\(endpoint) needs privileges: choose a port above 1023"
        case .bind(let number): "cannot listen on \(endpoint): \(String(cString: strerror(number)))"
        case .start: "the server on \(endpoint) did not start: too few file descriptors or threads are left"
        }
    }
}
