/// How a frame's body is written.
package enum OpenDFormat: UInt8, Sendable, Hashable, CaseIterable {
    case protobuf = 0
    /// JSON as protobuf spells its messages in it.
    case json = 1
}

/// A message of OpenD's protocol as it goes over TCP: a header of 44 bytes, little-endian, and a body.
///
///     0  "FT"               8  serial, 32 bits
///     2  protocol, 32 bits  12 length of the body as it is on the wire, 32 bits
///     6  format             16 SHA-1 of the body before it was encrypted
///     7  version, 0         36 eight bytes that are not used
package struct OpenDFrame: Sendable {
    /// Bytes of a header.
    package static let headerSize = 44
    /// The longest body that is taken, in bytes.
    package static let longestBody = 1 << 20

    /// What the message is about.
    package var protocolID: UInt32
    /// The format's number: an ``OpenDFormat``, or one that is not known.
    package var format: UInt8
    /// What the answer repeats.
    package var serial: UInt32
    /// SHA-1 of the body before it was encrypted.
    package var digest: OpenDHash
    /// The body as it is on the wire.
    package var body: ArraySlice<UInt8>

    /// Creates a frame.
    package init(protocolID: UInt32, format: OpenDFormat, serial: UInt32, digest: OpenDHash, body: [UInt8]) {
        self.protocolID = protocolID
        self.format = format.rawValue
        self.serial = serial
        self.digest = digest
        self.body = body[...]
    }

    private init(header: ArraySlice<UInt8>, body: ArraySlice<UInt8>) {
        protocolID = OpenDFrame.number(header, at: 2)
        format = header[header.startIndex + 6]
        serial = OpenDFrame.number(header, at: 8)
        digest = OpenDHash(header, at: header.startIndex + 16)
        self.body = body
    }

    /// What the first bytes of a stream are.
    package enum Reading: Sendable {
        /// The beginning of a frame, so far without a fault.
        case partial
        /// A frame and how many bytes it takes.
        case frame(OpenDFrame, size: Int)
        /// No frame, or one with too long a body: where the next one begins cannot be told.
        case refused
    }

    /// Reads the frame at the beginning of some bytes; what is behind it is left alone.
    ///
    /// - Complexity: O(1): nothing is copied.
    package static func read(_ bytes: ArraySlice<UInt8>, longestBody: Int = longestBody) -> Reading {
        guard bytes.prefix(2).elementsEqual("FT".utf8.prefix(bytes.count)) else { return .refused }
        guard bytes.count >= 16 else { return .partial }
        let length = Int(number(bytes, at: 12))
        guard length <= longestBody else { return .refused }
        guard bytes.count >= headerSize + length else { return .partial }
        let header = bytes.prefix(headerSize)
        return .frame(OpenDFrame(header: header, body: bytes[header.endIndex..<(header.endIndex + length)]), size: headerSize + length)
    }

    /// Appends the frame as it goes over TCP.
    package func write(to bytes: inout [UInt8]) {
        let start = OpenDFrame.begin(protocolID, format: format, serial: serial, in: &bytes)
        bytes.append(contentsOf: body)
        OpenDFrame.end(at: start, digest, in: &bytes)
    }

    // MARK: - Writing in place

    /// Appends a header as far as it is known before there is a body, and returns where it begins.
    static func begin(_ protocolID: UInt32, format: UInt8, serial: UInt32, in bytes: inout [UInt8]) -> Int {
        let start = bytes.count
        bytes.append(contentsOf: blankHeader)
        write(protocolID, over: &bytes, at: start + 2)
        bytes[start + 6] = format
        write(serial, over: &bytes, at: start + 8)
        return start
    }

    /// Completes the header that begins at `start`; what is behind it is the body.
    static func end(at start: Int, _ digest: OpenDHash, in bytes: inout [UInt8]) {
        write(UInt32(clamping: bytes.count - start - headerSize), over: &bytes, at: start + 12)
        digest.write(over: &bytes, at: start + 16)
    }

    private static let blankHeader = Array("FT".utf8) + [UInt8](repeating: 0, count: headerSize - 2)

    private static func number(_ bytes: ArraySlice<UInt8>, at offset: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[bytes.startIndex + offset + $1]) << (8 * UInt32($1)) }
    }

    private static func write(_ number: UInt32, over bytes: inout [UInt8], at start: Int) {
        for place in 0..<4 { bytes[start + place] = UInt8(truncatingIfNeeded: number >> (8 * UInt32(place))) }
    }
}
