/// How a reader turns a long tape into something small, in parallel and with the same result whatever the threads.
///
/// A reader cuts its tape into adjacent segments. For each segment it calls ``begin`` once and ``add`` for each batch of trades in tape
/// order; segments run concurrently. The partial results are then handed, in tape order and one at a time, to the reader's `fold` closure.
public struct TapeReduction<Partial: Sendable>: Sendable {
    /// Starts the partial result of a segment whose prices and quantities have the given scales.
    public var begin: @Sendable (Scales) throws -> Partial
    /// Adds the next batch of the segment; the batch is only valid during the call.
    public var add: @Sendable (inout Partial, borrowing TradeColumns) throws -> Void

    /// Creates a reduction.
    public init(
        begin: @escaping @Sendable (Scales) throws -> Partial,
        add: @escaping @Sendable (inout Partial, borrowing TradeColumns) throws -> Void
    ) {
        self.begin = begin
        self.add = add
    }
}
