/// The lines of a text, one at a time, without their ends; bytes that are no UTF-8 are replaced.
final class LineStream {
    private let stream: any ByteStream
    private let path: String
    private let longest: Int
    private var buffer: [UInt8]
    private var position = 0
    private var end = 0
    private var isAtEnd = false
    /// The line that was given last, from 1.
    private(set) var number = 0

    /// Reads lines of at most `longest` bytes.
    init(_ stream: any ByteStream, path: String, longest: Int) {
        self.stream = stream
        self.path = path
        self.longest = longest
        buffer = [UInt8](repeating: 0, count: max(1 << 16, 2 * longest))
    }

    /// The next line; nil at the end.
    func next() throws -> Substring? {
        while true {
            if let newline = buffer[position..<end].firstIndex(of: UInt8(ascii: "\n")) {
                defer { position = newline + 1 }
                return try line(position..<newline)
            }
            if isAtEnd {
                guard position < end else { return nil }
                defer { position = end }
                return try line(position..<end)
            }
            guard end - position <= longest else { throw tooLong() }
            try fill()
        }
    }

    private func line(_ range: Range<Int>) throws -> Substring {
        guard range.count <= longest else { throw tooLong() }
        number += 1
        var bytes = buffer[range]
        if bytes.last == UInt8(ascii: "\r") { bytes = bytes.dropLast() }
        if number == 1, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
        return Substring(String(decoding: bytes, as: UTF8.self))
    }

    private func tooLong() -> ArchiveError {
        ArchiveError(.unrecognised, path, line: number + 1, "is longer than a row of open interest; is it a CSV?")
    }

    private func fill() throws {
        buffer.replaceSubrange(0..<(end - position), with: buffer[position..<end])
        end -= position
        position = 0
        let (start, room) = (end, buffer.count - end)
        let got = try buffer.withUnsafeMutableBytes { try stream.read(into: UnsafeMutableRawBufferPointer(rebasing: $0[start...])) }
        end += got
        isAtEnd = got < room
    }
}
