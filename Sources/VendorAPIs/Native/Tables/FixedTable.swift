import MarketModel
import Transport

/// A table whose rows are in memory.
struct FixedTable: TableSource {
    let fields: [TableField]
    let name: StaticString
    /// What JSON says before the rows, and files as metadata.
    let head: [(StaticString, String)]
    private let values: [TableValues]
    private var isGiven = false

    init(_ name: StaticString, head: [(StaticString, String)], _ columns: [(TableField, TableValues)]) {
        self.name = name
        self.head = head
        fields = columns.map(\.0)
        values = columns.map(\.1)
    }

    func writeHead(to json: inout JSONWriter) {
        for (name, text) in head { json.member(name, text) }
    }

    var metadata: [(String, String)] { head.map { ("millrace.\($0.0)", $0.1) } }

    mutating func next(_ count: Int, _ cancellation: Cancellation) -> [TableValues]? {
        defer { isGiven = true }
        return isGiven ? nil : values
    }
}

extension TableValues {
    /// Doubles, of which some may be missing.
    init(reals: [Double?]) {
        self.init(.reals(reals.map { $0 ?? 0 }), valid: reals.contains { $0 == nil } ? reals.map { $0 == nil ? 0 : 1 } : nil)
    }
}
