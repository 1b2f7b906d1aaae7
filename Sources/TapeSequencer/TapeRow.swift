import MarketModel

/// A trade with its place among the trades of the same time, as tapes without an order of ids keep it.
public struct TapeRow: Sendable, Hashable {
    /// The trade.
    public var trade: Trade
    /// The position among the rows of the same time in the file the row came from, from 0; 0 where ids give the order.
    public var ordinal: Int32

    /// Creates a row.
    public init(_ trade: Trade, ordinal: Int32 = 0) {
        self.trade = trade
        self.ordinal = ordinal
    }
}

/// The order and identity of the rows of a tape (docs/tape.md): pure functions, so that a tape depends on the set of its rows alone.
///
/// Rows are gathered in groups with the same ``key(of:)``; groups follow each other by key, and ``merge(_:_:)`` settles what is in one.
public struct TapeOrder: Sendable, Hashable {
    /// What the ids of the tape are.
    public var tradeIDs: TradeIDKind

    /// Creates the order of a tape.
    public init(tradeIDs: TradeIDKind) {
        self.tradeIDs = tradeIDs
    }

    /// What tapes are sorted by: the id where ids are contiguous, else the time.
    @inlinable
    public func key(of trade: Trade) -> Int64 {
        tradeIDs == .contiguous ? trade.id.integer : trade.time
    }

    /// The rows of one file that share a key, in file order, as a group of a tape: without duplicates, in tape order.
    public func group(_ trades: [Trade]) -> [TapeRow] {
        if tradeIDs == .contiguous { return trades.min(by: TapeOrder.precedes).map { [TapeRow($0)] } ?? [] }
        guard trades.count > 1 else { return trades.map { TapeRow($0) } }
        // A file that holds a row twice counts it once, where it came first.
        let distinct = tradeIDs == .none ? trades : withoutRepeats(trades)
        return distinct.enumerated().map { TapeRow($1, ordinal: Int32(clamping: $0)) }
    }

    private func withoutRepeats(_ trades: [Trade]) -> [Trade] {
        var places: [TradeID: Int] = [:]
        var distinct: [Trade] = []
        for trade in trades {
            if let place = places[trade.id] {
                if TapeOrder.precedes(trade, distinct[place]) { distinct[place] = trade }
            } else {
                places[trade.id] = distinct.count
                distinct.append(trade)
            }
        }
        return distinct
    }

    /// Two groups of the same key as one; commutative, associative and idempotent.
    ///
    /// Rows with ids are one if their ids are: the smaller values stand. Rows without ids are told apart by their values and by how often
    /// these occur, so the larger multiplicity stands. The larger ordinal stands: a file that begins in the middle of a group counts too
    /// few rows before, and no file counts too many.
    public func merge(_ a: [TapeRow], _ b: [TapeRow]) -> [TapeRow] {
        guard !a.isEmpty, !b.isEmpty else { return a.isEmpty ? b : a }
        switch tradeIDs {
        case .contiguous:
            return (a + b).min { TapeOrder.precedes($0.trade, $1.trade) }.map { [$0] } ?? []
        case .integer, .uuid:
            return unique(a + b).sorted(by: TapeOrder.follows)
        case .none:
            // Groups are sorted by ordinal, so these rise. Occurrences are matched from the last: a file that begins in the middle of a
            // group lacks the first ones.
            var kept = Dictionary(grouping: a, by: \.trade).mapValues { $0.map(\.ordinal) }
            for (trade, rows) in Dictionary(grouping: b, by: \.trade) {
                let (x, y) = (kept[trade] ?? [], rows.map(\.ordinal))
                let (long, short) = x.count >= y.count ? (x, y) : (y, x)
                let surplus = long.count - short.count
                kept[trade] = long.prefix(surplus) + zip(long.dropFirst(surplus), short).map { max($0, $1) }
            }
            return kept.flatMap { trade, ordinals in ordinals.map { TapeRow(trade, ordinal: $0) } }.sorted(by: TapeOrder.follows)
        }
    }

    private func unique(_ rows: [TapeRow]) -> [TapeRow] {
        var byID: [TradeID: TapeRow] = [:]
        for row in rows {
            guard let known = byID[row.trade.id] else {
                byID[row.trade.id] = row
                continue
            }
            let trade = TapeOrder.precedes(row.trade, known.trade) ? row.trade : known.trade
            byID[row.trade.id] = TapeRow(trade, ordinal: max(row.ordinal, known.ordinal))
        }
        return Array(byID.values)
    }

    /// The order of values, which settles conflicts: the smaller row stands.
    public static func precedes(_ a: Trade, _ b: Trade) -> Bool {
        (a.time, a.price, a.quantity, a.side.rawValue, a.fills) < (b.time, b.price, b.quantity, b.side.rawValue, b.fills)
    }

    /// Tape order within a group.
    static func follows(_ a: TapeRow, _ b: TapeRow) -> Bool {
        if a.ordinal != b.ordinal { return a.ordinal < b.ordinal }
        if a.trade.id != b.trade.id { return a.trade.id < b.trade.id }
        return precedes(a.trade, b.trade)
    }
}
