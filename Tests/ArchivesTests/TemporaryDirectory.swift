import CISAL
import Foundation

/// A folder for one test's files, removed with it.
final class TemporaryDirectory {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "millrace-archives-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String, _ bytes: [UInt8]) throws -> String {
        let file = path + "/" + name
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        return file
    }

    func file(_ name: String, _ text: String) throws -> String { try file(name, Array(text.utf8)) }
}

/// Builds archives byte by byte, right and wrong ones.
enum Packing {
    static func deflate(_ bytes: [UInt8], wrapper: Int32 = ISAL_DEFLATE) -> [UInt8] {
        var stream = isal_zstream()
        isal_deflate_stateless_init(&stream)
        var output = [UInt8](repeating: 0, count: bytes.count * 2 + 4096)
        var input = bytes
        var produced = 0
        stream.end_of_stream = 1
        stream.flush = 0
        stream.gzip_flag = UInt16(wrapper)
        input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                precondition(isal_deflate_stateless(&stream) == 0)
                produced = Int(stream.total_out)
            }
        }
        return Array(output[..<produced])
    }

    static func gzip(_ text: String) -> [UInt8] { deflate(Array(text.utf8), wrapper: ISAL_GZIP) }

    struct Member {
        var name = "trades.csv"
        var bytes: [UInt8]
        var stored = false
        var descriptor = false
        var flags = 0
        var method: Int?
        var crc: UInt32?
        var size: Int?
        var zip64 = false
    }

    static func zip(_ text: String, stored: Bool = false) -> [UInt8] { zip([Member(bytes: Array(text.utf8), stored: stored)]) }

    static func zip(_ members: [Member]) -> [UInt8] {
        var file: [UInt8] = []
        var directory: [UInt8] = []
        for member in members {
            let packed = member.stored ? member.bytes : deflate(member.bytes)
            let crc = member.crc ?? member.bytes.withUnsafeBufferPointer { crc32_gzip_refl(0, $0.baseAddress, UInt64($0.count)) }
            let size = member.size ?? member.bytes.count
            let flags = member.flags | (member.descriptor ? 8 : 0)
            let method = member.method ?? (member.stored ? 0 : 8)
            let offset = file.count
            let name = Array(member.name.utf8)
            file += u32(0x0403_4b50) + u16(20) + u16(flags) + u16(method) + u32(0)
            file += member.descriptor ? u32(0) + u32(0) + u32(0) : u32(Int(crc)) + u32(packed.count) + u32(size)
            file += u16(name.count) + u16(0) + name + packed
            if member.descriptor { file += u32(0x0807_4b50) + u32(Int(crc)) + u32(packed.count) + u32(size) }
            let extra = member.zip64 ? u16(1) + u16(24) + u64(size) + u64(packed.count) + u64(offset) : []
            let wide = member.zip64
            directory += u32(0x0201_4b50) + u16(20) + u16(20) + u16(flags) + u16(method) + u32(0) + u32(Int(crc))
            directory += u32(wide ? 0xffff_ffff : packed.count) + u32(wide ? 0xffff_ffff : size)
            directory += u16(name.count) + u16(extra.count) + u16(0) + u16(0) + u16(0) + u32(0)
            directory += u32(wide ? 0xffff_ffff : offset) + name + extra
        }
        let start = file.count
        file += directory
        if members.contains(where: \.zip64) {
            let record = file.count
            file += u32(0x0606_4b50) + u64(44) + u16(45) + u16(45) + u32(0) + u32(0)
            file += u64(members.count) + u64(members.count) + u64(directory.count) + u64(start)
            file += u32(0x0706_4b50) + u32(0) + u64(record) + u32(1)
            return file + u32(0x0605_4b50) + u16(0) + u16(0) + u16(0xffff) + u16(0xffff) + u32(0xffff_ffff) + u32(0xffff_ffff) + u16(0)
        }
        return file + u32(0x0605_4b50) + u16(0) + u16(0) + u16(members.count) + u16(members.count) + u32(directory.count) + u32(start)
            + u16(0)
    }

    static func u16(_ value: Int) -> [UInt8] { (0..<2).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    static func u32(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    static func u64(_ value: Int) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
}
