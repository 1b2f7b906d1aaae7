import MarketService
import Transport

/// What a connection is told about itself; made of random numbers where the session is made.
package struct OpenDIdentity: Sendable, Hashable {
    /// The connection's number, zero or more; clients of several servers keep keys by it, so it has to be another one everywhere.
    package var connection: Int64
    /// The key of AES: 16 characters of ASCII.
    package var key: String
    /// The vector of CBC: 16 characters of ASCII.
    package var vector: String

    /// Creates an identity.
    package init(connection: Int64, key: String, vector: String) {
        self.connection = connection
        self.key = key
        self.vector = vector
    }
}

/// The server's side of a connection of Futu's or moomoo's clients over TCP. Pure: bytes and the time in, bytes out.
///
/// Nothing but 1001 is taken first, and that once. What cannot be told from damage closes without a word, so that a stranger does not learn
/// whether it was the key, the padding or the hash that did not fit.
public struct OpenDSession: ByteSession {
    private enum Phase {
        /// Nobody has said who it is.
        case new
        /// Questions are answered.
        case ready(OpenDCipher?)
    }

    /// Nanoseconds in which a connection has to say who it is.
    static let patience: Int64 = 30_000_000_000
    /// Nanoseconds without a message after which a connection is given up: clients do so themselves after 33 seconds.
    static let silence: Int64 = 40_000_000_000
    /// The longest first message, in bytes; a longer one would be 32 and more operations of RSA for anybody.
    static let longestInit = 4096

    private let identity: OpenDIdentity
    private let key: OpenDKey?
    private let demandsKey: Bool
    private var desk: OpenDDesk
    private var phase = Phase.new
    /// When the connection ends if no whole message comes before.
    public private(set) var deadline: Int64

    /// Creates the session of a new connection.
    ///
    /// - Parameters:
    ///   - key: what encrypted connections begin with; nil where none can be taken.
    ///   - demandsKey: whether clients without the key are refused.
    ///   - quota: how often the connection may ask.
    package init(
        statistics: any OptionStatistics, identity: OpenDIdentity, key: OpenDKey? = nil, demandsKey: Bool = false,
        quota: OpenDQuota = .vendor, at time: StreamTime
    ) {
        desk = OpenDDesk(statistics: statistics, quota: quota)
        self.identity = identity
        self.key = key
        self.demandsKey = demandsKey
        deadline = time.nanoseconds + OpenDSession.patience
    }

    /// Answers every whole frame.
    public mutating func receive(_ bytes: ArraySlice<UInt8>, at time: StreamTime, into output: inout StreamOutput) -> Int {
        var rest = bytes
        while !output.isFull, !output.isClosing {
            switch OpenDFrame.read(rest, longestBody: longestBody) {
            case .partial: return bytes.count - rest.count
            case .refused: output.close()
            case .frame(let frame, let size):
                rest = rest.dropFirst(size)
                take(frame, at: time, into: &output)
            }
        }
        return bytes.count - rest.count
    }

    private var longestBody: Int {
        if case .new = phase { OpenDSession.longestInit } else { OpenDFrame.longestBody }
    }

    private mutating func take(_ frame: OpenDFrame, at time: StreamTime, into output: inout StreamOutput) {
        guard let format = OpenDFormat(rawValue: frame.format) else { return output.close() }
        switch phase {
        case .new:
            guard frame.protocolID == OpenDProtocol.initConnect else { return output.close() }
            begin(frame, format, at: time, into: &output)
        case .ready(let cipher):
            guard frame.protocolID != OpenDProtocol.initConnect, let body = OpenDSession.plain(frame, cipher) else {
                return output.close()
            }
            deadline = time.nanoseconds + OpenDSession.silence
            let answer = desk.answer(frame.protocolID, body, format, connection: identity.connection, at: time)
            send(answer, to: frame, format, seal: cipher.map { cipher in { cipher.seal($0) } }, into: &output)
        }
    }

    /// A frame's body as the client wrote it, if it is what the hash says.
    private static func plain(_ frame: OpenDFrame, _ cipher: OpenDCipher?) -> ArraySlice<UInt8>? {
        guard let body = cipher == nil ? frame.body : cipher?.open(frame.body)?[...] else { return nil }
        return OpenDDigest.sha1(body) == frame.digest ? body : nil
    }

    // MARK: - The first message

    /// Clients with a key file encrypt the first message even where they want nothing encrypted, so its bytes tell whether it is.
    private mutating func begin(_ frame: OpenDFrame, _ format: OpenDFormat, at time: StreamTime, into output: inout StreamOutput) {
        let isSealed = OpenDDigest.sha1(frame.body) != frame.digest
        let body = isSealed ? key?.open(frame.body)?[...] : frame.body
        guard let body, !isSealed || OpenDDigest.sha1(body) == frame.digest, let question = try? OpenDInitQuestion(body, format)
        else { return output.close() }
        // What an unencrypted client would like to have encrypted does not matter: without the key it could not read it.
        let algorithm = isSealed ? question.algorithm ?? OpenDInitQuestion.Algorithm.ftaes : OpenDInitQuestion.Algorithm.none
        var answer = OpenDAnswer.begun(OpenDInitAnswer(identity: identity, hasVector: algorithm == OpenDInitQuestion.Algorithm.cbc))
        let secret = Array(identity.key.utf8)
        switch algorithm {
        case _ where demandsKey && !isSealed: answer = .refused(.key)
        case OpenDInitQuestion.Algorithm.none: phase = .ready(nil)
        case OpenDInitQuestion.Algorithm.cbc:
            phase = .ready(OpenDCipher(key: secret, mode: .cbc(vector: Array(identity.vector.utf8))))
        case OpenDInitQuestion.Algorithm.ftaes: phase = .ready(OpenDCipher(key: secret, mode: .ftaes))
        default: answer = .refused(.cipher)
        }
        // Clients whose beginning was refused leave the connection open and come again; this one then ends in its time.
        if case .ready = phase { deadline = time.nanoseconds + OpenDSession.silence }
        let isPlain = algorithm == OpenDInitQuestion.Algorithm.none
        send(answer, to: frame, format, seal: isPlain ? nil : { [key] body in key?.seal(body) }, into: &output)
    }

    /// Sends an answer with the protocol and the serial of its question, by which clients know it.
    ///
    /// - Parameter seal: encrypts a body; nil where it goes as it is.
    private func send(
        _ answer: OpenDAnswer, to frame: OpenDFrame, _ format: OpenDFormat, seal: (([UInt8]) -> [UInt8]?)?, into output: inout StreamOutput
    ) {
        // Written where it is sent from: the header's hash is filled in when there is a body to take it of.
        let start = OpenDFrame.begin(frame.protocolID, format: frame.format, serial: frame.serial, in: &output.bytes)
        let bodyStart = output.bytes.count
        answer.write(format, to: &output.bytes)
        let digest = OpenDDigest.sha1(output.bytes[bodyStart...])
        if let seal {
            let body = Array(output.bytes[bodyStart...])
            guard let sealed = seal(body) else {
                output.bytes.removeLast(output.bytes.count - start)
                return output.close()
            }
            output.bytes.replaceSubrange(bodyStart..., with: sealed)
        }
        OpenDFrame.end(at: start, digest, in: &output.bytes)
    }
}
