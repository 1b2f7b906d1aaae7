import Glibc

/// What lies beside the binary.
enum Installed {
    /// The binary's own path, with links followed; nil where the system does not tell.
    private static var program: [Substring]? {
        var path = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = path.withUnsafeMutableBytes { buffer in buffer.baseAddress.map { readlink("/proc/self/exe", $0, buffer.count) } ?? -1 }
        guard count > 0, let program = String(validating: path[..<count], as: UTF8.self) else { return nil }
        return program.split(separator: "/", omittingEmptySubsequences: false)
    }

    /// `share/millrace` beside the binary's own directory, as `make install` lays it; nil where the system does not tell.
    static var share: String? { program.map { $0.dropLast(2).joined(separator: "/") + "/share/millrace" } }

    /// The directory that holds `.build`, where the binary runs from a build tree.
    static var buildTree: String? { program.map { $0.dropLast(4).joined(separator: "/") } }
}
