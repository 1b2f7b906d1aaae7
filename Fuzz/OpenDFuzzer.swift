import Glibc
import JSONReading
import MarketModel
import MarketService
import Transport
import VendorAPIs

/// Any bytes as what a client of OpenD sends: as a stream before and after the first message, as the body of a well-made frame of each
/// protocol and format, and as the same encrypted. Nothing traps, what is answered are whole frames with a body and its hash, and it does not
/// matter in which pieces the bytes come.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: size))
    let cut = bytes.isEmpty ? 0 : Int(bytes[0]) * bytes.count / 256
    for peer in peers {
        var (whole, parts) = (peer, peer)
        let answer = whole.send(bytes)
        precondition(parts.send(Array(bytes[..<cut])) + parts.send(Array(bytes[cut...])) == answer, "Pieces are answered otherwise.")
        precondition(whole.isClosed == parts.isClosed, "Pieces end otherwise.")
        for format in OpenDFormat.allCases {
            for protocolID in [1001, 1002, 1004, 3301, 3302] as [UInt32] {
                var one = peer
                one.check(one.send(one.frame(protocolID, bytes, format)), format)
            }
        }
        // A body that nobody encrypted.
        var raw = peer
        raw.check(raw.send(raw.frame(3301, bytes, .protobuf, sealing: false)), .protobuf)
    }
    return 0
}

/// A stranger, and clients that have begun: nothing encrypted, the vendors' own mode, CBC. Made once, since beginning takes RSA.
nonisolated(unsafe) private let peers = [Peer(), Peer(hello: -1), Peer(hello: 0), Peer(hello: 2)]

private struct Peer {
    private var session: OpenDSession
    private var cipher: OpenDCipher?
    private var unread: [UInt8] = []
    private(set) var isClosed = false
    private static let time = StreamTime(nanoseconds: 1, microseconds: 1_781_600_000_000_000)
    private static let identity = OpenDIdentity(connection: 1, key: "0123456789abcdef", vector: "fedcba9876543210")

    /// A client that has said with which cipher it goes on, or nothing yet.
    init(hello algorithm: Int64? = nil) {
        session = OpenDSession(statistics: table, identity: Peer.identity, key: key, at: Peer.time)
        guard let algorithm else { return }
        var writer = ProtobufWriter()
        writer.message(1) { fields in
            fields.integer(1, 300)
            fields.bytes(2, "fuzz".utf8)
            fields.integer(4, algorithm)
        }
        var bytes: [UInt8] = []
        OpenDFrame(
            protocolID: 1001, format: .protobuf, serial: 1, digest: OpenDDigest.sha1(writer.bytes[...]),
            body: key.seal(writer.bytes) ?? []
        ).write(to: &bytes)
        precondition(!send(bytes).isEmpty && !isClosed, "The beginning is refused.")
        let secret = Array(Peer.identity.key.utf8)
        switch algorithm {
        case 0: cipher = OpenDCipher(key: secret, mode: .ftaes)
        case 2: cipher = OpenDCipher(key: secret, mode: .cbc(vector: Array(Peer.identity.vector.utf8)))
        default: break
        }
    }

    func frame(_ protocolID: UInt32, _ body: [UInt8], _ format: OpenDFormat, sealing: Bool = true) -> [UInt8] {
        let sealed = sealing ? cipher.map { $0.seal(body) ?? [] } ?? body : body
        var bytes: [UInt8] = []
        OpenDFrame(protocolID: protocolID, format: format, serial: 1, digest: OpenDDigest.sha1(body[...]), body: sealed).write(to: &bytes)
        return bytes
    }

    /// What the session says to some bytes.
    mutating func send(_ bytes: [UInt8]) -> [UInt8] {
        unread += bytes
        var answers: [UInt8] = []
        while !isClosed, !unread.isEmpty {
            var output = StreamOutput()
            let used = session.receive(unread[...], at: Peer.time, into: &output)
            precondition((0...unread.count).contains(used), "More is used than there is.")
            unread.removeFirst(used)
            answers += output.bytes
            isClosed = output.isClosing
            if used == 0 { break }
        }
        return answers
    }

    func check(_ answers: [UInt8], _ format: OpenDFormat) {
        var rest = answers[...]
        while !rest.isEmpty {
            guard case .frame(let frame, let size) = OpenDFrame.read(rest, longestBody: .max) else { fatalError("An answer is no frame.") }
            rest = rest.dropFirst(size)
            precondition(!frame.body.isEmpty, "An answer is empty.")
            if frame.protocolID == 1001 { continue }
            guard let body = cipher == nil ? Array(frame.body) : cipher?.open(frame.body) else { fatalError("An answer is not encrypted.") }
            precondition(!body.isEmpty && OpenDDigest.sha1(body[...]) == frame.digest, "An answer has another hash.")
            switch format {
            case .protobuf:
                guard let message = ProtobufMessage(body[...]), let code = message.integer(1) else { fatalError("An answer says nothing.") }
                precondition(code == 0 || code == -1 && message.text(2)?.isEmpty == false, "An answer without words.")
            case .json:
                let isObject = body.withUnsafeBytes { try? JSONReader().read($0) { $0.kind == .object } }
                precondition(isObject == true, "An answer is no JSON.")
            }
        }
    }
}

/// Made by scripts/fuzz: a key for nothing else.
private let key: OpenDKey = {
    let descriptor = open(".build/fuzz/opend.pem", O_RDONLY)
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(descriptor, &bytes, bytes.count)
    guard count > 0, let key = try? OpenDKey(pem: Array(bytes[..<count])) else { fatalError("No .build/fuzz/opend.pem: run scripts/fuzz.") }
    return key
}()

private let table = OptionStatisticTable(
    (0..<900).compactMap { number in
        PutCallCount(calls: Int64(number % 50), puts: 3).map {
            OptionStatistic(market: .usIndices, day: CivilDate(epochDay: 19_700 + number), measure: .volume, count: $0, source: "fuzz")
        }
    })
