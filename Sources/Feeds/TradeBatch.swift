import JSONReading
import MarketModel

/// Where an adapter puts the trades of a frame; reused from frame to frame.
public struct TradeBatch {
    /// The trades of the frame, in its order.
    public private(set) var trades: [FeedTrade] = []
    /// Rows that were not understood.
    public private(set) var faults = 0
    private var symbols = SymbolTable()

    /// Removes the trades of the last frame and keeps the storage.
    mutating func removeAll() {
        trades.removeAll(keepingCapacity: true)
        faults = 0
    }

    /// Appends a trade, or counts a fault where a part is missing or makes no sense.
    ///
    /// A row that is no trade may have no price or quantity; one that is must have more than zero of both.
    public mutating func append(
        symbol: JSONValue?, id: TradeID?, time: Int64?, price: JSONValue?, quantity: JSONValue?, side: TakerSide?, fills: Int64 = 1,
        ids: Int64 = 1, idSpace: IDSpace = .tape, isTrade: Bool = true
    ) {
        guard let symbol, symbol.kind == .string, !symbol.bytes.isEmpty, symbol.bytes.count <= 64 else {
            faults += 1
            return
        }
        append(
            named: symbols.string(symbol.bytes), id: id, time: time, price: price, quantity: quantity, side: side, fills: fills, ids: ids,
            idSpace: idSpace, isTrade: isTrade)
    }

    /// Appends a trade of a symbol that the row itself does not name, or counts a fault as ``append(symbol:id:time:price:quantity:side:fills:ids:idSpace:isTrade:)`` does.
    @inline(__always)
    public mutating func append(
        named symbol: String, id: TradeID?, time: Int64?, price: JSONValue?, quantity: JSONValue?, side: TakerSide?, fills: Int64 = 1,
        ids: Int64 = 1, idSpace: IDSpace = .tape, isTrade: Bool = true
    ) {
        guard let id, let time, let side, let price = price?.decimal, let quantity = quantity?.decimal else {
            faults += 1
            return
        }
        append(
            named: symbol, id: id, time: time, price: price, quantity: quantity, side: side, fills: fills, ids: ids, idSpace: idSpace,
            isTrade: isTrade)
    }

    /// Appends a trade all of whose parts are there, or counts a fault where a price or quantity is negative.
    @inline(__always)
    mutating func append(
        named symbol: String, id: TradeID, time: Int64, price: FixedPoint, quantity: FixedPoint, side: TakerSide, fills: Int64 = 1,
        ids: Int64 = 1, idSpace: IDSpace = .tape, isTrade: Bool = true
    ) {
        guard price.mantissa >= 0 || !isTrade, quantity.mantissa >= 0 else {
            faults += 1
            return
        }
        trades.append(
            FeedTrade(
                symbol: symbol, id: id, time: time, price: price, quantity: quantity, side: side,
                fills: Int32(clamping: max(1, fills)), ids: Int32(clamping: max(1, ids)), idSpace: idSpace,
                // Binance keeps the ids of prints it took back, with nothing in them.
                isTrade: isTrade && price.mantissa > 0 && quantity.mantissa > 0))
    }

    /// The string of a symbol's bytes: made once for each symbol.
    mutating func name(_ symbol: UnsafeRawBufferPointer) -> String { symbols.string(symbol) }

    /// A venue's time in microseconds since 1970, whether it came in milliseconds or microseconds; nil for anything that is neither.
    public static func microseconds(_ value: JSONValue?) -> Int64? {
        value?.integer.flatMap { microseconds($0) }
    }

    /// The same of a number.
    static func microseconds(_ time: Int64) -> Int64? {
        // 1e14 ms is in the year 5138, 1e14 µs in 1973.
        return switch time {
        case 100_000_000_000..<100_000_000_000_000: time * 1000
        case 100_000_000_000_000..<100_000_000_000_000_000: time
        default: nil
        }
    }
}
