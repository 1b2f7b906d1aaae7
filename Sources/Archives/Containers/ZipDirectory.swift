/// The one data member of a zip archive.
struct ZipMember: Sendable {
    var name: String
    var isDeflated: Bool
    var crc: UInt32
    /// Unpacked size.
    var size: Int
    /// Where its packed bytes stand in the file.
    var data: Range<Int>
}

/// Reads a zip's central directory, plain or zip64, and finds the files in it.
///
/// Everything is checked against the file's size before it is used. Refused with a reason: no member or more than are wanted, encrypted, split
/// over disks, packed other than by deflate, local header that disagrees with the directory, data that runs into the directory.
struct ZipDirectory {
    private let file: ArchiveHandle

    /// The one file of a zip.
    static func member(of file: ArchiveHandle) throws(ArchiveError) -> ZipMember {
        let members = try ZipDirectory(file: file).members(atMost: 1, "holds several files; unpack it and name the CSV files")
        // There is one, or it would have been refused.
        return members[0]
    }

    /// All files of a zip, in its order; one to ``most`` of them.
    static func members(of file: ArchiveHandle) throws(ArchiveError) -> [ZipMember] {
        try ZipDirectory(file: file).members(atMost: most, "holds more than \(most) files; unpack it and name those that matter")
    }

    /// How many files a zip of a publisher may hold.
    private static let most = 64

    private struct Location {
        var entries: Int
        var offset: Int
        var size: Int
    }

    private struct Entry {
        var member: ZipMember
        var headerOffset: Int
        var packed: Int
        var flags: Int
        var method: Int
    }

    private func members(atMost most: Int, _ objection: String) throws(ArchiveError) -> [ZipMember] {
        let location = try locate()
        guard location.offset >= 0, location.size >= 0, location.offset <= file.size, location.size <= file.size - location.offset,
            location.size <= 16 << 20
        else { throw damage("its directory does not lie in the file") }
        let reader = LittleEndian(try file.bytes(location.offset..<location.offset + location.size))
        var files: [Entry] = []
        var at = 0
        for _ in 0..<location.entries {
            let (entry, next) = try self.entry(reader, at)
            at = next
            // Folders, and what a Mac adds beside each file, are not data.
            if entry.member.name.hasSuffix("/") || entry.member.name.hasPrefix("__MACOSX/") { continue }
            files.append(entry)
            guard files.count <= most else { throw refusal(objection) }
        }
        guard !files.isEmpty else { throw refusal("holds no file; fetch it again") }
        var members: [ZipMember] = []
        for entry in files { members.append(try locateData(of: entry, before: location.offset)) }
        return members
    }

    // MARK: End of central directory

    private func locate() throws(ArchiveError) -> Location {
        let tailSize = min(file.size, 65_535 + 22)
        let start = file.size - tailSize
        let tail = LittleEndian(try file.bytes(start..<file.size))
        var at = tail.count - 22
        while at >= 0 {
            if tail.u32(at) == 0x0605_4b50, let comment = tail.u16(at + 20), at + 22 + comment == tail.count {
                return try location(tail, at, base: start)
            }
            at -= 1
        }
        throw damage("it has no directory at its end")
    }

    private func location(_ tail: LittleEndian, _ at: Int, base: Int) throws(ArchiveError) -> Location {
        guard let disk = tail.u16(at + 4), let entries = tail.u16(at + 10), let size = tail.u32(at + 12), let offset = tail.u32(at + 16)
        else { throw damage("its directory is cut short") }
        guard entries == 0xffff || size == 0xffff_ffff || offset == 0xffff_ffff else {
            guard disk == 0 else { throw refusal("is one part of a split zip; join the parts first") }
            return Location(entries: entries, offset: offset, size: size)
        }
        // Zip64: a locator stands just before, and points to the record with the wide fields.
        let locator = LittleEndian(try file.bytes(max(0, base + at - 20)..<base + at))
        guard locator.u32(0) == 0x0706_4b50, let record = locator.u64(8), record >= 0, record <= file.size - 56 else {
            guard entries != 0xffff, size != 0xffff_ffff, offset != 0xffff_ffff else { throw damage("its zip64 directory is missing") }
            return Location(entries: entries, offset: offset, size: size)
        }
        let wide = LittleEndian(try file.bytes(record..<record + 56))
        guard wide.u32(0) == 0x0606_4b50, let entries = wide.u64(32), let size = wide.u64(40), let offset = wide.u64(48) else {
            throw damage("its zip64 directory is invalid")
        }
        return Location(entries: entries, offset: offset, size: size)
    }

