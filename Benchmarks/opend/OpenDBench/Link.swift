import Glibc
import VendorAPIs

/// What did not go as it should.
struct Mismatch: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// A connection that has begun as clients begin theirs.
final class Link {
    let descriptor: Int32

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        guard status == 0 else { throw Mismatch("no connection to port \(port): error \(errno)") }
        var yes: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
        let hello = Question.frame(1001) { writer in
            writer.integer(1, 300)
            writer.bytes(2, "bench".utf8)
            writer.integer(4, -1)
        }
        guard try ask(hello).body.starts(with: Answer.allIsWell) else { throw Mismatch("the beginning is refused") }
    }

    deinit { close(descriptor) }

    func send(_ bytes: ArraySlice<UInt8>) throws {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw Mismatch("the server closed: error \(errno)") }
            rest = rest.dropFirst(count)
        }
    }

    /// Sends a question and waits for its answer.
    func ask(_ question: [UInt8]) throws -> Answer {
        try send(question[...])
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            if case .frame(let frame, _) = OpenDFrame.read(bytes[...], longestBody: .max) { return try Answer(frame) }
            let count = recv(descriptor, &part, part.count, 0)
            guard count > 0 else { throw Mismatch("the server closed: error \(errno)") }
            bytes += part[..<count]
        }
    }
}

/// What is asked again and again.
enum Question {
    case alive
    case statistic(begin: String, end: String)

    /// The question as it goes over the wire.
    var frame: [UInt8] {
        switch self {
        case .alive: Question.frame(1004) { $0.integer(1, 1_781_600_000) }
        case .statistic(let begin, let end):
            // As the vendors' Python client writes dates.
            Question.frame(3301) { writer in
                writer.integer(1, 1)
                writer.integer(2, 0)
                writer.bytes(3, "\(begin) 00:00:00".utf8)
                writer.bytes(4, "\(end) 00:00:00".utf8)
            }
        }
    }

    static func frame(_ protocolID: UInt32, _ fields: (inout ProtobufWriter) -> Void) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.message(1, fields)
        var bytes: [UInt8] = []
        OpenDFrame(
            protocolID: protocolID, format: .protobuf, serial: 1, digest: OpenDDigest.sha1(writer.bytes[...]), body: writer.bytes
        ).write(to: &bytes)
        return bytes
    }
}

/// An answer that has been looked at closely.
struct Answer {
    let body: [UInt8]
    let digest: OpenDHash
    /// `retType` 0, as an answer begins that is no refusal.
    static let allIsWell: [UInt8] = [0x08, 0x00]

    init(_ frame: OpenDFrame) throws {
        guard OpenDDigest.sha1(frame.body) == frame.digest else { throw Mismatch("an answer has another hash than its header") }
        body = Array(frame.body)
        digest = frame.digest
        guard body.starts(with: Answer.allIsWell) else { throw Mismatch("refused: \(ProtobufMessage(body[...])?.text(2) ?? "")") }
    }

    /// How many rows of 3301 there are: what begins with a day's text in a message of field 3.
    var rows: Int {
        body.indices.count { place in
            place + 4 < body.count && body[place] == 0x1a && body[place + 2] == 0x0a && body[place + 3] == 10
        }
    }
}
