public import Lake
import MarketModel
public import OrderFlow

/// Rows of datasets out of the lake, for a range of time.
public enum BarQuery {
    /// Calls `body` with each row whose bar starts in `from..<to`, in time order.
    ///
    /// - Parameters:
    ///   - from: microseconds since the epoch, or nil for the tape's first trade.
    ///   - to: exclusive; or nil for its last.
    ///   - threads: 1…64.
    ///   - progress: called from any thread with the number of rows just read.
    /// - Throws: ``FlowError``, the lake's error if a file is missing or damaged, or what `body` throws.
    public static func rows(
        _ lake: Lake, _ tape: TapeSummary, from: Int64?, to: Int64?, options: BarOptions, threads: Int,
        progress: (@Sendable (Int) -> Void)? = nil, _ body: (BarRow) throws -> Void
    ) throws {
        let flow = try FlowQuery.flow(lake, tape, from: from, to: to, options: options, threads: threads, progress: progress)
        try flow.forEachRow(from: from, to: to, body)
    }
}
