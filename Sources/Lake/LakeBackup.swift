import Glibc
import Pipeline
import SQLite

/// A copy of a data directory that may be written to meanwhile; it can be served as it stands.
///
/// While it is made nothing is published: imports are told to wait, and days that are over are sealed later. Recording goes on. What was
/// acknowledged before it began is in it.
///
///     let report = try lake.backup(to: "/mnt/backup/lake")
///
/// Made again to the same place it takes over what changed, and drops what is gone.
struct LakeBackup {
    let lake: Lake
    let target: String

    /// What is made anew where it lacks, is gone with its process, or belongs to one.
    private static let skippedFolders: Set<String> = ["bars", "incoming", "dumps"]
    /// How long to wait for an import, in milliseconds.
    private static let patience = 60_000
    /// Tells a backup from other directories, and says whether it is `complete` or only `begun`.
    private static let mark = "backup.state"

    func run(progress: (String) -> Void) throws -> LakeBackupReport {
        try FileSystem.makeDirectory(target)
        guard realPath(target) != realPath(lake.directory) else {
            throw LakeError(.system, target, "is the data directory itself: name another directory")
        }
        guard FileSystem.size(target + "/" + LakeBackup.mark) != nil || FileSystem.names(in: target).isEmpty else {
            throw LakeError(.system, target, "holds something that is no backup: name an empty directory")
        }
        try say("begun\n")
        let lock = try waitForLock()
        var report = LakeBackupReport()
        var kept: Set<String> = [LakeBackup.mark]
        let files = LakeBackup.files(in: lake.directory)
        // A mark is never ahead of its journal, so it is copied before. Journals come before the files that they are sealed to: a day that is
        // sealed in between is there twice, which is no harm, and not missing.
        let marks = files.filter { $0.hasSuffix(".mark") }
        let databases = files.filter { $0.hasSuffix(".sqlite") }
        for path in marks + databases {
            if try copy(path, &report) { kept.insert(path) }
            progress(path)
        }
        for path in LakeBackup.files(in: lake.directory) where !path.hasSuffix(".mark") && !path.hasSuffix(".sqlite") {
            if try copy(path, &report) { kept.insert(path) }
            progress(path)
        }
        _ = consume lock
        for path in LakeBackup.files(in: target) where !kept.contains(path) {
            FileSystem.remove(target + "/" + path)
            report.removed += 1
        }
        try say("complete\n")
        return report
    }

    private func waitForLock() throws -> LakeLock {
        let end = MonotonicClock.nanoseconds() + Int64(LakeBackup.patience) * 1_000_000
        while true {
            do {
                return try lake.lock()
            } catch let error as LakeError where error.isBusy && MonotonicClock.nanoseconds() < end {
                usleep(100_000)
            }
        }
    }

    /// The files of a directory that belong to a backup, relative to it.
    private static func files(in directory: String) -> [String] {
        func walk(_ folder: String) -> [String] {
            FileSystem.names(in: directory + folder).flatMap { name -> [String] in
                let path = folder + "/" + name
                if FileSystem.isDirectory(directory + path) {
                    return folder.isEmpty && skippedFolders.contains(name) ? [] : walk(path)
                }
                let isPassing =
                    name.hasSuffix("-wal") || name.hasSuffix("-shm") || name.hasSuffix(".new") || name.hasSuffix(".lock") || name == "lock"
                    || name.hasPrefix("fetched.")
                return isPassing ? [] : [String(path.dropFirst())]
            }
        }
        return walk("")
    }

