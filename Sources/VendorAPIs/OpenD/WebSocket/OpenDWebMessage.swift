/// A message of OpenD's protocol as it goes over a WebSocket, one in each binary message: big-endian, with a header of 20 bytes for what
/// clients send and of 44 for what they are sent.
///
///     0  "ft-v1.0", 0       20  error, 32 bits: only in what clients are sent
///     8  command, 32 bits   24  20 characters of ASCII that say which
///     12 section, 64 bits
package struct OpenDWebMessage: Sendable, Hashable {
    /// Bytes of what a client puts before a body.
    package static let questionHeader = 20
    /// Bytes of what a server puts before a body.
    package static let answerHeader = 44
    private static let sign = Array("ft-v1.0\0".utf8)

    /// What the message is about: 1 to log in, else the number of a protocol.
    package var command: UInt32
    /// What the answer repeats.
    package var section: UInt64
    /// The protobuf message.
    package var body: ArraySlice<UInt8>

    /// Creates a message.
    package init(command: UInt32, section: UInt64, body: ArraySlice<UInt8>) {
        self.command = command
        self.section = section
        self.body = body
    }

    /// Reads what a client sends; nil for what is no message.
    package init?(question bytes: ArraySlice<UInt8>) {
        guard bytes.count >= OpenDWebMessage.questionHeader, bytes.prefix(8).elementsEqual(OpenDWebMessage.sign) else { return nil }
        func number(_ range: Range<Int>) -> UInt64 { range.reduce(0) { $0 << 8 | UInt64(bytes[bytes.startIndex + $1]) } }
        self.init(
            command: UInt32(truncatingIfNeeded: number(8..<12)), section: number(12..<20),
            body: bytes.dropFirst(OpenDWebMessage.questionHeader))
    }

    /// The message as a client sends it.
    package var question: [UInt8] {
        var bytes = OpenDWebMessage.sign
        OpenDWebMessage.append(command, to: &bytes)
        OpenDWebMessage.append(section, to: &bytes)
        return bytes + body
    }

    /// The message as a server sends it.
    ///
    /// - Parameters:
    ///   - error: 0 if all is well.
    ///   - words: ASCII, of which 20 characters are sent: clients read characters, not bytes.
    package func answer(error: Int32 = 0, words: String = "") -> [UInt8] {
        var bytes = OpenDWebMessage.sign
        bytes.reserveCapacity(OpenDWebMessage.answerHeader + body.count)
        OpenDWebMessage.append(command, to: &bytes)
        OpenDWebMessage.append(section, to: &bytes)
        OpenDWebMessage.append(UInt32(bitPattern: error), to: &bytes)
        let letters = words.utf8.prefix(20)
        bytes += letters
        bytes += Array(repeating: 0, count: 20 - letters.count)
        return bytes + body
    }

    private static func append<Number: FixedWidthInteger>(_ number: Number, to bytes: inout [UInt8]) {
        for place in (0..<(Number.bitWidth / 8)).reversed() { bytes.append(UInt8(truncatingIfNeeded: number >> (8 * Number(place)))) }
    }
}
