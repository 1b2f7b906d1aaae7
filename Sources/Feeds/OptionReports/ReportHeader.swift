/// The line of a file of rows that names its columns, and what is above it.
struct ReportHeader {
    /// What the columns belong to.
    enum Layout {
        /// `date,market,call_volume,…`
        case plain
        /// `quantity,underlying,symbol,actype,porc,exchange,actdate`
        case volumeQuery
        /// A day's calls, puts and totals by class of asset, in groups of columns.
        case interestTable
        /// A day's totals by class of asset.
        case volumeTable
        /// `DATE,CALL,PUT,TOTAL,P/C Ratio`
        case archive
    }

    /// What the columns belong to.
    let layout: Layout
    /// Which line of the file it is, the last one where there are two.
    let line: Int
    /// The columns' names in lower case, with the name of the group before them where there are groups.
    let names: [String]
    /// What stands above it.
    let above: [ReportText.Line]

    /// Disclaimers and titles stand above a header; not this many.
    private static let deepest = 40

    /// Finds the header; nil where the file has none that is known.
    init?(_ text: ReportText) {
        var above: [ReportText.Line] = []
        for line in text.lines {
            let names = line.fields.map { $0.lowercased() }
            // OCC's table of open interest has its groups in one line and calls, puts and totals in another.
            let groups = above.last.map { ReportHeader.filled($0.fields.map { $0.lowercased() }) } ?? []
            if groups.contains(where: { $0.hasPrefix("equity") }) {
                let joined = names.indices.map { groups.field($0) + " " + names[$0] }
                if ReportHeader.layout(of: joined) == .interestTable {
                    self.init(layout: .interestTable, line: line.number, names: joined, above: above)
                    return
                }
            }
            if let layout = ReportHeader.layout(of: names) {
                self.init(layout: layout, line: line.number, names: names, above: above)
                return
            }
            above.append(line)
            if above.count == ReportHeader.deepest { return nil }
        }
        return nil
    }

    private init(layout: Layout, line: Int, names: [String], above: [ReportText.Line]) {
        self.layout = layout
        self.line = line
        self.names = names
        self.above = above
    }

    /// What a line names, if it is a header.
    static func layout(of names: [String]) -> Layout? {
        func has(_ name: String) -> Bool { names.contains(name) }
        let dated = names.contains { isDate($0) }
        if has("quantity"), has("underlying"), has("porc") { return .volumeQuery }
        guard dated else { return nil }
        if has("market"), names.contains(where: { $0.hasPrefix("call_") }) { return .plain }
        let equity = names.filter { $0.contains("equity") }
        if equity.contains(where: { $0.contains("call") }), equity.contains(where: { $0.contains("put") }) { return .interestTable }
        if equity.count == 1, names.contains(where: { $0.hasPrefix("index") }), !names.contains(where: { $0.contains("call") }) {
            // In a line of groups over calls and puts the columns behind a group's name are empty.
            return names.field(names.firstIndex(of: equity[0]).map { $0 + 1 }).isEmpty ? nil : .volumeTable
        }
        if has("call") || has("calls"), has("put") || has("puts"), has("total") { return .archive }
        return nil
    }

    /// Whether a column is that of days.
    static func isDate(_ name: String) -> Bool {
        let words = name.split { $0 == " " || $0 == "_" }
        return words.last == "date" && words.count <= 3
    }

    /// Each empty name replaced by the one before it.
    private static func filled(_ names: [String]) -> [String] {
        var last = ""
        return names.map { name in
            if !name.isEmpty { last = name }
            return last
        }
    }

    /// The first column of which something holds.
    func column(_ test: (String) -> Bool) -> Int? { names.firstIndex(where: test) }

    /// The column of one of these names.
    func column(_ wanted: String...) -> Int? { column { wanted.contains($0) } }

    /// The column of days.
    var date: Int? { column(ReportHeader.isDate) }
}

extension [String] {
    /// The field of a column; empty where the row ends before it, or there is no such column.
    func field(_ column: Int?) -> String {
        guard let column, indices.contains(column) else { return "" }
        return self[column]
    }
}
