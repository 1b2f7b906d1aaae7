/// Takes `text/event-stream` apart as it comes in. Pure.
struct EventText {
    /// An event that is longer than an event may be.
    struct TooLong: Error {}

    /// The longest line and the longest data of an event in bytes.
    static let longest = 16 << 20

    private var line: [UInt8] = []
    private var data: [UInt8] = []
    private var hasData = false

    /// Hands on the data of each event that ends in these bytes; comments and other fields are passed over.
    mutating func take(_ bytes: UnsafeRawBufferPointer, _ event: (UnsafeRawBufferPointer) throws -> Void) throws {
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            line.append(contentsOf: rest[..<end])
            rest = rest[(end + 1)...]
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            try endLine(event)
            line.removeAll(keepingCapacity: true)
        }
        line.append(contentsOf: rest)
        guard line.count <= EventText.longest else { throw TooLong() }
    }

    private mutating func endLine(_ event: (UnsafeRawBufferPointer) throws -> Void) throws {
        guard !line.isEmpty else {
            if hasData { try data.withUnsafeBytes { try event($0) } }
            data.removeAll(keepingCapacity: true)
            hasData = false
            return
        }
        guard line.starts(with: "data:".utf8) else { return }
        if hasData { data.append(UInt8(ascii: "\n")) }
        let value = line.dropFirst(5)
        data.append(contentsOf: value.first == UInt8(ascii: " ") ? value.dropFirst() : value)
        hasData = true
        guard data.count <= EventText.longest else { throw TooLong() }
    }
}
