/// An event as `text/event-stream` has it, encoded once for all who are sent it.
public final class ServerSentEvent: Sendable {
    /// All that stands before the data.
    let head: SharedBytes
    /// The data, which may be shared with WebSocket sessions.
    let data: SharedBytes

    /// Encodes an event.
    ///
    /// - Parameters:
    ///   - id: what a client resumes with; one line.
    ///   - name: the event's name; one line.
    ///   - data: one line, such as JSON.
    public init(id: String? = nil, name: String? = nil, data: SharedBytes) {
        var buffer = ByteBuffer(capacity: 64)
        if let id { ServerSentEvent.line("id: ", id, &buffer) }
        if let name { ServerSentEvent.line("event: ", name, &buffer) }
        buffer.append("data: ")
        head = SharedBytes(buffer)
        self.data = data
    }

    /// A line break in a field would begin another one.
    private static func line(_ name: StaticString, _ value: String, _ buffer: inout ByteBuffer) {
        buffer.append(name)
        for byte in value.utf8 where byte >= 0x20 { buffer.append(byte) }
        buffer.append("\n")
    }

    static let end = SharedBytes("\n\n")
    static let heartbeat = SharedBytes(": heartbeat\n\n")
}
