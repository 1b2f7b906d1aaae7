/// Why a ``WebSocketLoop`` does not start.
public struct WebSocketError: Error, Sendable, CustomStringConvertible {
    enum Code: Sendable, Hashable {
        case authorities(String)
        case start
    }

    let code: Code

    /// One line that says what to do.
    public var description: String {
        switch code {
        case .authorities(let path): "no certificates can be read from \(path): give a PEM file of certificate authorities"
        case .start: "the WebSocket client did not start: too few file descriptors, threads or too little memory are left"
        }
    }
}
