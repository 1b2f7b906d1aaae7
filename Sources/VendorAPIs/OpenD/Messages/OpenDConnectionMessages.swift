/// 1001: who connects, and how it wants to be answered.
struct OpenDInitQuestion: OpenDQuestion {
    /// How messages are to be encrypted; nil where the client leaves it to the server.
    let algorithm: Int64?

    init(_ fields: some OpenDFieldReader) throws(OpenDRefusal) {
        guard fields.integer(1, "clientVer") != nil, fields.text(2, "clientID") != nil else { throw .malformed }
        algorithm = fields.integer(4, "packetEncAlgo")
    }

    /// The numbers of algorithms.
    enum Algorithm {
        static let none: Int64 = -1
        static let ftaes: Int64 = 0
        static let cbc: Int64 = 2
    }
}

/// 1001: what a client has to know of its connection.
struct OpenDInitAnswer: OpenDPayload {
    let identity: OpenDIdentity
    /// Whether the client is told the vector of CBC; without it, it takes the vendors' own mode.
    let hasVector: Bool

    func write<Writer: OpenDFieldWriter & ~Copyable>(to writer: inout Writer) {
        writer.integer(1, "serverVer", OpenDServerVersion.version)
        writer.long(2, "loginUserID", 0)
        writer.long(3, "connID", identity.connection)
        // Asked for even where nothing is encrypted.
        writer.text(4, "connAESKey", identity.key)
        writer.integer(5, "keepAliveInterval", OpenDServerVersion.keepAliveSeconds)
        if hasVector { writer.text(6, "aesCBCiv", identity.vector) }
    }
}

/// What the server says of itself.
enum OpenDServerVersion {
    /// 10.11, as clients write it.
    static let version: Int32 = 1011
    static let build: Int32 = 7108
    /// Clients send a sign of life after four fifths of this, and give up after 33 seconds without a message.
    static let keepAliveSeconds: Int32 = 10
}

/// 1004: a sign of life; what it says does not matter.
struct OpenDKeepAliveAnswer: OpenDPayload {
    /// Seconds since 1970-01-01 UTC.
    let time: Int64

    func write<Writer: OpenDFieldWriter & ~Copyable>(to writer: inout Writer) { writer.long(1, "time", time) }
}

/// 1002: what the server is and how it is.
struct OpenDStateAnswer: OpenDPayload {
    let connection: Int64
    /// Microseconds since 1970-01-01 UTC.
    let time: Int64

    func write<Writer: OpenDFieldWriter & ~Copyable>(to writer: inout Writer) {
        // 0: not told. Nobody here knows whether a market is open.
        writer.integer(1, "marketHK", 0)
        writer.integer(2, "marketUS", 0)
        writer.integer(3, "marketSH", 0)
        writer.integer(4, "marketSZ", 0)
        writer.integer(5, "marketHKFuture", 0)
        writer.flag(6, "qotLogined", true)
        writer.flag(7, "trdLogined", false)
        writer.integer(8, "serverVer", OpenDServerVersion.version)
        writer.integer(9, "serverBuildNo", OpenDServerVersion.build)
        writer.long(10, "time", time / 1_000_000)
        writer.double(11, "localTime", Double(time) / 1_000_000)
        // 10: ready for questions.
        writer.message(12, "programStatus") { $0.integer(1, "type", 10) }
        writer.long(16, "connID", connection)
    }
}
