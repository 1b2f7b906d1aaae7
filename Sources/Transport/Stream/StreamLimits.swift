/// How many connections a listener holds, and how much and how long a peer may take.
public struct StreamLimits: Sendable {
    /// How many connections may be open; those beyond are closed at once.
    public var connections = 12_000
    /// How many connections may be open from one IPv4 address, or from one IPv6 network of 64 bits; those beyond are closed at once.
    public var connectionsPerClient = 512
    /// How many bytes may wait for a session to make something of them; more ends the connection.
    public var unreadBytes = (1 << 20) + 4096
    /// How many bytes all connections together may hold: what has come and makes no whole message yet, and what peers have not taken.
    /// Beyond it those that hold the most are closed. Each thread has its part of it, which is enough for one longest message at least.
    public var heldBytes = 128 << 20
    /// Seconds in which a message has to be whole once it has begun.
    public var messageSeconds = 30.0
    /// Seconds in which a peer that is owed bytes takes some.
    public var writeSeconds = 10.0
    /// Seconds that a peer has to close its side after the last byte.
    public var closeSeconds = 5.0

    /// The limits that suit a server of many small questions.
    public init() {}

    /// What one of several threads may let its connections hold, in bytes.
    func heldBytes(ofThreads threads: Int) -> Int { max(heldBytes / threads, unreadBytes) }

    /// Seconds as nanoseconds.
    static func nanoseconds(_ seconds: Double) -> Int64 { Int64(seconds * 1_000_000_000) }
}

/// Why a listener ended a connection that its peer or its session had not.
public enum StreamCutoff: String, Sendable, Hashable, CaseIterable {
    /// There were as many connections as there may be.
    case full
    /// There were as many connections from this address as there may be.
    case client
    /// The session's deadline passed.
    case deadline
    /// A message that had begun did not become whole in time.
    case slowMessage
    /// A peer did not take what it was owed.
    case slowReader
    /// A peer that was told the last word did not close.
    case lingering
    /// More came than may wait for a session.
    case unread
    /// All connections together held too much, and this one the most.
    case crowded
}
