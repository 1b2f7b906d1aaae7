import Glibc
import Synchronization

/// Cuts a file's text into segments of whole lines.
protocol SegmentSource: Sendable {
    /// The next segment to work on, or nil at the end; called by one thread at a time.
    func next() throws -> SegmentJob?
    /// The text of a segment, in a buffer that the caller gives back; called concurrently.
    func load(_ job: SegmentJob) throws -> SegmentBuffer
    /// Takes a buffer back.
    func recycle(_ buffer: SegmentBuffer)
}

/// A segment before its text is needed.
enum SegmentJob: Sendable {
    /// The text itself, unpacked in order.
    case text(SegmentBuffer, consumed: Int)
    /// The lines that begin in this range of a plain file.
    case range(Range<Int>)

    /// How many bytes of the file on disk have been used once this segment is done.
    var consumed: Int {
        switch self {
        case .text(_, let consumed): consumed
        case .range(let range): range.upperBound
        }
    }
}

enum SegmentSize {
    /// How much text a segment has.
    static let target = 1 << 20
    /// The longest line that a file of trades may have.
    static let longestLine = 64 << 10

    static func lineTooLong(_ path: String) -> ArchiveError {
        ArchiveError(.unrecognised, path, "has a line of more than 64 KiB, so it is not a CSV of trades; check the file")
    }
}

/// Segments of a stream: each holds what was left of a line by the one before, and ends with a whole line.
///
/// `@unchecked Sendable`: the stream and the rest of a line are only touched by `next()`, which the pipeline never calls concurrently and
/// orders between threads by its lock.
final class StreamSegments: SegmentSource, @unchecked Sendable {
    private let path: String
    private let stream: any ByteStream
    private let pool = Pool { SegmentBuffer(capacity: SegmentSize.target + SegmentSize.longestLine + 1) }
    private var rest: [UInt8] = []
    private var ended = false

    init(_ stream: any ByteStream, path: String) {
        self.stream = stream
        self.path = path
    }

    func next() throws -> SegmentJob? {
        guard !ended else { return nil }
        let buffer = pool.take()
        let base = buffer.base
        rest.withUnsafeBytes { base.copyMemory(from: $0) }
        let room = SegmentSize.target
        let got = try stream.read(into: UnsafeMutableRawBufferPointer(rebasing: base[rest.count..<rest.count + room]))
        var end = rest.count + got
        if got < room {
            ended = true
            guard end > 0 else { return nil }
            if base[end - 1] != UInt8(ascii: "\n") {
                base[end] = UInt8(ascii: "\n")
                end += 1
            }
            buffer.text = 0..<end
            return .text(buffer, consumed: stream.consumed)
        }
        guard let last = base.lastLineEnd(before: end) else { throw SegmentSize.lineTooLong(path) }
        guard end - last - 1 <= SegmentSize.longestLine else { throw SegmentSize.lineTooLong(path) }
        rest.removeAll(keepingCapacity: true)
        rest.append(contentsOf: base[(last + 1)..<end])
        buffer.text = 0..<(last + 1)
        return .text(buffer, consumed: stream.consumed)
    }

    func load(_ job: SegmentJob) throws -> SegmentBuffer {
        guard case .text(let buffer, _) = job else { preconditionFailure("A stream makes text jobs only.") }
        return buffer
    }

    func recycle(_ buffer: SegmentBuffer) { pool.give(buffer) }
}

/// Segments of a plain file, read by the threads that work on them.
///
/// Segment k holds the lines that begin in bytes [k × target, (k + 1) × target), so nobody has to know where the others end.
final class RangeSegments: SegmentSource {
    private let file: ArchiveHandle
    private let position: Mutex<Int>
    private let pool = Pool { SegmentBuffer(capacity: 1 + SegmentSize.target + SegmentSize.longestLine + 1) }

    init(_ file: ArchiveHandle) {
        self.file = file
        position = Mutex(0)
    }

    func next() -> SegmentJob? {
        position.withLock { position in
            guard position < file.size else { return nil }
            let start = position
            position = min(file.size, start + SegmentSize.target)
            return .range(start..<position)
        }
    }

    func load(_ job: SegmentJob) throws -> SegmentBuffer {
        guard case .range(let range) = job else { preconditionFailure("A plain file makes range jobs only.") }
        let buffer = pool.take()
        let base = buffer.base
        // The byte before tells whether a line begins at the first one.
        let start = max(0, range.lowerBound - 1)
        var filled = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: base[..<(range.upperBound - start)]), at: start)
        guard filled == range.upperBound - start else {
            throw ArchiveError(.damaged, file.path, "became shorter while it was read; fetch it again")
        }
        var first = 0
        if range.lowerBound > 0 {
            guard let lineEnd = base.firstLineEnd(in: 0..<filled) else {
                buffer.text = 0..<0
                return buffer
            }
            first = lineEnd + 1
        }
        if first < filled, base[filled - 1] != UInt8(ascii: "\n") {
            filled = try finishLine(base, filled, from: range.upperBound)
        }
        buffer.text = first < filled ? first..<filled : 0..<0
        return buffer
    }

    func recycle(_ buffer: SegmentBuffer) { pool.give(buffer) }

    /// Reads on until the line that began in the segment ends; at the end of the file, ends it.
    private func finishLine(_ base: UnsafeMutableRawBufferPointer, _ filled: Int, from offset: Int) throws -> Int {
        var end = filled
        while true {
            let room = min(512, base.count - 1 - end)
            guard room > 0 else { throw SegmentSize.lineTooLong(file.path) }
            let got = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: base[end..<(end + room)]), at: offset + end - filled)
            if let lineEnd = base.firstLineEnd(in: end..<(end + got)) { return lineEnd + 1 }
            end += got
            if got < room {
                base[end] = UInt8(ascii: "\n")
                return end + 1
            }
        }
    }
}

extension UnsafeMutableRawBufferPointer {
    func firstLineEnd(in range: Range<Int>) -> Int? {
        guard let baseAddress, let found = memchr(baseAddress + range.lowerBound, 10, range.count) else { return nil }
        return UnsafeMutableRawPointer(found) - baseAddress
    }

    func lastLineEnd(before end: Int) -> Int? {
        var at = end - 1
        while at >= 0, self[at] != 10 { at -= 1 }
        return at < 0 ? nil : at
    }
}
