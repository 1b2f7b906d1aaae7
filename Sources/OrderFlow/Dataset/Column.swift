/// A value in a row of a dataset.
public enum Cell: Sendable, Hashable {
    /// A count.
    case integer(Int64)
    /// A measure; nil where it has no value (0/0, too few rows). ±infinity stands for x/0.
    case real(Double?)
    /// A word out of a small fixed set.
    case word(String)
}

/// How a column's values are stored where types are fixed: Parquet, Arrow.
public enum ColumnType: String, Sendable, Hashable {
    /// 64-bit integer, never null.
    case integer = "Int64"
    /// 64-bit float, nullable.
    case real = "Float64"
    /// UTF-8 text, never null.
    case word = "String"
}

/// One column of a dataset: everything that files, catalogues, JSON and docs say about it, declared once.
public struct Column<Row>: Sendable {
    /// The field's name, as in every file and answer.
    public let name: String
    /// The name for people.
    public let label: String
    /// The unit: `base`, `quote`, `trades`, `nats`, `ratio`, …
    public let unit: String
    /// What the value is, with its formula, in one sentence.
    public let description: String
    /// How values are stored.
    public let type: ColumnType
    /// Whether the vendor whose dataset this is has the column; others are Millrace's own and come after.
    public let isNative: Bool
    /// What has to be computed of each bar for this column.
    public let needs: BarParts
    /// The value of the column in a row.
    public let value: @Sendable (borrowing Row) -> Cell

    /// Declares a column.
    public init(
        _ name: String, _ label: String, unit: String, type: ColumnType = .real, native: Bool = false, needs: BarParts = [],
        _ description: String, value: @escaping @Sendable (borrowing Row) -> Cell
    ) {
        self.name = name
        self.label = label
        self.unit = unit
        self.type = type
        self.isNative = native
        self.description = description
        self.needs = needs
        self.value = value
    }
}

/// A dataset: a name and its columns, in order. Every row also has a `time`, the start of its interval.
public struct Dataset<Row>: Sendable {
    /// The name in paths and on the command line.
    public let name: String
    /// The name for people.
    public let title: String
    /// What it measures, in a sentence.
    public let description: String
    /// The columns after `time`.
    public let columns: [Column<Row>]

    /// Declares a dataset.
    public init(name: String, title: String, description: String, columns: [Column<Row>]) {
        self.name = name
        self.title = title
        self.description = description
        self.columns = columns
    }

    /// The dataset with those of its columns that are named, in its own order; nil for all.
    public func with(_ names: Set<String>?) -> Dataset {
        guard let names else { return self }
        return Dataset(name: name, title: title, description: description, columns: columns.filter { names.contains($0.name) })
    }
}
