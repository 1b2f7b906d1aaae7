import COpenSSL

/// A client's side of the opening handshake, checked as RFC 6455 has it (section 4.2.1).
struct WebSocketHandshake {
    /// What `Sec-WebSocket-Accept` answers.
    let accept: String
    /// The subprotocols that the client offers, as it spells them.
    let subprotocols: [String]

    init(_ request: borrowing Request) throws(Failure) {
        guard request.isWebSocketHandshake else {
            throw Failure(
                .upgradeRequired, "this is a WebSocket: connect with a WebSocket client", headers: [Header("Upgrade", "websocket")])
        }
        guard request.method == .get else { throw Failure(.badRequest, "a WebSocket handshake is a GET") }
        guard request.tokens(of: "Connection").contains("upgrade") else {
            throw Failure(.badRequest, "the Connection header does not say Upgrade")
        }
        guard request.values(of: "Sec-WebSocket-Version") == ["13"] else {
            throw Failure(.upgradeRequired, "only version 13 of WebSocket is spoken", headers: [Header("Sec-WebSocket-Version", "13")])
        }
        let keys = request.values(of: "Sec-WebSocket-Key")
        guard keys.count == 1, let key = keys.first, WebSocketHandshake.isKey(key) else {
            throw Failure(.badRequest, "Sec-WebSocket-Key has to be given once: 16 bytes in base64")
        }
        guard request.body.isEmpty else { throw Failure(.badRequest, "a WebSocket handshake has no body") }
        accept = WebSocketHandshake.accept(key)
        subprotocols = request.values(of: "Sec-WebSocket-Protocol").flatMap { $0.split(separator: ",") }.map {
            String($0.filter { $0 != " " && $0 != "\t" })
        }
    }

    /// Whether a text is 16 bytes in base64, the unused bits zero.
    static func isKey(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count == 24, bytes[22] == UInt8(ascii: "="), bytes[23] == UInt8(ascii: "=") else { return false }
        let isBase64 = bytes[..<22].allSatisfy {
            switch $0 {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "+"), UInt8(ascii: "/"):
                true
            default: false
            }
        }
        return isBase64 && "AQgw".utf8.contains(bytes[21])
    }

    /// The base64 of SHA-1 of the key and the protocol's own identifier.
    static func accept(_ key: String) -> String {
        let text = Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)
        var digest = [UInt8](repeating: 0, count: 20)
        let made = EVP_Digest(text, text.count, &digest, nil, EVP_sha1(), nil)
        precondition(made == 1, "OpenSSL has no SHA-1")
        var code = [UInt8](repeating: 0, count: 29)
        let length = EVP_EncodeBlock(&code, digest, Int32(digest.count))
        return String(decoding: code[..<Int(length)], as: UTF8.self)
    }
}
