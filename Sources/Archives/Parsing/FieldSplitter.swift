/// Where the fields of a row stand; reused from row to row.
///
/// Not thread-safe; each parser has its own.
struct FieldSplitter {
    /// More fields than any known format has: a row with more of them is no trade.
    static let limit = 64

    private var starts = [Int32](repeating: 0, count: limit)
    private var ends = [Int32](repeating: 0, count: limit)
    /// How many fields the row has; ``limit`` + 1 if more than can be kept.
    private(set) var count = 0

    /// Splits a line without its end. A field may stand in double quotes; quotes within it are not unescaped, since no number has them.
    mutating func split(_ line: UnsafeRawBufferPointer, separator: UInt8) {
        count = 0
        var start = 0
        var quoted = false
        for at in 0...line.count {
            let isEnd = at == line.count
            if !isEnd {
                let byte = line[at]
                if byte == UInt8(ascii: "\"") { quoted.toggle() }
                if byte != separator || quoted { continue }
            }
            guard count < FieldSplitter.limit else {
                count = FieldSplitter.limit + 1
                return
            }
            store(line, start, at)
            start = at + 1
        }
    }

    private mutating func store(_ line: UnsafeRawBufferPointer, _ start: Int, _ end: Int) {
        var (start, end) = (start, end)
        while start < end, line[start] == UInt8(ascii: " ") { start += 1 }
        while start < end, line[end - 1] == UInt8(ascii: " ") { end -= 1 }
        if end - start >= 2, line[start] == UInt8(ascii: "\""), line[end - 1] == UInt8(ascii: "\"") {
            start += 1
            end -= 1
        }
        starts[count] = Int32(start)
        ends[count] = Int32(end)
        count += 1
    }

    /// Field `index` of the line that was split last.
    func field(_ index: Int, of line: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: line[Int(starts[index])..<Int(ends[index])])
    }
}
