import Foundation
import Pipeline
import Testing

/// A client that asks for a stream and keeps what it is sent; it answers a WebSocket's close frame as is due.
final class StreamClient: Sendable {
    private let descriptor: Int32
    private let bytes = Condition<[UInt8]>([])

    init(port: Int, path: String) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        try #require(status == 0)
        let upgrade = path.hasSuffix("events") ? "" : "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        let key = upgrade.isEmpty ? "" : "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        let request = Array("GET \(path) HTTP/1.1\r\nHost: a\r\n\(upgrade)\(key)\r\n".utf8)
        try #require(Glibc.write(descriptor, request, request.count) == request.count)
    }

    deinit { close(descriptor) }

    var count: Int { bytes.withLock { $0.count } }

    func ends(with text: String) -> Bool { bytes.withLock { $0.suffix(text.utf8.count).elementsEqual(text.utf8) } }

    @discardableResult
    func readSome() -> Bool {
        var part = [UInt8](repeating: 0, count: 4096)
        let count = read(descriptor, &part, part.count)
        guard count > 0 else { return false }
        let isClosing = bytes.withLock { bytes in
            bytes += part[..<count]
            return bytes.suffix(16).elementsEqual("the server stops".utf8)
        }
        if isClosing {
            // A masked close frame of 1001, the mask being zero.
            let frame: [UInt8] = [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe9]
            _ = send(descriptor, frame, frame.count, Int32(MSG_NOSIGNAL))
        }
        return true
    }

    func readToEnd() { while readSome() {} }
}
