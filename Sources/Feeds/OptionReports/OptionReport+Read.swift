import JSONReading

extension OptionReport {
    /// The largest file that is read, in bytes.
    public static let byteLimit = 64 << 20

    /// Reads a publisher's file, whose kind is recognised by its content: JSON, a web page or rows.
    ///
    ///     let report = try OptionReport.read(bytes, name: "occ-volume-2026-06-11.json")
    ///
    /// - Parameter bytes: the file as it was published; of an archive one member, unpacked.
    /// - Parameter name: the file's or the member's name, or its address. It tells the day where the content does not, as `2026-06-11`,
    ///   `20260611` or `260611` within it, and `no_trading_activities.txt` of Hong Kong Exchanges.
    /// - Throws: ``OptionReportFault`` for what is no report, is cut off, or has no day; single rows that are wrong are ``rejects``.
    /// - Complexity: O(bytes).
    public static func read(_ bytes: [UInt8], name: String) throws(OptionReportFault) -> OptionReport {
        guard bytes.count <= byteLimit else {
            throw OptionReportFault("larger than \(byteLimit >> 20) MiB, which no report of options is")
        }
        // A byte order mark says nothing in UTF-8.
        let content = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
        if let report = HKEXSeries.nothing(content, name: name) { return report }
        guard let first = content.first(where: { $0 > 0x20 }) else { throw OptionReportFault("an empty file; fetch it again") }
        switch first {
        case UInt8(ascii: "{"), UInt8(ascii: "["): return try readJSON(content, name: name)
        case UInt8(ascii: "<"): return try readPage(ReportText(bytes: content), name: name)
        default: return try readRows(ReportText(bytes: content), name: name)
        }
    }

    /// Reads a publisher's file from memory that is somebody else's; see ``read(_:name:)-([UInt8],_)``.
    public static func read(_ bytes: UnsafeRawBufferPointer, name: String) throws(OptionReportFault) -> OptionReport {
        try read([UInt8](bytes.prefix(byteLimit + 1)), name: name)
    }

    /// Whether a member of a publisher's archive is a report to read, by its name: what else Hong Kong Exchanges' archives hold is not.
    public static func isReport(member name: String) -> Bool { !name.hasSuffix("/") && HKEXSeries.isWhole(name: name) }

    private static func readJSON(_ bytes: ArraySlice<UInt8>, name: String) throws(OptionReportFault) -> OptionReport {
        // The largest of them is a month of open interest, a few kilobytes.
        let reader = JSONReader(maxBytes: 8 << 20)
        let result = bytes.withUnsafeBytes { buffer -> Result<OptionReport, OptionReportFault> in
            do throws(JSONFault) {
                return try reader.read(buffer) { value in
                    Result { () throws(OptionReportFault) in try read(value, name: name) }
                }
            } catch {
                return .failure(OptionReportFault("begins as JSON and is \(error); fetch it again"))
            }
        }
        return try result.get()
    }

    private static func read(_ value: JSONValue, name: String) throws(OptionReportFault) -> OptionReport {
        if let entity = value["entity"] {
            if entity["optionsOI"] != nil { return OCCInterest.read(entity) }
            if OCCVolume.isTold(by: entity) { return try OCCVolume.read(entity, name: name) }
            guard entity.kind == .null || entity.kind == .object && entity.members.first(where: { _ in true }) == nil else {
                throw OptionReportFault("an answer of OCC's that is neither volume nor open interest")
            }
            return OptionReport(kind: name.contains("interest") ? .occInterest : .occVolume)
        }
        if CboeDaily.isTold(by: value) { return try CboeDaily.read(value, name: name) }
        throw OptionReportFault("JSON of no publisher that is known here: neither OCC's entity nor Cboe's SUM OF ALL PRODUCTS is in it")
    }

    private static func readPage(_ text: ReportText, name: String) throws(OptionReportFault) -> OptionReport {
        if let report = try HKEXReport.read(page: text, name: name) { return report }
        throw OptionReportFault("a web page and no report; the publisher may have none for the day, or refuses to give it")
    }

    private static func readRows(_ text: ReportText, name: String) throws(OptionReportFault) -> OptionReport {
        if let report = try HKEXSeries.read(text, name: name) { return report }
        if let report = try HKEXReport.read(rows: text, name: name) { return report }
        guard let header = ReportHeader(text) else {
            let start = text.lines.first { _ in true }?.text ?? ""
            throw OptionReportFault("no report of options that is known here; it begins \"\(ReportText.excerpt(start, length: 60))\"")
        }
        switch header.layout {
        case .plain: return try PlainReport.read(text, header)
        case .volumeQuery: return try OCCVolumeQuery.read(text, header, name: name)
        case .interestTable: return OCCTables.interest(text, header)
        case .volumeTable: return OCCTables.volume(text, header)
        case .archive: return try CboeArchive.read(text, header, name: name)
        }
    }
}