    /// Brings a file; false for one that is gone meanwhile.
    private func copy(_ path: String, _ report: inout LakeBackupReport) throws -> Bool {
        let (source, copy) = (lake.directory + "/" + path, target + "/" + path)
        guard let size = FileSystem.size(source) else { return false }
        if let slash = copy.lastIndex(of: "/") { try FileSystem.makeDirectory(String(copy[..<slash])) }
        FileSystem.remove(copy + ".new")
        if path.hasSuffix(".sqlite") {
            guard size > 0 else { return false }
            // A snapshot of what is committed, whoever writes meanwhile.
            try Database(path: source, create: false, keepsLog: path.hasPrefix(JournalPath.root + "/")).run("VACUUM INTO ?", copy + ".new")
        } else if path.hasSuffix(".parquet") {
            // A published file is never changed, only replaced: one that is the same file, or was copied since, is the same.
            if LakeBackup.isSame(source, copy) {
                report.unchanged += 1
                return true
            }
            if link(source, copy + ".new") != 0 { try LakeBackup.write(source, copy + ".new") }
        } else {
            try LakeBackup.write(source, copy + ".new")
        }
        try FileSystem.replace(copy, by: copy + ".new")
        for companion in JournalPath.companions where path.hasSuffix(".sqlite") { FileSystem.remove(copy + companion) }
        report.copied += 1
        report.bytes += FileSystem.size(copy) ?? 0
        return true
    }

    private static func isSame(_ a: String, _ b: String) -> Bool {
        var (first, second) = (stat(), stat())
        guard stat(a, &first) == 0, stat(b, &second) == 0 else { return false }
        if first.st_dev == second.st_dev, first.st_ino == second.st_ino { return true }
        return first.st_size == second.st_size && first.st_mtim.tv_sec == second.st_mtim.tv_sec
            && first.st_mtim.tv_nsec == second.st_mtim.tv_nsec
    }

    /// Copies a file with its time of change.
    private static func write(_ source: String, _ target: String) throws {
        let from = try FileSystem.open(source, O_RDONLY)
        defer { close(from) }
        let to = try FileSystem.open(target, O_WRONLY | O_CREAT | O_TRUNC)
        defer { close(to) }
        var status = stat()
        guard fstat(from, &status) == 0 else { throw FileSystem.failure(source) }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
        defer { buffer.deallocate() }
        while true {
            let count = read(from, buffer.baseAddress, buffer.count)
            if count == 0 { break }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw FileSystem.failure(source)
            }
            let failure = FileSystem.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]), to: to)
            guard failure == 0 else { throw FileSystem.failure(target, failure) }
        }
        var times = [status.st_atim, status.st_mtim]
        futimens(to, &times)
    }

    /// Forces everything that was copied to the disk, and then says how far the copy is.
    private func say(_ state: String) throws {
        let directory = try FileSystem.open(target, O_RDONLY | O_DIRECTORY)
        defer { close(directory) }
        sync()
        let path = target + "/" + LakeBackup.mark
        let descriptor = try FileSystem.open(path, O_WRONLY | O_CREAT | O_TRUNC)
        defer { close(descriptor) }
        let failure = Array(state.utf8).withUnsafeBytes { FileSystem.write($0, to: descriptor) }
        guard failure == 0, fsync(descriptor) == 0, fsync(directory) == 0 else { throw FileSystem.failure(path) }
    }

    private func realPath(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}

/// What came of a backup.
public struct LakeBackupReport: Sendable, Hashable {
    /// Files that were brought.
    public var copied = 0
    /// Files that were there already.
    public var unchanged = 0
    /// Files that were removed, since they are gone.
    public var removed = 0
    /// How large the brought files are.
    public var bytes = 0
}

extension Lake {
    /// Copies the data directory to another place while it is used; see ``LakeBackup``.
    ///
    /// Published files are linked where both places are on one file system, so that they take no room twice.
    ///
    /// - Parameters:
    ///   - target: an empty directory, one that is not there, or an earlier backup.
    ///   - progress: told of each file.
    /// - Throws: ``LakeError``, or what SQLite says; the copy is then not whole, and can be made again.
    public func backup(to target: String, progress: (String) -> Void = { _ in }) throws -> LakeBackupReport {
        try LakeBackup(lake: self, target: target).run(progress: progress)
    }
}
