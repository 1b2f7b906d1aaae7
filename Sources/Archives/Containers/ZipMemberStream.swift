import CISAL

/// The text of a zip's one data member, with its CRC-32 and sizes verified at the end.
final class ZipMemberStream: ByteStream {
    private let file: ArchiveHandle
    private let member: ZipMember
    private let source: Source
    private var produced = 0
    private var crc: UInt32 = 0
    private var checked = false

    private enum Source {
        case stored(PlainStream)
        case deflated(Inflater)
    }

    init(_ file: ArchiveHandle, member: ZipMember) {
        self.file = file
        self.member = member
        source =
            member.isDeflated
            ? .deflated(Inflater(file, range: member.data, format: ISAL_DEFLATE)) : .stored(PlainStream(file, range: member.data))
    }

    var consumed: Int {
        switch source {
        case .stored(let stream): stream.consumed
        case .deflated(let inflater): inflater.consumed
        }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let got =
            switch source {
            case .stored(let stream): try stream.read(into: buffer)
            case .deflated(let inflater): try inflater.read(into: buffer)
            }
        if let base = buffer.baseAddress {
            crc = crc32_gzip_refl(crc, base.assumingMemoryBound(to: UInt8.self), UInt64(got))
        }
        produced += got
        guard produced <= member.size else { throw damage("it unpacks to more than its directory says") }
        if got < buffer.count { try checkEnd() }
        return got
    }

    private func checkEnd() throws {
        guard !checked else { return }
        checked = true
        guard produced == member.size else { throw damage("it unpacks to less than its directory says") }
        guard crc == member.crc else { throw damage("its contents do not match their checksum") }
        guard consumed == member.data.upperBound else { throw damage("its packed size is not what its directory says") }
    }

    private func damage(_ reason: String) -> ArchiveError {
        ArchiveError(.damaged, file.path, "is damaged: \(reason); fetch it again")
    }
}
