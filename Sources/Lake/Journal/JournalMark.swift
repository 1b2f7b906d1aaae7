import Glibc

/// How far a journal had come, in a file of its own that is written after each commit and not forced to the disk.
///
/// It is never ahead of what was committed. So a journal that is behind its mark has lost rows: somebody removed or cut its log, or put an
/// old copy in its place.
struct JournalMark: ~Copyable {
    private let descriptor: Int32

    /// Opens or makes the file.
    init(_ path: String) throws(LakeError) {
        descriptor = try FileSystem.open(path, O_RDWR | O_CREAT)
    }

    deinit { close(descriptor) }

    /// Writes down the number of the newest batch.
    func write(_ batch: Int64) {
        var out = ByteWriter()
        out.put(fixed: UInt64(bitPattern: batch))
        let bytes = out.closed(place: 0x6D61_726B)
        // A mark that could not be written is an older one: it finds less, and is never wrong.
        _ = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    /// The number that a mark holds; 0 where there is none that can be read.
    static func read(_ path: String) -> Int64 {
        guard let descriptor = try? FileSystem.open(path, O_RDONLY) else { return 0 }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
        guard count == 16, var reader = ByteReader(bytes, place: 0x6D61_726B) else { return 0 }
        return Int64(bitPattern: reader.fixed())
    }
}
