import Foundation

/// A small file system of a test's own, in memory, that can be filled; unmounted and removed with it.
///
///     @Test(.enabled(if: SmallDisk.canBeMounted)) func `…`() throws {
///         let disk = try SmallDisk(size: "3m")
///         try disk.fill()
public final class SmallDisk {
    /// Where it is mounted.
    public let path: String

    /// Whether this process may mount one: root, where the system lets it.
    public static let canBeMounted: Bool = (try? SmallDisk(size: "64k")) != nil

    private struct CannotMount: Error {}

    /// Mounts one.
    ///
    /// - Parameter size: as mount(8) spells it, as `3m`.
    public init(size: String) throws {
        path = NSTemporaryDirectory() + "millrace-disk-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        guard geteuid() == 0, try SmallDisk.run("mount", "-t", "tmpfs", "-o", "size=\(size)", "tmpfs", path) == 0 else {
            try? FileManager.default.removeItem(atPath: path)
            throw CannotMount()
        }
    }

    deinit {
        _ = try? SmallDisk.run("umount", "--lazy", path)
        try? FileManager.default.removeItem(atPath: path)
    }

    private var filler: String { path + "/filler" }

    /// Takes all the room that is left.
    public func fill() throws { _ = try SmallDisk.run("dd", "if=/dev/zero", "of=\(filler)", "bs=4096") }

    /// Gives back the room that ``fill()`` took.
    public func makeRoom() throws { try FileManager.default.removeItem(atPath: filler) }

    private static func run(_ words: String...) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = words
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }
}
