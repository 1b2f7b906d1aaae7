/// What happens to the links of a ``WebSocketLoop``. Every call is made on the loop's thread.
public protocol WebSocketHandler: AnyObject {
    /// A link is open.
    func opened(link: Int)

    /// A whole text or binary message.
    ///
    /// - Parameters:
    ///   - bytes: valid during the call.
    ///   - received: microseconds since 1970 UTC, taken when the last of its bytes had been read from the socket.
    func received(link: Int, _ bytes: UnsafeRawBufferPointer, at received: Int64)

    /// The answer to a ping.
    func pong(link: Int)

    /// A link has ended, or could not be opened; once for each, and never after ``WebSocketLoop/close(link:)``.
    func closed(link: Int, reason: String)

    /// Time has passed.
    ///
    /// - Parameter now: nanoseconds of CLOCK_MONOTONIC.
    func tick(now: Int64)

    /// All messages that had come in by now were handed on: what they brought can be passed on in one go.
    func drained()
}

extension WebSocketHandler {
    /// Nothing is kept back.
    public func drained() {}
}
