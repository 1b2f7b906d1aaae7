import Glibc
import Synchronization

/// Long answers that took work to make, as files in `bars/answers/`, for whoever asks for the same again: a cache with a size.
///
/// A file's name carries a key of all that the answer was made from and the SHA-256 of its bytes. It is given out only after its bytes were
/// found to have that hash, by this process, since the file last changed: a half file or a damaged one is removed instead. Of those that do
/// not fit, the ones go that nobody asked for the longest.
///
///     if let path = store.find(key) { … } else if let draft = store.draft(key) { draft.append(bytes); draft.keep() }
public final class AnswerStore: Sendable {
    /// How many bytes are kept at most; one answer may have half of them.
    public let capacity: Int

    private let engine: String
    private let folder: String
    private let growing: GrowingFiles
    private let index: Mutex<Index>
    private let drafts = Atomic<Int>(0)
    /// How many answers may be written at once: with half of the capacity each they take as much as all that is kept.
    private static let mostDrafts = 2

    private struct Entry {
        let path: String
        let hash: String
        let size: Int
        /// What the file was like when its bytes were found to be right.
        var identity: FileIdentity?
        /// The larger, the later it was asked for.
        var used: Int
    }

    private struct Index {
        var entries: [String: Entry] = [:]
        var bytes = 0
        var uses = 0

        mutating func add(_ entry: Entry, _ key: String) {
            entries[key] = entry
            bytes += entry.size
        }

        mutating func remove(_ key: String) -> Entry? {
            let entry = entries.removeValue(forKey: key)
            bytes -= entry?.size ?? 0
            return entry
        }
    }

    /// Opens the store of a data directory, and removes what ended processes have left half written.
    ///
    /// - Parameters:
    ///   - engine: the version of what computes; answers of another one are made again.
    ///   - capacity: how many bytes are kept at most.
    public init(lake: Lake, engine: String, capacity: Int) {
        self.engine = engine
        self.capacity = capacity
        folder = lake.directory + "/bars/answers"
        growing = GrowingFiles(in: folder + "/incoming")
        var index = Index()
        for name in FileSystem.names(in: folder) {
            let parts = name.split(separator: ".", omittingEmptySubsequences: false).map { String($0) }
            guard parts.count == 2, parts[0].utf8.count == 64, parts[1].utf8.count == 64, let size = FileSystem.size(folder + "/" + name)
            else { continue }
            if let older = index.remove(parts[0]) { FileSystem.remove(older.path) }
            index.add(Entry(path: folder + "/" + name, hash: parts[1], size: size, identity: nil, used: 0), parts[0])
        }
        self.index = Mutex(index)
        makeRoom()
    }

    /// Where the file of an answer is, if it is kept and whole.
    ///
    /// - Parameter content: all that the answer is made from, and how it is written.
    /// - Complexity: O(1) for a file that this process has given out or written, else O(bytes of the file).
    package func find(_ content: String) -> String? {
        let key = key(content)
        guard
            let entry = index.withLock({ index in
                index.uses += 1
                index.entries[key]?.used = index.uses
                return index.entries[key]
            })
        else { return nil }
        if let identity = entry.identity, identity == FileIdentity(path: entry.path) { return entry.path }
        guard let descriptor = try? FileSystem.open(entry.path, O_RDONLY | O_NONBLOCK) else {
            forget(key, entry)
            return nil
        }
        defer { close(descriptor) }
        // Taken before reading: a change meanwhile is seen at the next look.
        guard let identity = FileIdentity(descriptor: descriptor),
            (try? SHA256.hexadecimal(of: descriptor, entry.path)) == entry.hash
        else {
            forget(key, entry)
            return nil
        }
        index.withLock { if $0.entries[key]?.hash == entry.hash { $0.entries[key]?.identity = identity } }
        return entry.path
    }

    /// Begins to write an answer; nil where nothing is kept, or enough are being written.
    package func draft(_ content: String) -> AnswerDraft? {
        guard capacity > 0 else { return nil }
        guard drafts.add(1, ordering: .relaxed).newValue <= AnswerStore.mostDrafts, let file = try? growing.make() else {
            drafts.subtract(1, ordering: .relaxed)
            return nil
        }
        return AnswerDraft(self, key: key(content), file.path, file.descriptor, most: capacity / 2)
    }

    /// A draft is over.
    func ended() { drafts.subtract(1, ordering: .relaxed) }

    /// Puts a finished file in its place.
    ///
    /// It is not forced to the disk: one that a power loss left half is told by its hash.
    func keep(_ temporary: String, _ descriptor: Int32, key: String, hash: String) {
        let path = "\(folder)/\(key).\(hash)"
        guard (try? FileSystem.replace(path, by: temporary)) != nil, let identity = FileIdentity(descriptor: descriptor) else { return }
        let older = index.withLock { index in
            index.uses += 1
            let older = index.remove(key)
            index.add(Entry(path: path, hash: hash, size: identity.size, identity: identity, used: index.uses), key)
            return older
        }
        if let older, older.path != path { FileSystem.remove(older.path) }
        makeRoom()
    }

    private func makeRoom() {
        let capacity = capacity
        let dropped = index.withLock { index in
            var dropped: [String] = []
            while index.bytes > capacity, let oldest = index.entries.min(by: { ($0.value.used, $0.key) < ($1.value.used, $1.key) }) {
                dropped.append(oldest.value.path)
                _ = index.remove(oldest.key)
            }
            return dropped
        }
        for path in dropped { FileSystem.remove(path) }
    }

    private func forget(_ key: String, _ entry: Entry) {
        let isHere = index.withLock { $0.entries[key]?.hash == entry.hash && $0.remove(key) != nil }
        if isHere { FileSystem.remove(entry.path) }
    }

    private func key(_ content: String) -> String { SHA256.hexadecimal(of: engine + "\n" + content) }
}
