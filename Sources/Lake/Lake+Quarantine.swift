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
