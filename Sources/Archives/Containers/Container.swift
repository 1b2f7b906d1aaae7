/// How a file wraps its text, told from its first bytes and never from its name.
enum Container: Sendable {
    case plain
    case gzip
    case zip(ZipMember)

    /// In words, for the format line.
    var suffix: String {
        switch self {
        case .plain: ""
        case .gzip: ", in gzip"
        case .zip: ", in zip"
        }
    }

    /// Recognises the container.
    init(_ file: ArchiveHandle, options: ArchiveOptions) throws(ArchiveError) {
        let head = try file.bytes(0..<min(8, file.size))
        if head.starts(with: [0x1f, 0x8b]) {
            self = .gzip
        } else if head.starts(with: [0x50, 0x4b, 3, 4]) || head.starts(with: [0x50, 0x4b, 5, 6]) {
            let member = try ZipDirectory.member(of: file)
            try Container.refuseBomb(file, unpacked: member.size, packed: member.data.count, options: options)
            self = .zip(member)
        } else if let other = Container.foreign.first(where: { head.starts(with: $0.magic) }) {
            throw ArchiveError(.unrecognised, file.path, "is \(other.name), not a CSV, gzip or zip; \(other.advice)")
        } else {
            self = .plain
        }
    }

    /// A fresh reader of the text.
    func stream(_ file: ArchiveHandle, options: ArchiveOptions) -> any ByteStream {
        switch self {
        case .plain: PlainStream(file, range: 0..<file.size)
        case .gzip: BombGuard(GzipStream(file), file: file, options: options)
        case .zip(let member): BombGuard(ZipMemberStream(file, member: member), file: file, options: options)
        }
    }

    /// Refuses a file that unpacks to far more than trades do.
    static func refuseBomb(_ file: ArchiveHandle, unpacked: Int, packed: Int, options: ArchiveOptions) throws(ArchiveError) {
        if unpacked > options.unpackedLimit {
            throw ArchiveError(.refused, file.path, "unpacks to more than \(options.unpackedLimit >> 30) GiB; split it")
        }
        // Little files may be as repetitive as they like.
        if unpacked > 64 << 20, unpacked / options.expansionLimit > max(1, packed) {
            throw ArchiveError(
                .refused, file.path,
                "unpacks to more than \(options.expansionLimit) times its size, which trades never do; unpack it first if it is sound")
        }
    }

    private struct Foreign {
        var magic: [UInt8]
        var name: String
        var advice = "unpack it first"
    }

    private static let foreign = [
        Foreign(magic: [0x28, 0xb5, 0x2f, 0xfd], name: "a zstd file"),
        Foreign(magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a], name: "an xz file"),
        Foreign(magic: [0x42, 0x5a, 0x68], name: "a bzip2 file"),
        Foreign(magic: [0x37, 0x7a, 0xbc, 0xaf], name: "a 7z file"),
        Foreign(magic: [0x52, 0x61, 0x72, 0x21], name: "a rar file"),
        Foreign(magic: [0x50, 0x41, 0x52, 0x31], name: "a Parquet file", advice: "export it as CSV first"),
        Foreign(magic: [0x50, 0x4b, 7, 8], name: "one part of a split zip", advice: "join the parts first"),
        Foreign(magic: [0xff, 0xfe], name: "UTF-16 text", advice: "save it as UTF-8 first"),
        Foreign(magic: [0xfe, 0xff], name: "UTF-16 text", advice: "save it as UTF-8 first"),
    ]
}

/// Stops an unpacking stream as soon as it has given more than its packed bytes can honestly hold.
final class BombGuard: ByteStream {
    private let inner: any ByteStream
    private let file: ArchiveHandle
    private let options: ArchiveOptions
    private var produced = 0

    init(_ inner: any ByteStream, file: ArchiveHandle, options: ArchiveOptions) {
        self.inner = inner
        self.file = file
        self.options = options
    }

    var consumed: Int { inner.consumed }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let got = try inner.read(into: buffer)
        produced += got
        try Container.refuseBomb(file, unpacked: produced, packed: inner.consumed, options: options)
        return got
    }
}
