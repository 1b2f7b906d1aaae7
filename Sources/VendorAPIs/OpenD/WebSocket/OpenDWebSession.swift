import MarketService
import Transport

/// The server's side of a connection of the vendors' JavaScript client over a WebSocket. Pure: messages and the time in, messages out.
///
/// A client logs in with the MD5 of a key that both have; nothing else is taken before.
package struct OpenDWebSession {
    /// What becomes of a message.
    package struct Reply: Sendable, Hashable {
        /// What the client is sent; nil for nothing.
        package var message: [UInt8]?
        /// Whether the connection ends behind it.
        package var isClosing = false
    }

    private let connection: Int64
    /// What clients log in with, nil where anybody may.
    private let keyHash: [UInt8]?
    private var desk: OpenDDesk
    private var isKnown = false
    /// When the connection ends if nobody logs in before, in nanoseconds.
    package private(set) var deadline: Int64

    /// Creates the session of a new connection.
    ///
    /// - Parameter key: what clients have to know; nil lets in anybody.
    package init(
        statistics: any OptionStatistics, connection: Int64, key: String? = nil, quota: OpenDQuota = .vendor, at time: StreamTime
    ) {
        desk = OpenDDesk(statistics: statistics, quota: quota)
        self.connection = connection
        keyHash = key.map { OpenDDigest.md5(hexadecimalOf: $0) }
        deadline = time.nanoseconds + OpenDSession.patience
    }

    /// A binary message has come.
    package mutating func receive(_ bytes: ArraySlice<UInt8>, at time: StreamTime) -> Reply {
        guard let question = OpenDWebMessage(question: bytes) else { return Reply(isClosing: true) }
        if question.command == OpenDWebSession.logIn { return logIn(question, at: time) }
        guard isKnown else { return OpenDWebSession.refusal(question, "log in first") }
        let answer = desk.answer(question.command, question.body, .protobuf, connection: connection, at: time)
        return OpenDWebSession.reply(to: question, answer)
    }

    private static let logIn: UInt32 = 1

    private mutating func logIn(_ question: OpenDWebMessage, at time: StreamTime) -> Reply {
        guard let login = try? OpenDLogInQuestion(question.body, .protobuf) else {
            return OpenDWebSession.refusal(question, "invalid message")
        }
        guard keyHash.map({ OpenDDigest.isEqual($0, Array(login.key.utf8)) }) ?? true else {
            return OpenDWebSession.refusal(question, "invalid key")
        }
        isKnown = true
        // The client sends no sign of life; the WebSocket's own pings find those that are gone.
        deadline = .max
        return OpenDWebSession.reply(
            to: question, .loggedIn(OpenDLogInAnswer(time: time.microseconds / 1_000_000, connection: connection)))
    }

    private static func reply(to question: OpenDWebMessage, _ answer: OpenDAnswer) -> Reply {
        Reply(message: message(question, answer).answer())
    }

    /// Clients look at the header's error and at nothing else; there is a body all the same, since without one they wait for ever.
    private static func refusal(_ question: OpenDWebMessage, _ words: String) -> Reply {
        let message = message(question, .refused(OpenDRefusal(words: words)))
        return Reply(message: message.answer(error: 1, words: words), isClosing: true)
    }

    /// The question with the answer for a body.
    private static func message(_ question: OpenDWebMessage, _ answer: OpenDAnswer) -> OpenDWebMessage {
        var (message, body) = (question, [UInt8]())
        answer.write(.protobuf, to: &body)
        message.body = body[...]
        return message
    }
}

/// 1: a client of the WebSocket logs in.
private struct OpenDLogInQuestion: OpenDQuestion {
    /// MD5 of the key in lower-case hexadecimal, or nothing.
    let key: String

    init(_ fields: some OpenDFieldReader) throws(OpenDRefusal) { key = fields.text(4, "websocketKey") ?? "" }
}

/// 1: the client is logged in.
struct OpenDLogInAnswer: OpenDPayload {
    /// Seconds since 1970-01-01 UTC.
    let time: Int64
    let connection: Int64

    func write<Writer: OpenDFieldWriter & ~Copyable>(to writer: inout Writer) {
        writer.long(1, "serverTime", time)
        writer.long(2, "connID", connection)
    }
}
