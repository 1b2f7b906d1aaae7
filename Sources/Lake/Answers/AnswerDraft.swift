import Glibc

/// An answer that is written to a file while it is sent; dropped unless it is kept.
///
/// What cannot be written, or is longer than the store takes, is not kept, and nobody need care.
package final class AnswerDraft: @unchecked Sendable {
    // `@unchecked Sendable`: it belongs to one body, whose pieces are made on one thread at a time.
    private let store: AnswerStore
    private let key: String
    private let path: String
    private let descriptor: Int32
    private let most: Int
    private let hash = SHA256()
    private var size = 0
    private var isSound = true
    /// Shorter answers are as quickly made as found.
    private static let least = 1 << 20

    init(_ store: AnswerStore, key: String, _ path: String, _ descriptor: Int32, most: Int) {
        self.store = store
        self.key = key
        self.path = path
        self.descriptor = descriptor
        self.most = most
    }

    deinit {
        FileSystem.remove(path)
        close(descriptor)
        store.ended()
    }

    /// Adds the next bytes.
    package func append(_ bytes: UnsafeRawBufferPointer) {
        guard isSound else { return }
        size += bytes.count
        isSound = size <= most && FileSystem.write(bytes, to: descriptor) == 0
        if isSound { hash.update(bytes) } else { ftruncate(descriptor, 0) }
    }

    /// The answer is whole; to be called once, after the last bytes.
    package func keep() {
        guard isSound, size >= AnswerDraft.least else { return }
        store.keep(path, descriptor, key: key, hash: hash.hexadecimal())
    }
}
