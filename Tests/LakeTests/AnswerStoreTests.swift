import Foundation
import Lake
import TestSupport
import Testing

@Suite struct AnswerStoreTests {
    let folder: Folder
    let lake: Lake

    init() throws {
        folder = try Folder()
        lake = try Lake(directory: folder.data("lake"), create: true)
    }

    private func store(_ megabytes: Int = 16, engine: String = "1") -> AnswerStore {
        AnswerStore(lake: lake, engine: engine, capacity: megabytes << 20)
    }

    /// Writes an answer of some megabytes, all of one byte.
    @discardableResult
    private func write(_ content: String, _ byte: UInt8, megabytes: Int = 2, to store: AnswerStore, keep: Bool = true) -> Bool {
        guard let draft = store.draft(content) else { return false }
        let piece = [UInt8](repeating: byte, count: 1 << 20)
        for _ in 0..<megabytes { piece.withUnsafeBytes { draft.append($0) } }
        if keep { draft.keep() }
        return true
    }

    private func bytes(_ content: String, in store: AnswerStore) throws -> Data? {
        try store.find(content).map { try Data(contentsOf: URL(filePath: $0)) }
    }

    private var files: [String] {
        let all = FileManager.default.enumerator(atPath: lake.directory + "/bars/answers")?.compactMap { $0 as? String } ?? []
        return all.filter { $0 != "incoming" }
    }

    @Test func `What was kept is found, by the next process too, and by no other question or engine`() throws {
        let store = store()
        #expect(store.find("a") == nil)
        #expect(write("a", 1, to: store))
        let wanted = Data(repeating: 1, count: 2 << 20)
        for store in [store, self.store()] {
            #expect(try bytes("a", in: store) == wanted)
            #expect(store.find("b") == nil)
        }
        #expect(self.store(engine: "2").find("a") == nil)
    }

    @Test func `What is kept again under a question takes the place of what was there`() throws {
        let store = store()
        write("a", 1, to: store)
        write("a", 2, to: store)
        #expect(try bytes("a", in: store)?.first == 2)
        #expect(files.count == 1)
    }

    @Test func `A draft that is dropped leaves nothing behind, and one that nobody finished goes with the next start`() throws {
        let store = store()
        write("a", 1, to: store, keep: false)
        #expect(files.isEmpty)
        let left = lake.directory + "/bars/answers/incoming/1-1"
        #expect(FileManager.default.createFile(atPath: left, contents: Data([1])))
        let draft = try #require(store.draft("b"))
        _ = self.store()
        #expect(!FileManager.default.fileExists(atPath: left))
        [UInt8](repeating: 7, count: 1 << 20).withUnsafeBytes { draft.append($0) }
        draft.keep()
        #expect(try bytes("b", in: store)?.count == 1 << 20, "one that is being written stays")
    }

    @Test func `A file that is not what its name says is removed and not given out`() throws {
        write("a", 1, to: store())
        let path = lake.directory + "/bars/answers/" + (try #require(files.first))
        for damage in [Data(), Data(repeating: 1, count: 1 << 20), Data(repeating: 3, count: 2 << 20)] {
            try damage.write(to: URL(filePath: path))
            let store = store()
            #expect(store.find("a") == nil)
            #expect(files.isEmpty)
            write("a", 1, to: store)
            #expect(store.find("a") != nil)
            try damage.write(to: URL(filePath: path))
            #expect(store.find("a") == nil, "also where this process had written it")
            write("a", 1, to: store)
        }
        try FileManager.default.removeItem(atPath: path)
        #expect(store().find("a") == nil)
    }

    @Test func `Where room is short the answer goes that nobody asked for the longest`() {
        let store = store(8)
        for (number, name) in ["a", "b", "c", "d"].enumerated() { write(name, UInt8(number), to: store) }
        #expect(store.find("a") != nil)
        write("e", 9, to: store)
        #expect(["a", "b", "c", "d", "e"].map { store.find($0) != nil } == [true, false, true, true, true])
        #expect(files.count == 4)
        let smaller = self.store(4)
        #expect(files.count == 2, "a smaller store makes room when it is opened")
        _ = smaller
    }

    @Test func `Answers that are longer than half, short, too many at once or without room are not kept`() {
        let store = store(8)
        write("long", 1, megabytes: 5, to: store)
        write("short", 1, megabytes: 0, to: store)
        #expect(files.isEmpty)
        var drafts = (0..<9).map { store.draft("\($0)") }
        #expect(drafts.count { $0 != nil } == 2)
        drafts = []
        #expect(write("a", 1, to: store))
        #expect(self.store(0).draft("b") == nil)
        #expect(files.isEmpty, "a store without room keeps nothing")
    }

    @Test(.enabled(if: SmallDisk.canBeMounted)) func `A full disk keeps no answer and hurts nobody`() throws {
        let disk = try SmallDisk(size: "3m")
        let lake = try Lake(directory: disk.path + "/lake", create: true)
        let store = AnswerStore(lake: lake, engine: "1", capacity: 1 << 30)
        #expect(write("a", 1, megabytes: 9, to: store))
        #expect(store.find("a") == nil)
        #expect(write("b", 2, megabytes: 1, to: store))
        #expect(try bytes("b", in: store)?.count == 1 << 20)
    }
}
