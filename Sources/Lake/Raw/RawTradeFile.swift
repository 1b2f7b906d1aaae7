import CParquet

/// Writes raw trades to a file descriptor as Parquet: `exchange_timestamp`, `local_timestamp`, `id`, `side`, `price`, `amount`.
///
/// Times carry the zone UTC; `local_timestamp` is null where the arrival time is not known, as it is not of dumps. Row groups hold a quarter of a
/// million rows or a little more, so memory does not grow with the file. The same rows in the same stretches give the same bytes.
public final class RawTradeFile {
    private let writer: OpaquePointer
    private var waiting: [RawTradeRows] = []
    private var rows = 0

    private static let groupRows = 1 << 18

    /// Starts a file.
    ///
    /// - Parameters:
    ///   - descriptor: where to write; it stays the caller's and is not closed.
    ///   - metadata: key-value pairs of the file's footer.
    /// - Throws: ``LakeError`` when writing fails.
    public init(descriptor: Int32, metadata: [(String, String)]) throws {
        var error: UnsafeMutablePointer<CChar>?
        let opened = withCStrings(metadata.map { $0.0 }) { keys in
            withCStrings(metadata.map { $0.1 }) { values in mr_raw_open(descriptor, Int32(keys.count), keys, values, &error) }
        }
        guard let opened else { throw RawTradeFile.failure(error) }
        writer = opened
    }

    deinit { mr_raw_free(writer) }

    /// Appends a stretch of trades.
    ///
    /// - Throws: ``LakeError`` when writing fails.
    public func append(_ stretch: RawTradeRows) throws {
        guard stretch.count > 0 else { return }
        waiting.append(stretch)
        rows += stretch.count
        if rows >= RawTradeFile.groupRows { try flush() }
    }

    /// Writes the end of the file. Without it the file is not readable.
    ///
    /// - Throws: ``LakeError`` when writing fails.
    public func finish() throws {
        try flush()
        var error: UnsafeMutablePointer<CChar>?
        guard mr_raw_finish(writer, &error) == 0 else { throw RawTradeFile.failure(error) }
    }

    private func flush() throws {
        guard !waiting.isEmpty else { return }
        var views: [mr_raw_rows] = []
        var error: UnsafeMutablePointer<CChar>?
        let status = RawTradeFile.withViews(waiting[...], &views) { mr_raw_append(writer, Int32($0.count), $0, &error) }
        guard status == 0 else { throw RawTradeFile.failure(error) }
        waiting.removeAll(keepingCapacity: true)
        rows = 0
    }

    /// Calls `body` with the arrays of all stretches as C sees them, valid during the call.
    private static func withViews(_ rest: ArraySlice<RawTradeRows>, _ views: inout [mr_raw_rows], _ body: ([mr_raw_rows]) -> Int32) -> Int32
    {
        guard let stretch = rest.first else { return body(views) }
        return stretch.time.withUnsafeBufferPointer { time in
            stretch.id.withUnsafeBufferPointer { id in
                stretch.side.withUnsafeBufferPointer { side in
                    stretch.price.withUnsafeBufferPointer { price in
                        stretch.amount.withUnsafeBufferPointer { amount in
                            stretch.arrival.withUnsafeBufferPointer { arrival in
                                views.append(
                                    mr_raw_rows(
                                        rows: Int64(stretch.count), time: time.baseAddress,
                                        arrival: arrival.isEmpty ? nil : arrival.baseAddress, id: id.isEmpty ? nil : id.baseAddress,
                                        side: side.baseAddress, price: price.baseAddress, amount: amount.baseAddress))
                                return withViews(rest.dropFirst(), &views, body)
                            }
                        }
                    }
                }
            }
        }
    }

    private static func failure(_ error: UnsafeMutablePointer<CChar>?) -> LakeError {
        LakeError(.system, "raw trades file", takeText(error))
    }
}
