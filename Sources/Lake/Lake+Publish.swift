import Glibc
import MarketModel
import TapeSequencer

/// A finished day file that waits to be published.
package struct StagedDay: Sendable {
    /// What the file holds.
    package var day: TapeDay
    /// Where the file is, within the data directory.
    package var path: String

    /// Creates a staged day.
    package init(day: TapeDay, path: String) {
        self.day = day
        self.path = path
    }
}

/// What one file brings to a tape, published as a whole.
package struct TapeChange: Sendable {
    /// The instrument with the scales and the present ids that hold afterwards; its number is ignored if it is new.
    package var entry: CatalogueEntry
    /// The days that change.
    package var days: [StagedDay]
    /// The name of the file that was imported, its size and its rows; empty where nothing was imported.
    package var source: String
    /// The size of that file.
    package var sourceBytes: Int
    /// The trades in that file.
    package var sourceRows: Int
    /// When, as ISO 8601.
    package var importedAt: String
    /// The times of which the file tells every trade, in microseconds, where it is a dump of whole days.
    package var covers: ClosedRange<Int64>?

    /// Creates a change.
    package init(
        entry: CatalogueEntry, days: [StagedDay], source: String, sourceBytes: Int, sourceRows: Int, importedAt: String,
        covers: ClosedRange<Int64>? = nil
    ) {
        self.entry = entry
        self.days = days
        self.source = source
        self.sourceBytes = sourceBytes
        self.sourceRows = sourceRows
        self.importedAt = importedAt
        self.covers = covers
    }
}

extension Lake {
    /// Where files grow before they are published.
    package var incoming: String { directory + "/incoming" }

    /// Takes the right to write, finishes what a killed writer left half published, and removes its stray files.
    package func lock() throws -> LakeLock {
        guard let lock = try LakeLock(directory: directory) else {
            throw LakeError(.busy, directory, "another import is writing there: wait for it to end")
        }
        try finishPublishing()
        try FileSystem.makeDirectory(incoming)
        clearIncoming()
        return lock
    }

    /// Removes files that will not be published, to give their room back at once; the caller holds the lock.
    package func discardIncoming() {
        // What a committed intent names is still to be published by the next writer.
        guard let staged = try? catalogue.staged(), staged.isEmpty else { return }
        clearIncoming()
    }

    private func clearIncoming() {
        for name in FileSystem.names(in: incoming) { FileSystem.remove(incoming + "/" + name) }
    }

    /// Publishes a change: the caller holds the lock and has forced the staged files to the disk.
    ///
    /// The intent is committed first, then the files are renamed, then the catalogue follows. A death in between is made good by whoever
    /// opens the directory next, so each day is the old one or the new one, and never half of one.
    package func publish(_ change: TapeChange) throws {
        // The staged files' names must survive a power loss before the catalogue speaks of them.
        try FileSystem.synchronizeDirectory(incoming)
        try catalogue.stage(change)
        try finishPublishing()
    }

    /// Ends an import: holes from now on count as known, so that filling them later makes them repaired.
    package func settle() throws {
        try catalogue.settle()
    }

    /// Finishes a publication that its writer did not live to finish; does nothing while a writer lives.
    func recoverIfAbandoned() throws {
        guard try catalogue.isPublishing(), let lock = try LakeLock(directory: directory) else { return }
        try finishPublishing()
        _ = consume lock
    }

    private func finishPublishing() throws {
        guard try catalogue.isPublishing() else { return }
        for file in try catalogue.staged() {
            let target = directory + "/" + TapePath.file(venue: file.venue, symbol: file.symbol, day: file.day)
            // Without its temporary name the file was renamed before the writer died.
            guard FileSystem.size(directory + "/" + file.path) != nil else { continue }
            let parent = directory + "/" + TapePath.directory(venue: file.venue, symbol: file.symbol, day: file.day)
            try FileSystem.makeDirectory(parent)
            try FileSystem.replace(target, by: directory + "/" + file.path)
            try FileSystem.synchronizeDirectory(parent)
        }
        try catalogue.applyStaged()
    }
}
