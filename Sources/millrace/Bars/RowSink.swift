import OrderFlow

/// Takes rows in time order.
protocol RowSink<Row> {
    associatedtype Row: DatasetRow

    func append(_ row: Row) throws
    /// Ends what was written; only now may a file appear under its name.
    func finish() throws
}
