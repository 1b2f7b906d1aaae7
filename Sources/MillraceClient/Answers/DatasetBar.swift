import JSONReading
public import MarketModel

/// A bar with the columns of a dataset.
public struct DatasetBar: Sendable, Hashable {
    /// The start of its interval.
    public let time: Int64
    /// The columns by name; one without a value, or with an infinite one, is not there.
    public let values: [String: Double]
    /// Whether the tape inside the bar is whole.
    public let quality: BarQuality
    /// How many repairs changed it.
    public let revision: Int
    /// Whether it was growing still.
    public let isOpen: Bool

    /// The value of a column, as docs/datasets lists them: `bar["close"]`.
    public subscript(column: String) -> Double? { values[column] }
}

extension DatasetBar {
    /// A row of a table.
    init(row: JSONValue) throws(Unreadable) {
        try self.init(row, values: row, isOpen: row.member("is_open", \.bool))
    }

    /// A bar of the stream, whose columns stand apart.
    init(event: JSONValue) throws(Unreadable) {
        guard let values = event["values"], values.kind == .object else { throw Unreadable(member: "values") }
        try self.init(event, values: values, isOpen: event.member("open", \.bool))
    }

    private init(_ row: JSONValue, values columns: JSONValue, isOpen: Bool) throws(Unreadable) {
        var values: [String: Double] = [:]
        for (key, value) in columns.members where !key.equals("time") && !key.equals("revision") {
            if let real = value.real { values[String(decoding: key, as: UTF8.self)] = real }
        }
        self.values = values
        self.isOpen = isOpen
        time = try row.member("time", \.whole)
        quality = try row.member("quality", \.quality)
        revision = try row.member("revision", \.count)
    }
}

/// Cumulative volume delta at the end of a bar; numbers are the doubles nearest to the exact ones.
public struct DeltaBar: Sendable, Hashable {
    /// The start of its interval.
    public let time: Int64
    /// What takers bought less what they sold in the bar, in base.
    public let delta: Double
    /// The same in quote currency.
    public let deltaNotional: Double
    /// The sum of ``delta`` from where it was asked to run.
    public let cumulative: Double
    /// The sum of ``deltaNotional`` likewise.
    public let cumulativeNotional: Double
    /// Whether the tape inside the bar is whole.
    public let quality: BarQuality
    /// How many repairs changed it.
    public let revision: Int
    /// Whether it was growing still.
    public let isOpen: Bool
}

extension DeltaBar {
    init(_ row: JSONValue) throws(Unreadable) {
        time = try row.member("time", \.whole)
        delta = try row.member("volume_delta", \.real)
        deltaNotional = try row.member("volume_delta_notional", \.real)
        cumulative = try row.member("cvd", \.real)
        cumulativeNotional = try row.member("cvd_notional", \.real)
        quality = try row.member("quality", \.quality)
        revision = try row.member("revision", \.count)
        isOpen = try row.member("is_open", \.bool)
    }
}
