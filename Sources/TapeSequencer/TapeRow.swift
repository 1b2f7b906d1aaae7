import MarketModel

/// A trade with its place among the trades of the same time, as tapes without an order of ids keep it.
public struct TapeRow: Sendable, Hashable {
    /// The trade.
    public var trade: Trade
    /// The position among the rows of the same time in the file the row came from, from 0; 0 where ids give the order.
    public var ordinal: Int32
    /// Where the trade's values come from.
    public var source: TradeSource
    /// When the trade first arrived, in microseconds since 1970-01-01 UTC; 0 where that is not known.
    public var arrival: Int64

    /// Creates a row.
    public init(_ trade: Trade, ordinal: Int32 = 0, source: TradeSource = .dump, arrival: Int64 = 0) {
        self.trade = trade
        self.ordinal = ordinal
        self.source = source
        self.arrival = arrival
    }

    /// One row of two with the same identity: the values of the better source stand, among equals the smaller ones; the larger ordinal; and
    /// the earlier arrival, since a dump that corrects a row does not change when it came. Commutative, associative and idempotent.
    @inlinable
    public func joined(_ other: TapeRow) -> TapeRow {
        let isBetter = other.source != source ? other.source > source : TapeOrder.precedes(other.trade, trade)
        var row = isBetter ? other : self
        row.ordinal = max(ordinal, other.ordinal)
        row.arrival = arrival == 0 ? other.arrival : other.arrival == 0 ? arrival : min(arrival, other.arrival)
        return row
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
    public func group(_ trades: [Trade]) -> [TapeRow] { group(rows: trades.map { TapeRow($0) }) }

    /// The same of rows that know where they come from; their ordinals are given anew.
    public func group(rows: [TapeRow]) -> [TapeRow] {
        guard rows.count > 1 else { return rows.map { TapeRow($0.trade, source: $0.source, arrival: $0.arrival) } }
        if tradeIDs == .contiguous { return rows.dropFirst().reduce(rows.first) { $0?.joined($1) }.map { [$0] } ?? [] }
        // A file that holds a row twice counts it once, where it came first.
        var distinct = tradeIDs == .none ? rows : withoutRepeats(rows)
        for place in distinct.indices { distinct[place].ordinal = Int32(clamping: place) }
        return distinct
    }

    private func withoutRepeats(_ rows: [TapeRow]) -> [TapeRow] {
        var places: [TradeID: Int] = [:]
        var distinct: [TapeRow] = []
        for row in rows {
            if let place = places[row.trade.id] {
                distinct[place] = distinct[place].joined(row)
            } else {
                places[row.trade.id] = distinct.count
                distinct.append(row)
            }
        }
        return distinct
    }

    /// Two groups of the same key as one; commutative, associative and idempotent.
    ///
    /// Rows with ids are one if their ids are: the better source stands, then the smaller values. Rows without ids are told apart by their values and by how often
    /// these occur, so the larger multiplicity stands. The larger ordinal stands: a file that begins in the middle of a group counts too
    /// few rows before, and no file counts too many.
    public func merge(_ a: [TapeRow], _ b: [TapeRow]) -> [TapeRow] {
        guard !a.isEmpty, !b.isEmpty else { return a.isEmpty ? b : a }
        switch tradeIDs {
        case .contiguous:
            return [(a.dropFirst() + b).reduce(a[0]) { $0.joined($1) }]
        case .integer, .uuid:
            return unique(a + b).sorted(by: TapeOrder.follows)
        case .none:
            // Groups are sorted by ordinal, so these rise. Occurrences are matched from the last: a file that begins in the middle of a
            // group lacks the first ones.
            var kept = Dictionary(grouping: a, by: \.trade)
            for (trade, rows) in Dictionary(grouping: b, by: \.trade) {
                let known = kept[trade] ?? []
                let (long, short) = known.count >= rows.count ? (known, rows) : (rows, known)
                let surplus = long.count - short.count
                kept[trade] = long.prefix(surplus) + zip(long.dropFirst(surplus), short).map { $0.joined($1) }
            }
            return kept.values.flatMap { $0 }.sorted(by: TapeOrder.follows)
        }
    }

    private func unique(_ rows: [TapeRow]) -> [TapeRow] {
        var byID: [TradeID: TapeRow] = [:]
        for row in rows {
            guard let known = byID[row.trade.id] else {
                byID[row.trade.id] = row
                continue
            }
            byID[row.trade.id] = known.joined(row)
        }
        return Array(byID.values)
    }

    /// The order of values, which settles conflicts: the smaller row stands.
    @inlinable
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
