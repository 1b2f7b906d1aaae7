import Synchronization

/// Writes the blocks of a dump into its container, in order.
final class ArchiveWriter: Sendable {
    private struct State: ~Copyable {
        var file: OutputFile
        var totals = MemberTotals()
    }

    private let path: String
    private let container: ArchiveContainer
    private let zip: ZipRecords
    private let state: Mutex<State>

    /// - Parameters:
    ///   - member: the name of the text inside a zip.
    ///   - mayPass4GiB: whether a zip needs 64-bit sizes.
    init(path: String, container: ArchiveContainer, member: String, mayPass4GiB: Bool) throws {
        self.path = path
        self.container = container
        zip = ZipRecords(name: Array(member.utf8), wide: mayPass4GiB)
        let file = try OutputFile(path: path)
        switch container {
        case .csv: break
        // No name, no time: the same text gives the same file.
        case .gz: try file.append([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3])
        case .zip: try file.append(zip.localHeader(MemberTotals()))
        }
        state = Mutex(State(file: file))
    }

    /// Appends a block, as it is and compressed (nil for a bare csv).
    func append(text: [UInt8], compressed: [UInt8]?) throws {
        try state.withLock { state in
            if let compressed {
                state.totals.crc = Deflate.crc(text, from: state.totals.crc)
                state.totals.compressedSize += UInt64(compressed.count)
            }
            state.totals.textSize += UInt64(text.count)
            try state.file.append(compressed ?? text)
        }
    }

    /// Closes the container, names the file and writes the checksum beside a zip, as Binance does for its zips.
    func finish(rows: Int, checksum isWanted: Bool = true) throws -> SimulatedArchive {
        try state.withLock { state in
            switch container {
            case .csv: break
            case .gz:
                var tail = LittleEndian()
                tail.u32(state.totals.crc)
                tail.u32(UInt32(truncatingIfNeeded: state.totals.textSize))
                try state.file.append(tail.bytes)
            case .zip:
                try state.file.append(zip.trailer(state.totals))
                try state.file.overwriteStart(zip.localHeader(state.totals))
            }
            let sha256 = try state.file.sha256()
            try state.file.finish()
            let checksumPath = container == .zip && isWanted ? path + ".CHECKSUM" : nil
            if let checksumPath {
                var checksum = try OutputFile(path: checksumPath)
                let name = path.split(separator: "/").last.map(String.init) ?? path
                try checksum.append(Array("\(sha256)  \(name)\n".utf8))
                try checksum.finish()
            }
            return SimulatedArchive(
                path: path, checksumPath: checksumPath, sha256: sha256, rows: rows, textSize: Int(state.totals.textSize))
        }
    }
}
