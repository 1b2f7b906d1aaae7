import MarketService
import Transport

/// The server's side of a connection of the vendors' JavaScript client over a WebSocket. Pure: messages and the time in, messages out.
///
/// A client logs in with the MD5 of its key, or with anything while no key is wanted; nothing else is taken before. What it was let in by
/// is asked for again with every question, and while it asks nothing by ``end(at:)``.
package struct OpenDWebSession {
    /// What becomes of a message.
    package struct Reply: Sendable, Hashable {
        /// What the client is sent; nil for nothing.
        package var message: [UInt8]?
        /// Why the connection ends behind it; nil if it goes on.
        package var end: End?
    }

    /// Why a connection ends, as its client is told.
    package struct End: Sendable, Hashable {
        /// The close code.
        package let code: Int
        /// The words with it.
        package let reason: String

        static let stranger = End(code: 1008, reason: "not OpenD")
        static let late = End(code: 1008, reason: "nobody logged in")
        static let unwelcome = End(code: 4001, reason: "a key is wanted, or the key was revoked")
    }

    private enum Guest {
        /// Nobody has logged in.
        case stranger
        /// Somebody has, while no key was wanted.
        case anybody
        /// Somebody with a key.
        case holder(OpenDPass)
    }

    private let connection: Int64
    private let keys: (any OpenDKeys)?
    private var desk: OpenDDesk
    private var guest = Guest.stranger
    /// When the connection ends if nobody logs in before, in nanoseconds.
    private let deadline: Int64

    /// Creates the session of a new connection.
    ///
    /// - Parameters:
    ///   - keys: what clients have to show one of; nil where anybody may ask.
    ///   - quota: how often a client without a key may ask.
    package init(
        statistics: any OptionStatistics, connection: Int64, keys: (any OpenDKeys)? = nil, quota: OpenDQuota = .vendor, at time: StreamTime
    ) {
        desk = OpenDDesk(statistics: statistics, quota: quota)
        self.connection = connection
        self.keys = keys
        deadline = time.nanoseconds + OpenDSession.patience
    }

    /// A binary message has come.
    package mutating func receive(_ bytes: ArraySlice<UInt8>, at time: StreamTime) -> Reply {
        guard let question = OpenDWebMessage(question: bytes) else { return Reply(end: .stranger) }
        if question.command == OpenDWebSession.logIn { return logIn(question, at: time) }
        if case .stranger = guest { return OpenDWebSession.refusal(question, "log in first") }
        guard isWelcome else { return OpenDWebSession.refusal(question, "invalid key", .unwelcome) }
        let answer = desk.answer(question.command, question.body, .protobuf, connection: connection, at: time)
        return OpenDWebSession.reply(to: question, answer)
    }

    /// Why the connection ends now, whatever the client says; nil if it goes on. To be asked a few times a second.
    package func end(at nanoseconds: Int64) -> End? {
        if case .stranger = guest { return nanoseconds >= deadline ? .late : nil }
        return isWelcome ? nil : .unwelcome
    }

    /// Whether what the client was let in by would let it in again.
    private var isWelcome: Bool {
        switch guest {
        case .stranger: false
        case .anybody: !(keys?.areWanted ?? false)
        case .holder(let pass): pass.isGood
        }
    }

    private static let logIn: UInt32 = 1

    private mutating func logIn(_ question: OpenDWebMessage, at time: StreamTime) -> Reply {
        guard let login = try? OpenDLogInQuestion(question.body, .protobuf) else {
            return OpenDWebSession.refusal(question, "invalid message")
        }
        // The client sends no sign of life once it is in; the WebSocket's own pings find those that are gone.
        if let keys, keys.areWanted {
            let pass = OpenDPass(keys: keys, shown: login.key)
            guard pass.isGood else { return OpenDWebSession.refusal(question, "invalid key") }
            (guest, desk.pass) = (.holder(pass), pass)
        } else {
            (guest, desk.pass) = (.anybody, nil)
        }
        return OpenDWebSession.reply(
            to: question, .loggedIn(OpenDLogInAnswer(time: time.microseconds / 1_000_000, connection: connection)))
    }

    private static func reply(to question: OpenDWebMessage, _ answer: OpenDAnswer) -> Reply {
        Reply(message: message(question, answer).answer())
    }

    /// Clients look at the header's error and at nothing else; there is a body all the same, since without one they wait for ever.
    private static func refusal(_ question: OpenDWebMessage, _ words: String, _ end: End = .stranger) -> Reply {
        let message = message(question, .refused(OpenDRefusal(words: words)))
        return Reply(message: message.answer(error: 1, words: words), end: end)
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
