/// One row of a venue's tape with a taker side; on Binance that is an aggTrade, one taker order at one price.
///
/// Price and quantity are exact integers at the scales of the trade's instrument, which the trade itself does not carry:
/// `price / 10^priceScale` and `quantity / 10^quantityScale`. Quantity is what the venue prints, so contracts on inverse markets.
public struct Trade: Sendable, Hashable {
    /// The identity of the trade within its instrument.
    public var id: TradeID
    /// Event time in microseconds since 1970-01-01 UTC.
    public var time: Int64
    /// Price mantissa at the instrument's price scale; more than zero.
    public var price: Int64
    /// Quantity mantissa at the instrument's quantity scale; more than zero.
    public var quantity: Int64
    /// Who was the aggressor.
    public var side: TakerSide
    /// How many raw fills the row stands for (Binance: last − first raw id + 1); 1 where the venue does not say.
    public var fills: Int32

    /// Creates a trade.
    public init(id: TradeID, time: Int64, price: Int64, quantity: Int64, side: TakerSide, fills: Int32 = 1) {
        self.id = id
        self.time = time
        self.price = price
        self.quantity = quantity
        self.side = side
        self.fills = fills
    }
}

/// The identity of a trade: 128 bits, whose meaning is the instrument's ``TradeIDKind``.
///
/// Integer ids are the sign-extended value, UUIDs are their 16 bytes in network order, so that ids of one instrument sort as their text does.
@frozen
public struct TradeID: Sendable, Hashable, Comparable {
    /// The upper 64 bits; 0 for a non-negative integer id.
    public var high: Int64
    /// The lower 64 bits.
    public var low: UInt64

    /// Creates an id from its halves.
    @inlinable
    public init(high: Int64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Creates an integer id.
    @inlinable
    public init(_ value: Int64) {
        self.init(high: value < 0 ? -1 : 0, low: UInt64(bitPattern: value))
    }

    /// The id as an integer; meaningful where the instrument's ids are integers.
    @inlinable
    public var integer: Int64 { Int64(bitPattern: low) }

    /// Orders ids by their 128-bit value.
    @inlinable
    public static func < (a: TradeID, b: TradeID) -> Bool {
        a.high != b.high ? UInt64(bitPattern: a.high) < UInt64(bitPattern: b.high) : a.low < b.low
    }
}

/// What a venue's trade ids are, and so how a tape is ordered and how a hole in it shows.
public enum TradeIDKind: String, Sendable, Hashable, CaseIterable {
    /// Integers that rise by one from trade to trade: order is by id and a missing id is a hole.
    case contiguous
    /// Unique integers without an order of their own: order is by time, and holes cannot be told from ids.
    case integer
    /// 16-byte UUIDs: order is by time, then by the venue's own sequence.
    case uuid
    /// No ids: identical rows are told apart by how often they occur.
    case none
}
