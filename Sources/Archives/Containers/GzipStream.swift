import CISAL

/// The text of a gzip file, of one member or several; each member's CRC-32 and size are verified.
final class GzipStream: ByteStream {
    private let file: ArchiveHandle
    private let inflater: Inflater
    private let end: Int

    init(_ file: ArchiveHandle) {
        self.file = file
        end = file.size
        inflater = Inflater(file, range: 0..<file.size, format: ISAL_GZIP)
    }

    var consumed: Int { inflater.consumed }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        var done = 0
        while done < buffer.count {
            done += try inflater.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[done...]))
            if inflater.isFinished {
                guard try hasAnotherMember() else { break }
                inflater.restart()
            }
        }
        return done
    }

    /// After a member comes the end, another member, or zeros that pad a tape or disk block.
    private func hasAnotherMember() throws -> Bool {
        let next = inflater.consumed
        guard next < end else { return false }
        let head = try file.bytes(next..<min(end, next + 2))
        if head == [0x1f, 0x8b] { return true }
        let tail = try file.bytes(next..<min(end, next + 65_536))
        guard tail.allSatisfy({ $0 == 0 }) else {
            throw ArchiveError(.damaged, file.path, "has bytes after its gzip data that are not gzip; fetch it again")
        }
        return false
    }
}
