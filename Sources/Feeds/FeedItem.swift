/// One thing that a connection delivers, in the order in which it happened.
public enum FeedItem: Sendable, Hashable {
    /// Trades of one frame, and when it was received, in microseconds since 1970-01-01 UTC.
    case trades([FeedTrade], received: Int64)
    /// The venue is connected; nothing is subscribed yet.
    case connected
    /// The venue was lost: what it prints from now until the next ``subscribed(_:)`` may be missing.
    case disconnected(reason: String)
    /// The venue delivers these symbols from now on.
    case subscribed([String])
    /// The venue does not deliver this symbol.
    case rejected(symbol: String, reason: String)
    /// Something an operator should see.
    case notice(String)
}
