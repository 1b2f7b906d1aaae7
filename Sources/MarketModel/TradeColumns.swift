/// A batch of trades of one instrument, one array a column: what readers fill, and what metrics and writers consume.
///
/// All columns that are filled hold ``count`` values. Scales are the same for every row of a batch and are known to whoever made it. Batches are reused:
/// ``removeAll()`` keeps the storage, so that a reader allocates nothing per trade.
public struct TradeColumns: Sendable {
    /// Event times in microseconds since 1970-01-01 UTC.
    public var time: [Int64] = []
    /// Price mantissas.
    public var price: [Int64] = []
    /// Quantity mantissas, in the venue's own unit (contracts on inverse markets).
    public var quantity: [Int64] = []
    /// ``TakerSide`` raw values: +1 buy, −1 sell, 0 unknown.
    public var side: [Int8] = []
    /// Integer ids, or the lower halves of 16-byte ids.
    public var id: [Int64] = []
    /// The upper halves of 16-byte ids; empty for integer ids.
    public var idHigh: [Int64] = []
    /// Raw fills in each row; 1 where the venue does not say.
    public var fills: [Int32] = []
    /// When each row arrived, in microseconds since 1970-01-01 UTC, 0 where that is not known; empty where nobody asked or none is known.
    public var arrival: [Int64] = []
    /// Where each row came from, a `TradeSource`'s raw value; empty where nobody asked or all rows are of dumps.
    public var source: [Int8] = []

    /// Creates an empty batch with room for `capacity` rows.
    public init(capacity: Int = 0) {
        reserve(capacity)
    }

    /// How many trades the batch holds.
    @inlinable
    public var count: Int { time.count }

    /// Makes room for `capacity` rows in all columns but ``idHigh``.
    public mutating func reserve(_ capacity: Int) {
        time.reserveCapacity(capacity)
        price.reserveCapacity(capacity)
        quantity.reserveCapacity(capacity)
        side.reserveCapacity(capacity)
        id.reserveCapacity(capacity)
        fills.reserveCapacity(capacity)
    }

    /// Removes all rows and keeps the storage.
    public mutating func removeAll() {
        time.removeAll(keepingCapacity: true)
        price.removeAll(keepingCapacity: true)
        quantity.removeAll(keepingCapacity: true)
        side.removeAll(keepingCapacity: true)
        id.removeAll(keepingCapacity: true)
        idHigh.removeAll(keepingCapacity: true)
        fills.removeAll(keepingCapacity: true)
        arrival.removeAll(keepingCapacity: true)
        source.removeAll(keepingCapacity: true)
    }

    /// Appends one trade; `wideID` says whether the batch carries 16-byte ids.
    @inlinable
    public mutating func append(_ trade: Trade, wideID: Bool = false) {
        time.append(trade.time)
        price.append(trade.price)
        quantity.append(trade.quantity)
        side.append(trade.side.rawValue)
        id.append(trade.id.integer)
        if wideID { idHigh.append(trade.id.high) }
        fills.append(trade.fills)
    }

    /// The last `count` trades, or all if there are fewer.
    public func suffix(_ count: Int) -> TradeColumns {
        guard self.count > count else { return self }
        var rest = TradeColumns(capacity: count + count / 4)
        rest.time.append(contentsOf: time.suffix(count))
        rest.price.append(contentsOf: price.suffix(count))
        rest.quantity.append(contentsOf: quantity.suffix(count))
        rest.side.append(contentsOf: side.suffix(count))
        rest.id.append(contentsOf: id.suffix(count))
        rest.idHigh.append(contentsOf: idHigh.suffix(count))
        rest.fills.append(contentsOf: fills.suffix(count))
        return rest
    }

    /// Inserts a trade before row `index`.
    public mutating func insert(_ trade: Trade, at index: Int, wideID: Bool = false) {
        time.insert(trade.time, at: index)
        price.insert(trade.price, at: index)
        quantity.insert(trade.quantity, at: index)
        side.insert(trade.side.rawValue, at: index)
        id.insert(trade.id.integer, at: index)
        if wideID { idHigh.insert(trade.id.high, at: index) }
        fills.insert(trade.fills, at: index)
    }

    /// Puts another trade in the place of one with the same id.
    public mutating func replace(_ index: Int, by trade: Trade) {
        time[index] = trade.time
        price[index] = trade.price
        quantity[index] = trade.quantity
        side[index] = trade.side.rawValue
        fills[index] = trade.fills
    }

    /// The trade in row `index`.
    @inlinable
    public subscript(index: Int) -> Trade {
        Trade(
            id: idHigh.isEmpty ? TradeID(id[index]) : TradeID(high: idHigh[index], low: UInt64(bitPattern: id[index])),
            time: time[index], price: price[index], quantity: quantity[index],
            side: TakerSide(rawValue: side[index]) ?? .unknown, fills: fills[index])
    }
}

/// The number of decimal digits after the point that an instrument's prices and quantities carry, each 0…18.
@frozen
public struct Scales: Sendable, Hashable {
    /// Digits after the point of a price.
    public var price: Int
    /// Digits after the point of a quantity.
    public var quantity: Int

    /// Creates a pair of scales.
    @inlinable
    public init(price: Int, quantity: Int) {
        self.price = price
        self.quantity = quantity
    }

    /// The smallest scales that hold what either holds.
    public func union(_ other: Scales) -> Scales {
        Scales(price: max(price, other.price), quantity: max(quantity, other.quantity))
    }
}
