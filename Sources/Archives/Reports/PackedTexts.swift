/// The texts of a publisher's file: the file itself, unpacked if it is a gzip, or the members of a zip.
///
///     for text in try PackedTexts.read("DTOP_O_20260611.zip", limit: 64 << 20) { print(text.name, text.bytes.count) }
public enum PackedTexts {
    /// A text, whole.
    public struct Text: Sendable, Hashable {
        /// What it is called, without folders.
        public var name: String
        /// What it says.
        public var bytes: [UInt8]
    }

    /// Reads a file into memory.
    ///
    /// - Parameter limit: how many bytes its texts may have together, unpacked.
    /// - Throws: ``ArchiveError`` where the file cannot be read, is damaged, or is larger.
    /// - Complexity: O(bytes).
    public static func read(_ path: String, limit: Int) throws -> [Text] {
        let file = try ArchiveHandle(path: path)
        let options = ArchiveOptions()
        let head = try file.bytes(0..<min(4, file.size))
        guard head.starts(with: [0x50, 0x4b]) else {
            let stream = try Container(file, options: options).stream(file, options: options)
            return [Text(name: name(path), bytes: try all(of: stream, path: path, limit: limit))]
        }
        var room = limit
        return try ZipDirectory.members(of: file).map { member in
            guard member.size <= room else { throw tooLarge(path, limit) }
            let bytes = try all(of: BombGuard(ZipMemberStream(file, member: member), file: file, options: options), path: path, limit: room)
            room -= bytes.count
            return Text(name: name(member.name), bytes: bytes)
        }
    }

    private static func all(of stream: any ByteStream, path: String, limit: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let got = try part.withUnsafeMutableBytes { try stream.read(into: $0) }
            bytes += part[..<got]
            guard bytes.count <= limit else { throw tooLarge(path, limit) }
            if got < part.count { return bytes }
        }
    }

    private static func tooLarge(_ path: String, _ limit: Int) -> ArchiveError {
        ArchiveError(.refused, path, "is larger than \(limit >> 20) MiB unpacked, which no report of options is; name the right file")
    }

    private static func name(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }
}
