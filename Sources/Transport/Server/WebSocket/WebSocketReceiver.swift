/// What is told of a WebSocket session, one call after another, on the thread that runs all sessions of a server: be quick.
///
/// Bytes are only there for the length of the call.
public protocol WebSocketReceiver: AnyObject {
    /// A whole text message, of which it is known that it is UTF-8.
    func received(text: UnsafeBufferPointer<UInt8>)
    /// A whole binary message.
    func received(binary: UnsafeBufferPointer<UInt8>)
    /// A ping, which has been answered already.
    func pinged(_ bytes: UnsafeBufferPointer<UInt8>)
    /// About half a second has passed.
    ///
    /// - Parameter now: milliseconds of the monotonic clock.
    func ticked(_ now: Int64)
    /// The session is over, or about to be: told once, and the last call.
    ///
    /// - Parameters:
    ///   - code: what the client closed with, or what it is being closed with; 1005 if the client gave none, 1006 if it was lost.
    ///   - reason: the words that came with the code.
    func closed(code: Int, reason: String)
}

extension WebSocketReceiver {
    /// Texts are ignored.
    public func received(text: UnsafeBufferPointer<UInt8>) {}
    /// Binary messages are ignored.
    public func received(binary: UnsafeBufferPointer<UInt8>) {}
    /// Pings are answered, and that is all.
    public func pinged(_ bytes: UnsafeBufferPointer<UInt8>) {}
    /// Nothing is done now and then.
    public func ticked(_ now: Int64) {}
}
