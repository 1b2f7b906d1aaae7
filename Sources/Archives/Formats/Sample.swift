/// The first lines of a text, split into fields: what a format is recognised from.
struct Sample {
    /// How much text is looked at.
    static let size = 64 << 10

    let path: String
    /// Whole lines, without their ends and without a byte order mark.
    let lines: [ArraySlice<UInt8>]
    let separator: UInt8
    /// The names in the first line, in lower case, or nil where it holds values.
    let header: [String]?
    let headerLine: [UInt8]?

    /// Takes a sample apart.
    ///
    /// - Parameter isWhole: whether this is all the text there is, so that its last line is whole too.
    init(_ text: [UInt8], isWhole: Bool, path: String) throws(ArchiveError) {
        self.path = path
        guard !text.contains(0) else {
            throw ArchiveError(.unrecognised, path, "holds binary data, not a CSV of trades; check that it is the right file")
        }
        let start = text.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
        var lines = text[start...].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0 }
        // A cut line at the end of a sample says nothing.
        if !isWhole { lines = lines.dropLast() }
        guard isWhole || lines.contains(where: { !$0.isEmpty }) else { throw SegmentSize.lineTooLong(path) }
        lines.removeAll { $0.isEmpty }
        guard let first = lines.first else {
            throw ArchiveError(.unrecognised, path, "holds nothing but blank lines; fetch it again")
        }
        let separator = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t"), UInt8(ascii: "|")].first { first.contains($0) }
        guard let separator, first.count <= 4096 else {
            throw ArchiveError(.unrecognised, path, "is not a CSV: its first line has no columns; check that it is the right file")
        }
        self.separator = separator
        let fields = Sample.fields(of: first, separator)
        if fields.contains(where: { Sample.isNumber($0) }) {
            header = nil
            headerLine = nil
        } else {
            header = fields.map { Sample.name($0) }
            headerLine = Array(first)
            lines.removeFirst()
        }
        self.lines = lines
    }

    /// The fields of the first row, or of the header where there are no rows.
    var firstRow: [String] { lines.first.map { Sample.fields(of: $0, separator) } ?? header ?? [] }

    /// How many columns the header or, without one, the first row has.
    var columnCount: Int { header?.count ?? firstRow.count }

    static func fields(of line: ArraySlice<UInt8>, _ separator: UInt8) -> [String] {
        line.withUnsafeBytes { bytes in
            var splitter = FieldSplitter()
            splitter.split(bytes, separator: separator)
            return (0..<min(splitter.count, FieldSplitter.limit)).map { String(decoding: splitter.field($0, of: bytes), as: UTF8.self) }
        }
    }

    /// Bilingual headers of older OKX files read `price/价格`, in UTF-8 or GBK: the English part is the name.
    private static func name(_ field: String) -> String {
        String(field.prefix { $0 != "/" }).lowercased()
    }

    static func isNumber(_ field: String) -> Bool {
        var text = field
        return text.withUTF8 { bytes in
            (try? DecimalText.parse(UnsafeRawBufferPointer(bytes))) != nil || TimeText.parse(UnsafeRawBufferPointer(bytes)) != nil
        }
    }
}
