import Glibc

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
            if FileSystem.size(source) != nil {
                try FileSystem.makeDirectory(directory + "/quarantine")
                let name = String(subject.map { $0 == "/" ? "_" : $0 })
                var target = directory + "/quarantine/" + name
                var copy = 1
                while FileSystem.size(target) != nil {
                    copy += 1
                    target = directory + "/quarantine/\(copy)_" + name
                }
                try FileSystem.replace(target, by: source)
                moved.append(target)
            }
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
