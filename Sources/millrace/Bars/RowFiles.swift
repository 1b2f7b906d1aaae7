import OrderFlow
import Pipeline
import Synchronization

/// The files of several datasets that take the same rows: each works its own columns out, side by side.
final class RowFiles<Row: DatasetRow>: RowSink {
    private let threads: Int
    private var files: [OneFile] = []
    private var rows: [Row] = []

    private final class OneFile: Sendable {
        let file: Mutex<RowFile<Row>>

        init(_ make: () throws -> sending RowFile<Row>) rethrows { file = Mutex(try make()) }
    }

    /// How many rows are handed on together.
    private static var stretch: Int { 2048 }

    init(threads: Int) { self.threads = threads }

    /// Adds a file.
    func add(_ make: () throws -> sending RowFile<Row>) rethrows { files.append(try OneFile(make)) }

    /// Adds the next row to all files.
    func append(_ row: Row) throws {
        rows.append(row)
        if rows.count >= RowFiles.stretch { try handOn() }
    }

    /// Ends all files; only now do those with names appear.
    func finish() throws {
        try handOn()
        try each { try $0.finish() }
    }

    private func handOn() throws {
        let rows = rows
        self.rows.removeAll(keepingCapacity: true)
        try each { file in
            for row in rows { try file.append(row) }
        }
    }

    private func each(_ body: @escaping @Sendable (RowFile<Row>) throws -> Void) throws {
        let rest = Mutex(files[...])
        try OrderedPipeline.run(threads: min(threads, files.count)) {
            rest.withLock { $0.popFirst() }
        } work: { one in
            try one.file.withLock { try body($0) }
        } consume: { _ in
        }
    }
}
