extension Response.Body {
    /// Whether it is made while it is sent.
    var isStream: Bool { if case .stream = self { true } else { false } }

    /// Whether the connection outlives its answer.
    var isSession: Bool {
        switch self {
        case .webSocket, .events: true
        case .none, .bytes, .constant, .file, .stream, .later: false
        }
    }
}
