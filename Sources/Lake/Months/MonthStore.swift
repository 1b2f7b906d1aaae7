import Glibc
import MarketModel
import Synchronization

/// A finished file of the store.
package struct StoredFile: Sendable, Hashable {
    /// Where it is.
    package let path: String
    /// Its size in bytes.
    package let size: Int
}

/// The month files of a data directory, in `bars/`: derived from the tape, kept as long as the tape they come from stands.
///
/// A file's name carries its month, a key of what it was made from and the SHA-256 of its bytes. It is served while the key is the wanted
/// one, and only after its bytes were found to have that hash, by this process, since the file last changed. So a half file, a damaged one
/// or somebody else's is never served; it is replaced. Files appear by renaming, in one step; several processes may share the directory.
package final class MonthStore: Sendable {
    private let root: String
    private let growing: GrowingFiles
    private let verified = Mutex<[String: Verified]>([:])

    private struct Verified {
        var content: String
        var path: String
        var identity: FileIdentity
    }

    /// Opens the store of a data directory and removes what killed builders have left half written.
    package init(lake: Lake) {
        root = lake.directory + "/bars"
        growing = GrowingFiles(in: root + "/incoming")
    }

    /// The file made from `content` if this process knows that it is whole; looks at the file's status only.
    package func known(_ shelf: MonthShelf, _ month: CivilMonth, content: String) -> StoredFile? {
        guard let entry = verified.withLock({ $0[MonthStore.key(shelf, month)] }), entry.content == content,
            let now = FileIdentity(path: entry.path), now == entry.identity
        else { return nil }
        return StoredFile(path: entry.path, size: now.size)
    }

    /// The file made from `content` if it is there and whole; one that is damaged is removed.
    ///
    /// - Complexity: O(1) for a file that is known, else O(bytes of the file).
    package func find(_ shelf: MonthShelf, _ month: CivilMonth, content: String) throws -> StoredFile? {
        if let file = known(shelf, month, content: content) { return file }
        let folder = root + "/" + shelf.folder
        for name in FileSystem.names(in: folder) {
            guard let parts = MonthFileName(name), parts.month == month, parts.content == content else { continue }
            let path = folder + "/" + name
            if let file = try verify(path, parts, as: MonthStore.key(shelf, month)) { return file }
            FileSystem.remove(path)
        }
        return nil
    }

    /// Writes a file and puts it in the place of the month's older ones, which are removed; whoever is reading them is not disturbed.
    ///
    /// - Parameters:
    ///   - write: writes the file to a descriptor that it leaves open.
    ///   - isCurrent: asked when the file is finished; if it says no, the file is dropped.
    /// - Returns: the file, or nil if it was dropped.
    /// - Throws: what `write` throws, or ``LakeError``; then nothing is published.
    package func publish(
        _ shelf: MonthShelf, _ month: CivilMonth, content: String, isCurrent: () throws -> Bool = { true }, write: (Int32) throws -> Void
    ) throws -> StoredFile? {
        let folder = root + "/" + shelf.folder
        try FileSystem.makeDirectory(folder, durably: false)
        let (temporary, descriptor) = try growing.make()
        defer { close(descriptor) }
        do {
            try write(descriptor)
            guard fsync(descriptor) == 0 else { throw FileSystem.failure(temporary) }
            let name = MonthFileName(month: month, content: content, hash: try SHA256.hexadecimal(of: descriptor, temporary))
            guard try isCurrent() else {
                FileSystem.remove(temporary)
                return nil
            }
            let path = folder + "/" + name.description
            try FileSystem.replace(path, by: temporary)
            try FileSystem.synchronizeDirectory(folder)
            for other in FileSystem.names(in: folder) where other != name.description && MonthFileName(other)?.month == month {
                FileSystem.remove(folder + "/" + other)
            }
            guard let identity = FileIdentity(descriptor: descriptor) else { throw FileSystem.failure(path) }
            verified.withLock { $0[MonthStore.key(shelf, month)] = Verified(content: content, path: path, identity: identity) }
            return StoredFile(path: path, size: identity.size)
        } catch {
            FileSystem.remove(temporary)
            throw error
        }
    }

    private static func key(_ shelf: MonthShelf, _ month: CivilMonth) -> String { "\(shelf.folder) \(month)" }

    /// Reads a file and compares its bytes with their hash; nil if they differ or it cannot be opened: it may be a link to nowhere, or
    /// another process may just have replaced it.
    private func verify(_ path: String, _ name: MonthFileName, as key: String) throws -> StoredFile? {
        guard let descriptor = try? FileSystem.open(path, O_RDONLY | O_NONBLOCK) else { return nil }
        defer { close(descriptor) }
        // Taken before reading: a change meanwhile is seen at the next look.
        guard let identity = FileIdentity(descriptor: descriptor), try SHA256.hexadecimal(of: descriptor, path) == name.hash else {
            return nil
        }
        verified.withLock { $0[key] = Verified(content: name.content, path: path, identity: identity) }
        return StoredFile(path: path, size: identity.size)
    }
}
