/// A file's text, front to back, in pieces of any size.
protocol ByteStream: AnyObject {
    /// Fills as much of `buffer` as there is text, and returns how many bytes that was: less than asked for only at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int
    /// How many bytes of the file on disk have been used so far.
    var consumed: Int { get }
}

/// A part of a file as it stands: a plain text, or a member that a zip stores without packing it.
final class PlainStream: ByteStream {
    private let file: ArchiveHandle
    private let range: Range<Int>
    private var position: Int

    init(_ file: ArchiveHandle, range: Range<Int>) {
        self.file = file
        self.range = range
        position = range.lowerBound
    }

    var consumed: Int { position }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let wanted = min(buffer.count, range.upperBound - position)
        guard wanted > 0 else { return 0 }
        let got = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]), at: position)
        position += got
        guard got == wanted else { throw ArchiveError(.damaged, file.path, "became shorter while it was read; fetch it again") }
        return got
    }
}
