/// The wrapping of a dump: none, gzip, or a zip with one member.
public enum ArchiveContainer: String, Sendable, CaseIterable {
    case csv
    case zip
    case gz

    /// What the file's name ends with, after the name of the text inside.
    func fileName(for stem: String) -> String {
        switch self {
        case .csv: "\(stem).csv"
        case .zip: "\(stem).zip"
        case .gz: "\(stem).csv.gz"
        }
    }
}

/// What is known of a member when its text has been written.
struct MemberTotals {
    var crc: UInt32 = 0
    var textSize: UInt64 = 0
    var compressedSize: UInt64 = 0
}

/// A zip file's records around its one member (PKWARE APPNOTE 6.3, sections 4.3 to 4.5).
struct ZipRecords {
    let name: [UInt8]
    /// Whether the member may pass 4 GiB, so that its sizes need 64 bits.
    let wide: Bool

    private static let deflated: UInt16 = 8
    /// 1980-01-01 00:00, the first instant a zip can hold: the same seed gives the same file, whenever it is made.
    private static let date: UInt16 = 0x21

    var localHeaderSize: Int { 30 + name.count + (wide ? 20 : 0) }

    /// The record before the member.
    func localHeader(_ totals: MemberTotals) -> [UInt8] {
        var bytes = LittleEndian()
        bytes.u32(0x0403_4B50)
        bytes.u16(wide ? 45 : 20)
        writeMember(totals, to: &bytes)
        bytes.u16(UInt16(name.count))
        bytes.u16(wide ? 20 : 0)
        bytes.bytes += name
        if wide { writeWideSizes(totals, to: &bytes) }
        return bytes.bytes
    }

    /// The records after the member: the directory, and where it is.
    func trailer(_ totals: MemberTotals) -> [UInt8] {
        let start = UInt64(localHeaderSize) + totals.compressedSize
        let wideEnd = start > UInt64(UInt32.max)
        var bytes = LittleEndian()
        bytes.u32(0x0201_4B50)
        bytes.u16(0x0300 | (wide ? 45 : 20))  // made by Unix
        bytes.u16(wide ? 45 : 20)
        writeMember(totals, to: &bytes)
        bytes.u16(UInt16(name.count))
        bytes.u16(wide ? 20 : 0)
        for _ in 0..<3 { bytes.u16(0) }
        bytes.u32(0o100644 << 16)
        bytes.u32(0)
        bytes.bytes += name
        if wide { writeWideSizes(totals, to: &bytes) }
        let size = UInt64(bytes.bytes.count)
        if wideEnd {
            bytes.u32(0x0606_4B50)
            bytes.u64(44)
            bytes.u16(0x0300 | 45)
            bytes.u16(45)
            bytes.u32(0)
            bytes.u32(0)
            bytes.u64(1)
            bytes.u64(1)
            bytes.u64(size)
            bytes.u64(start)
            bytes.u32(0x0706_4B50)
            bytes.u32(0)
            bytes.u64(start + size)
            bytes.u32(1)
        }
        bytes.u32(0x0605_4B50)
        bytes.u32(0)
        bytes.u16(1)
        bytes.u16(1)
        bytes.u32(UInt32(size))
        bytes.u32(wideEnd ? UInt32.max : UInt32(start))
        bytes.u16(0)
        return bytes.bytes
    }

    private func writeMember(_ totals: MemberTotals, to bytes: inout LittleEndian) {
        bytes.u16(0)
        bytes.u16(ZipRecords.deflated)
        bytes.u16(0)
        bytes.u16(ZipRecords.date)
        bytes.u32(totals.crc)
        bytes.u32(wide ? UInt32.max : UInt32(totals.compressedSize))
        bytes.u32(wide ? UInt32.max : UInt32(totals.textSize))
    }

    private func writeWideSizes(_ totals: MemberTotals, to bytes: inout LittleEndian) {
        bytes.u16(1)
        bytes.u16(16)
        bytes.u64(totals.textSize)
        bytes.u64(totals.compressedSize)
    }
}

/// Bytes in the order of zip and gzip.
struct LittleEndian {
    var bytes: [UInt8] = []

    mutating func u16(_ value: UInt16) { append(UInt64(value), 2) }
    mutating func u32(_ value: UInt32) { append(UInt64(value), 4) }
    mutating func u64(_ value: UInt64) { append(value, 8) }

    private mutating func append(_ value: UInt64, _ count: Int) {
        for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * UInt64(index)))) }
    }
}
