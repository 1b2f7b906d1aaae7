extension Dataset {
    /// The dataset's page of documentation, in Markdown: generated, so that it cannot differ from what files hold.
    public var markdown: String {
        let vendor = columns.filter { !$0.isNative }
        let native = columns.filter(\.isNative)
        return """
            # \(name): \(title.lowercased())

            \(description)
            Each row is one bar; `time` is the start of its interval, UTC. A bar without trades is omitted.
            Sums, counts, deltas and ratios are the double nearest to the exact value; x/0 is infinite, 0/0 is null.

            ## The vendor's fields

            \(Dataset.table(vendor))

            ## Millrace's own

            \(Dataset.table(native))

            """
    }

    private static func table(_ columns: [Column<Row>]) -> String {
        let rows = columns.map { "| `\($0.name)` | \($0.label) | \($0.type.rawValue) | \($0.unit) | \($0.description) |" }
        return (["| field | label | type | unit | what it is |", "|---|---|---|---|---|"] + rows).joined(separator: "\n")
    }
}
