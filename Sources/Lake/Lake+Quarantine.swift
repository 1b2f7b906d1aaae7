import Glibc

/// Where files that are damaged or unknown are moved: `quarantine/` in the data directory.
enum QuarantineFolder {
    /// Moves a file of a data directory there, under a name that tells where it was and that nothing has yet.
    ///
    /// - Returns: where it is now.
    @discardableResult
    static func take(_ path: String, lake: String) throws -> String {
        let folder = lake + "/quarantine"
        try FileSystem.makeDirectory(folder)
        let name = String(path.dropFirst(lake.utf8.count + 1).map { $0 == "/" ? "_" : $0 })
        var target = "\(folder)/\(name)"
        var copy = 1
        while FileSystem.size(target) != nil {
            copy += 1
            target = "\(folder)/\(copy)_\(name)"
        }
        try FileSystem.replace(target, by: path)
        return target
    }
}

extension Lake {
    /// Writes a text file under `quarantine/`, replacing one of the same name, and returns its path.
    package func writeQuarantine(_ name: String, _ text: String) throws -> String {
        let folder = directory + "/quarantine"
        try FileSystem.makeDirectory(folder)
        let path = folder + "/" + name
        let descriptor = try FileSystem.open(path + ".new", O_WRONLY | O_CREAT | O_TRUNC)
        defer { close(descriptor) }
        var text = text
        let status = text.withUTF8 { FileSystem.write(UnsafeRawBufferPointer($0), to: descriptor) }
        guard status == 0 else {
            FileSystem.remove(path + ".new")
            throw FileSystem.failure(path, status)
        }
        try FileSystem.replace(path, by: path + ".new")
        return path
    }
}

extension Lake {
    /// Writes what was fetched to a file that is to be read at once, and removed; one of the same name is replaced.
    ///
    /// - Returns: its path.
    package func holdFetched(_ bytes: [UInt8], _ name: String) throws -> String {
        let path = "\(directory)/fetched.\(name)"
        let descriptor = try FileSystem.open(path, O_WRONLY | O_CREAT | O_TRUNC)
        defer { close(descriptor) }
        let status = bytes.withUnsafeBytes { FileSystem.write($0, to: descriptor) }
        guard status == 0 else {
            FileSystem.remove(path)
            throw FileSystem.failure(path, status)
        }
        return path
    }
}

extension Lake {
    /// Moves the files of findings to `quarantine/` and forgets their days, so that their archives can be imported again.
    ///
    /// Only files that are damaged, unknown or inconsistent are moved; a missing file's day is forgotten.
    ///
    /// - Returns: where the files are now.
    public func quarantine(_ findings: [LakeFinding]) throws -> [String] {
        let lock = try self.lock()
        var moved: [String] = []
        let subjects = Set(findings.filter { !$0.isHarmless && $0.subject.hasSuffix(".parquet") }.map(\.subject)).sorted()
        for subject in subjects {
            let source = directory + "/" + subject
            if FileSystem.size(source) != nil { moved.append(try QuarantineFolder.take(source, lake: directory)) }
            for tape in try sealedTapes() {
                for day in tape.days where TapePath.file(tape.instrument, day.date) == subject {
                    try catalogue.forget(tape.instrument, day.date)
                }
            }
        }
        _ = consume lock
        return moved
    }
}
