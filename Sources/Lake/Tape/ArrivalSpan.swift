/// How many rows have a known arrival time, and the range of these times.
public struct ArrivalSpan: Sendable, Hashable {
    /// How many rows have one.
    public var rows = 0
    /// The earliest in microseconds; `Int64.max` where there is none.
    public var first = Int64.max
    /// The latest in microseconds; `Int64.min` where there is none.
    public var last = Int64.min

    /// Creates the span of no rows.
    public init() {}

    init(rows: Int, first: Int64, last: Int64) {
        self.rows = rows
        self.first = first
        self.last = last
    }

    /// Takes arrival times; 0 stands for one that is not known.
    mutating func add(_ times: Span<Int64>) {
        for row in 0..<times.count where times[row] != 0 {
            rows += 1
            first = min(first, times[row])
            last = max(last, times[row])
        }
    }
}
