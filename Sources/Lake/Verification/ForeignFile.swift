import CParquet
import Glibc
import MarketModel

/// A Parquet file that no Millrace wrote, as far as its ids and times can be read.
struct ForeignFile {
    /// Ids and times, or nil if they cannot be read.
    let columns: TradeColumns?

    init(_ path: String) {
        guard let descriptor = try? FileSystem.open(path, O_RDONLY) else {
            columns = nil
            return
        }
        defer { close(descriptor) }
        var ids: UnsafeMutablePointer<Int64>?
        var times: UnsafeMutablePointer<Int64>?
        var error: UnsafeMutablePointer<CChar>?
        let rows = Int(mr_foreign_ids(descriptor, &ids, &times, &error))
        defer {
            mr_free(ids)
            mr_free(times)
            mr_free(error)
        }
        guard rows >= 0 else {
            columns = nil
            return
        }
        var columns = TradeColumns()
        columns.id = Array(UnsafeBufferPointer(start: ids, count: rows))
        columns.time = Array(UnsafeBufferPointer(start: times, count: rows))
        self.columns = columns
    }

    /// What it holds, to go behind a finding.
    var summary: String {
        guard let columns, let first = columns.time.first, let last = columns.time.last else { return "" }
        return "; it holds \(columns.count) trades from \(Timestamp.iso8601(first)) to \(Timestamp.iso8601(last))"
    }
}

extension FileSystem {
    /// The SHA-256 of a file, in hexadecimal.
    static func hash(_ path: String) throws(LakeError) -> String {
        let descriptor = try open(path, O_RDONLY)
        defer { close(descriptor) }
        let hash = SHA256()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
        defer { buffer.deallocate() }
        while true {
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            if count == 0 { return hash.hexadecimal() }
            if count > 0 {
                hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            } else if errno != EINTR {
                throw failure(path)
            }
        }
    }
}
