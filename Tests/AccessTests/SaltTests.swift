import Access
import Foundation
import SQLite
import TestSupport
import Testing

/// What is kept of keys: hashes with the store's own salt.
@Suite struct SaltTests {
    private let folder: Folder
    private let path: String

    init() throws {
        folder = try Folder()
        path = folder.data("keys.sqlite")
    }

    private func sum(_ text: String) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/sha256sum")
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
        try input.fileHandleForWriting.close()
        let digits = String(decoding: output.fileHandleForReading.readDataToEndOfFile().prefix(64), as: UTF8.self)
        return stride(from: 0, to: 64, by: 2).map { place in
            let start = digits.index(digits.startIndex, offsetBy: place)
            return UInt8(digits[start..<digits.index(start, offsetBy: 2)], radix: 16) ?? 0
        }
    }

    private func hashes() throws -> [[UInt8]] {
        try Database(path: path, durability: .normal, busyTimeout: 1000).query(
            "SELECT hash FROM access_keys ORDER BY id", row: { $0.bytes(0) })
    }

    private func opens(_ key: String) throws -> Bool {
        try AccessControl(store: KeyStore(path: path)).plan(vendor: "oanor", key: key) != nil
    }

    @Test func `A key's hash is not that of the key alone, and opens with another's salt nothing`() throws {
        let key = try KeyStore(path: path).create(vendor: "oanor", plan: "free", now: 0).key
        #expect(try hashes().first?.count == 32)
        #expect(try hashes() != [sum(key)])
        #expect(try opens(key))
        try Database(path: path, durability: .normal, busyTimeout: 1000)
            .run("UPDATE access_secrets SET secret = ? WHERE name = 'salt'", [UInt8](repeating: 7, count: 32))
        #expect(try !opens(key))
    }

    @Test func `Keys that were kept without a salt go on to open`() throws {
        let store = try KeyStore(path: path)
        let keys = try (0..<3).map { _ in try store.create(vendor: "oanor", plan: "free", now: 0) }
        let database = try Database(path: path, durability: .normal, busyTimeout: 1000)
        for (record, key) in keys { try database.run("UPDATE access_keys SET hash = ? WHERE id = ?", sum(key), record.id) }
        try database.run("DELETE FROM access_secrets WHERE name = 'salt'")
        let before = try hashes()
        for (_, key) in keys { #expect(try opens(key)) }
        let after = try hashes()
        #expect(Set(before).isDisjoint(with: after) && Set(after).count == 3)
        #expect(try !opens("oanor_live_" + String(repeating: "x", count: 43)))
    }
}
