import Glibc

/// Where the fields of a row stand; reused from row to row.
///
/// Not thread-safe; each parser has its own.
struct FieldSplitter {
    /// More fields than any known format has: a row with more of them is no trade.
    static let limit = 64

    /// Start and end of each field, one after the other.
    private var ends = [Int32](repeating: 0, count: 2 * limit)
    /// How many fields the row has; ``limit`` + 1 if more than can be kept.
    private(set) var count = 0

    /// Splits a line without its end. A field may stand in double quotes; quotes within it are not unescaped, since no number has them.
    mutating func split(_ line: UnsafeRawBufferPointer, separator: UInt8) {
        let isQuoted = line.baseAddress.flatMap { memchr($0, 0x22, line.count) } != nil
        count = ends.withUnsafeMutableBufferPointer { ends in
            var count = 0
            var start = 0
            while true {
                guard count < FieldSplitter.limit else { return FieldSplitter.limit + 1 }
                let end = FieldSplitter.fieldEnd(line, from: start, separator, isQuoted: isQuoted)
                let field = FieldSplitter.trimmed(line, start..<end)
                ends[2 * count] = Int32(truncatingIfNeeded: field.lowerBound)
                ends[2 * count + 1] = Int32(truncatingIfNeeded: field.upperBound)
                count += 1
                if end == line.count { return count }
                start = end + 1
            }
        }
    }

    /// Where the field that begins at `start` ends: at the next separator outside quotes, or with the line.
    @inline(__always)
    private static func fieldEnd(_ line: UnsafeRawBufferPointer, from start: Int, _ separator: UInt8, isQuoted: Bool) -> Int {
        guard isQuoted else {
            guard let base = line.baseAddress, let found = memchr(base + start, Int32(separator), line.count - start) else {
                return line.count
            }
            return UnsafeRawPointer(found) - base
        }
        var at = start
        var inside = false
        while at < line.count {
            if line[at] == 0x22 { inside.toggle() }
            if line[at] == separator, !inside { return at }
            at += 1
        }
        return at
    }

    /// A field without the spaces around it and the quotes around that.
    @inline(__always)
    private static func trimmed(_ line: UnsafeRawBufferPointer, _ field: Range<Int>) -> Range<Int> {
        // Numbers and words begin and end above the quote.
        if field.isEmpty || (line[field.lowerBound] > 0x22 && line[field.upperBound - 1] > 0x22) { return field }
        var (start, end) = (field.lowerBound, field.upperBound)
        while start < end, line[start] == UInt8(ascii: " ") { start += 1 }
        while start < end, line[end - 1] == UInt8(ascii: " ") { end -= 1 }
        if end - start >= 2, line[start] == UInt8(ascii: "\""), line[end - 1] == UInt8(ascii: "\"") {
            start += 1
            end -= 1
        }
        return start..<end
    }

    /// Field `index` of the line that was split last.
    func field(_ index: Int, of line: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let (start, end) = (Int(ends[2 * index]), Int(ends[2 * index + 1]))
        return UnsafeRawBufferPointer(rebasing: line[start..<end])
    }
}
