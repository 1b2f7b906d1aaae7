/// One taker order at one price: a row of Binance's aggTrades, an OKX `trades` push, one or more of Bybit's rows.
public struct SimulatedTrade: Sendable, Hashable {
    /// The number of the order within its instrument, from 0 at the listing, without holes.
    public var order: Int64
    /// The number of its first fill, from 0 at the listing.
    public var firstFill: Int64
    /// The number of its last fill.
    public var lastFill: Int64
    /// When it traded: microseconds since 1970-01-01 UTC. May be a few milliseconds before that of the order before it.
    public var time: Int64
    /// When the venue publishes it, in whole milliseconds: never before ``time``, never before that of the order before it.
    public var published: Int64
    /// The price at the instrument's decimals, on its tick.
    public var price: Int64
    /// The quantity at the instrument's decimals, on its step, at least one step a fill.
    public var quantity: Int64
    /// Whether the taker bought.
    public var isBuy: Bool
    /// Whether the fill before ``firstFill`` was a print off the book, which belongs to no order.
    public var followsOffBookPrint: Bool

    /// How many fills it has.
    public var fills: Int64 { lastFill - firstFill + 1 }

    /// The quantity of each fill, in their order: whole steps that add up to ``quantity``.
    ///
    /// - Parameter step: the instrument's.
    public func fillQuantities(step: Int64) -> [Int64] {
        let count = Int(fills)
        guard count > 1 else { return [quantity] }
        // Every fill has a step; what is left is cut at random places.
        var rest = quantity / step - Int64(count)
        return (0..<count).map { index in
            guard index < count - 1 else { return (rest + 1) * step }
            let draw = Mixing.hash(UInt64(bitPattern: firstFill), UInt64(index)) >> 40
            let share = min(rest, Int64((Int128(rest) * Int128(draw)) >> 24) * 2 / Int64(count - index))
            rest -= share
            return (1 + share) * step
        }
    }
}
