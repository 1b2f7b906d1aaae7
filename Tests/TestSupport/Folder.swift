import Foundation

/// A folder of a test's own, removed with it.
public final class Folder {
    /// Where it is.
    public let path: String

    /// Makes it.
    public init() throws {
        path = NSTemporaryDirectory() + "millrace-test-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a text to a file in it, and returns the file's path.
    public func file(_ name: String, _ text: String) throws -> String {
        try text.write(toFile: path + "/" + name, atomically: false, encoding: .utf8)
        return path + "/" + name
    }

    /// The path of a data directory in it.
    public func data(_ name: String) -> String { path + "/" + name }
}