    // MARK: Entries

    private func entry(_ reader: LittleEndian, _ at: Int) throws(ArchiveError) -> (Entry, next: Int) {
        guard reader.u32(at) == 0x0201_4b50, let flags = reader.u16(at + 8), let method = reader.u16(at + 10),
            let crc = reader.u32(at + 16), var packed = reader.u32(at + 20), var size = reader.u32(at + 24),
            let nameLength = reader.u16(at + 28), let extraLength = reader.u16(at + 30), let commentLength = reader.u16(at + 32),
            var headerOffset = reader.u32(at + 42), at + 46 + nameLength + extraLength + commentLength <= reader.count
        else { throw damage("its directory is invalid") }
        let name = String(decoding: reader.bytes[(at + 46)..<(at + 46 + nameLength)], as: UTF8.self)
        let extra = (at + 46 + nameLength)..<(at + 46 + nameLength + extraLength)
        if packed == 0xffff_ffff || size == 0xffff_ffff || headerOffset == 0xffff_ffff {
            try widen(reader, extra, size: &size, packed: &packed, offset: &headerOffset)
        }
        let member = ZipMember(name: name, isDeflated: method == 8, crc: UInt32(crc), size: size, data: 0..<0)
        return (
            Entry(member: member, headerOffset: headerOffset, packed: packed, flags: flags, method: method),
            next: extra.upperBound + commentLength
        )
    }

    /// Takes 64-bit sizes from the zip64 extra field: those, in this order, whose 32-bit field is all ones.
    private func widen(
        _ reader: LittleEndian, _ extra: Range<Int>, size: inout Int, packed: inout Int, offset: inout Int
    ) throws(ArchiveError) {
        var at = extra.lowerBound
        while at + 4 <= extra.upperBound, let tag = reader.u16(at), let length = reader.u16(at + 2) {
            guard tag == 1 else {
                at += 4 + length
                continue
            }
            var field = at + 4
            func next(_ value: Int) throws(ArchiveError) -> Int {
                guard value == 0xffff_ffff else { return value }
                guard field + 8 <= min(extra.upperBound, at + 4 + length), let wide = reader.u64(field), wide >= 0 else {
                    throw damage("its zip64 sizes are invalid")
                }
                field += 8
                return wide
            }
            size = try next(size)
            packed = try next(packed)
            offset = try next(offset)
            return
        }
        throw damage("its zip64 sizes are missing")
    }

    // MARK: Data

    private func locateData(of entry: Entry, before directory: Int) throws(ArchiveError) -> ZipMember {
        guard entry.flags & 0x0041 == 0 else { throw refusal("is encrypted; unpack it first") }
        guard entry.method == 0 || entry.method == 8 else {
            throw refusal("is packed by method \(entry.method), which is not deflate; unpack it first")
        }
        guard entry.headerOffset <= directory - 30 else { throw damage("its member does not lie before its directory") }
        let header = LittleEndian(try file.bytes(entry.headerOffset..<entry.headerOffset + 30))
        guard header.u32(0) == 0x0403_4b50, let flags = header.u16(6), let method = header.u16(8), let name = header.u16(26),
            let extra = header.u16(28), method == entry.method, flags & 0x0041 == 0
        else { throw damage("its member's header disagrees with its directory") }
        let start = entry.headerOffset + 30 + name + extra
        guard start <= directory, entry.packed <= directory - start else { throw damage("its member runs into its directory") }
        guard entry.method == 8 || entry.packed == entry.member.size else { throw damage("its stored member has two sizes") }
        var member = entry.member
        member.data = start..<start + entry.packed
        return member
    }

    private func damage(_ reason: String) -> ArchiveError {
        ArchiveError(.damaged, file.path, "is a damaged zip: \(reason); fetch it again")
    }

    private func refusal(_ reason: String) -> ArchiveError {
        ArchiveError(.refused, file.path, "is a zip that \(reason)")
    }
}

/// Checked little-endian reads.
struct LittleEndian {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var count: Int { bytes.count }

    func u16(_ at: Int) -> Int? { number(at, 2) }
    func u32(_ at: Int) -> Int? { number(at, 4) }

    /// An unsigned 64-bit number; nil where it does not fit an `Int`.
    func u64(_ at: Int) -> Int? {
        guard let low = u32(at), let high = u32(at + 4), high < 0x8000_0000 else { return nil }
        return high << 32 | low
    }

    private func number(_ at: Int, _ width: Int) -> Int? {
        guard at >= 0, at <= bytes.count - width else { return nil }
        return (0..<width).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) }
    }
}
