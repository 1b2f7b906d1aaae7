/// What one WebSocket session may do, and how long it may take.
public struct WebSocketOptions: Sendable {
    /// The longest message that is taken, in bytes; a longer one closes the session with 1009.
    public var maximumMessage = 1 << 20
    /// How many bytes may wait for a client that reads slowly; one more closes the session with ``slowCode``.
    public var outgoingLimit = 4 << 20
    /// What a client that reads too slowly is closed with: 4000…4999.
    public var slowCode = 4008
    /// The words that go with ``slowCode``.
    public var slowReason = "too slow a reader"
    /// Seconds between two pings of the server.
    public var pingSeconds = 20.0
    /// Seconds without a byte from the client, after a ping, until the client counts as gone.
    public var pongSeconds = 20.0
    /// Seconds that a closing handshake may take.
    public var closeSeconds = 5.0

    /// The options that suit a stream of market data.
    public init() {}
}
