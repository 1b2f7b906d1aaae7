import CParquet
import MarketModel

/// What decides the columns of a tape file.
package struct TapeLayout: Sendable, Hashable {
    /// What the ids are.
    package var tradeIDs: TradeIDKind
    /// The decimal scales of price and quantity.
    package var scales: Scales

    /// Creates a layout.
    package init(tradeIDs: TradeIDKind, scales: Scales) {
        self.tradeIDs = tradeIDs
        self.scales = scales
    }

    /// Whether rows carry the position among those of the same time: on tapes that ids do not order.
    package var hasOrdinals: Bool { tradeIDs != .contiguous }
    /// Whether rows carry ids.
    package var hasIDs: Bool { tradeIDs != .none }
    /// Whether ids have 16 bytes.
    package var hasWideIDs: Bool { tradeIDs == .uuid }

    var native: mr_tape_layout {
        let ids = hasWideIDs ? MR_ID_UUID : hasIDs ? MR_ID_INT64 : MR_ID_NONE
        return mr_tape_layout(
            id_kind: Int32(ids), ordinal: hasOrdinals ? 1 : 0, price_scale: Int32(scales.price), quantity_scale: Int32(scales.quantity))
    }
}

/// Which columns of a tape are wanted; times always come along.
public struct TapeColumnSet: OptionSet, Sendable, Hashable {
    public let rawValue: Int32

    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// Trade ids.
    public static let id = TapeColumnSet(rawValue: Int32(MR_COLUMN_ID))
    /// Event times.
    public static let time = TapeColumnSet(rawValue: Int32(MR_COLUMN_TIME))
    /// Price mantissas.
    public static let price = TapeColumnSet(rawValue: Int32(MR_COLUMN_PRICE))
    /// Quantity mantissas.
    public static let quantity = TapeColumnSet(rawValue: Int32(MR_COLUMN_QUANTITY))
    /// Taker sides.
    public static let side = TapeColumnSet(rawValue: Int32(MR_COLUMN_SIDE))
    /// Fill counts.
    public static let fills = TapeColumnSet(rawValue: Int32(MR_COLUMN_FILLS))
    /// What bars need.
    public static let bars: TapeColumnSet = [.time, .price, .quantity, .side]
    /// Everything that makes a ``Trade``.
    public static let all: TapeColumnSet = [.id, .time, .price, .quantity, .side, .fills]

    /// Arrival times.
    public static let arrival = TapeColumnSet(rawValue: Int32(MR_COLUMN_ARRIVAL))

    package static let ordinal = TapeColumnSet(rawValue: Int32(MR_COLUMN_ORDINAL))
    package static let source = TapeColumnSet(rawValue: Int32(MR_COLUMN_SOURCE))
    /// All that a file holds.
    package static let everything: TapeColumnSet = [.all, .ordinal, .arrival, .source]
}
