import CMicroHTTPD
import Glibc

/// What one pass over a request's headers finds: everything the server itself needs to know before a handler runs.
struct HeaderScan {
    private(set) var contentLengths = 0
    private(set) var contentLength: UInt64 = 0
    private(set) var transferEncodings = 0
    private(set) var hosts = 0
    private(set) var size = 0
    /// Why the request's framing cannot be trusted, if it cannot.
    private(set) var defect: StaticString?
    private(set) var acceptsGzip = false
    private(set) var hasConditions = false
    /// The value of the Host header, where the connection holds it for as long as the request lasts.
    private(set) var host: UnsafeRawBufferPointer?
    /// The value of the Origin header, likewise: which page a browser asks for.
    private(set) var origin: UnsafeRawBufferPointer?
    private var origins = 0

    /// Whether a body follows.
    var announcesBody: Bool { transferEncodings > 0 || contentLength > 0 }

    /// Scans the headers of a connection's request.
    static func scan(_ connection: OpaquePointer, into scan: inout HeaderScan) {
        scan = HeaderScan()
        withUnsafeMutablePointer(to: &scan) {
            _ = MHD_get_connection_values_n(connection, .HEADER_KIND, visit, $0)
        }
        scan.judge()
    }

    private static let visit: MHD_KeyValueIteratorN = { context, _, key, keySize, value, valueSize in
        guard let context, let key else { return .YES }
        context.assumingMemoryBound(to: HeaderScan.self).pointee.add(
            UnsafeBufferPointer(start: key, count: keySize), UnsafeBufferPointer(start: value, count: value == nil ? 0 : valueSize))
        return .YES
    }

    private mutating func add(_ name: UnsafeBufferPointer<CChar>, _ value: UnsafeBufferPointer<CChar>) {
        size += name.count + value.count + 4
        switch name.count {
        case 4 where HeaderScan.equal(name, "host"):
            hosts += 1
            host = UnsafeRawBufferPointer(value)
        case 5 where HeaderScan.equal(name, "range"):
            hasConditions = true
        case 6 where HeaderScan.equal(name, "origin"):
            origins += 1
            origin = UnsafeRawBufferPointer(value)
        case 13 where HeaderScan.equal(name, "if-none-match"):
            hasConditions = true
        case 14 where HeaderScan.equal(name, "content-length"):
            contentLengths += 1
            if let number = HeaderScan.number(value) { contentLength = number } else { defect = "the Content-Length is not a number" }
        case 15 where HeaderScan.equal(name, "accept-encoding"):
            acceptsGzip = acceptsGzip || HeaderScan.mentionsGzip(value)
        case 17 where HeaderScan.equal(name, "transfer-encoding"):
            transferEncodings += 1
            if !HeaderScan.equal(value, "chunked") { defect = "the only Transfer-Encoding understood is chunked" }
        default:
            break
        }
        for byte in name where byte <= 0x20 || byte == 0x7f || byte == 0x3a { defect = "a header name has characters that no name has" }
        for byte in value where byte >= 0 && byte < 0x20 && byte != 0x09 { defect = "a header value has control characters" }
    }

    /// Two readers that take different sides of these would see different requests (RFC 9112, section 11.2).
    private mutating func judge() {
        if contentLengths > 0, transferEncodings > 0 {
            defect = "a request has a Content-Length or a Transfer-Encoding, not both"
        } else if contentLengths > 1 {
            defect = "the Content-Length is given twice"
        } else if transferEncodings > 1 {
            defect = "the Transfer-Encoding is given twice"
        } else if hosts > 1 {
            defect = "the Host is given twice"
        } else if origins > 1 {
            defect = "the Origin is given twice"
        }
    }

    static func equal(_ text: UnsafeBufferPointer<CChar>, _ lowercase: StaticString) -> Bool {
        guard text.count == lowercase.utf8CodeUnitCount else { return false }
        for index in 0..<text.count where HeaderScan.lower(UInt8(bitPattern: text[index])) != lowercase.utf8Start[index] { return false }
        return true
    }

    private static func lower(_ byte: UInt8) -> UInt8 { (65...90).contains(byte) ? byte | 0x20 : byte }

    private static func number(_ text: UnsafeBufferPointer<CChar>) -> UInt64? {
        guard (1...18).contains(text.count) else { return nil }
        var number: UInt64 = 0
        for byte in text {
            guard (48...57).contains(byte) else { return nil }
            number = number * 10 + UInt64(byte - 48)
        }
        return number
    }

    /// Whether gzip is listed and not refused with `q=0`.
    static func mentionsGzip(_ value: UnsafeBufferPointer<CChar>) -> Bool {
        let text = String(decoding: UnsafeRawBufferPointer(value), as: UTF8.self).lowercased()
        for item in text.split(separator: ",") {
            let parts = item.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
            guard parts.first == "gzip" || parts.first == "*" else { continue }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.map { $0.dropFirst(2) } ?? "1"
            return !weight.allSatisfy { $0 == "0" || $0 == "." }
        }
        return false
    }
}
