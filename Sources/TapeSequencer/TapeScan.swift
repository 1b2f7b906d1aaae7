import MarketModel

/// What one look at a run of tape rows tells: span, sides, order, adjacent duplicates and id holes.
///
/// Pure and mergeable: scans of adjacent runs, joined by ``append(_:)`` in tape order, equal the scan of the whole, however it was cut.
/// The order is judged by the row's *key*: the id where ids are ``TradeIDKind/contiguous``, the event time otherwise. Every row is only
/// compared with the one before it, so a scan is exact about ``isStrictlyAscending`` and about the holes of an ascending run; in a run that
/// is not ascending the holes and duplicates are those of neighbours only, and the whole truth needs the rows merged by id.
public struct TapeScan: Sendable, Hashable {
    /// How many holes are listed; all are counted.
    public static let holeLimit = 100_000

    /// What the ids are, and so what the key is.
    public let tradeIDs: TradeIDKind
    /// How many trades, rows with zero price or quantity left out.
    public private(set) var rows = 0
    /// How many rows had a zero price or quantity: no trades, but their ids count as present.
    public private(set) var zeroRows = 0
    /// How many trades had a buyer as taker.
    public private(set) var buys = 0
    /// How many trades had a seller as taker.
    public private(set) var sells = 0
    /// The first and last row in tape order, and the extremes; nil before the first row. Zero rows take part.
    public private(set) var bounds: Bounds?
    /// How many rows had the id of the row before them; 0 where there are no ids.
    public private(set) var adjacentDuplicates = 0
    /// How many rows had a smaller key than the row before them.
    public private(set) var outOfOrder = 0
    /// How many rows had an earlier time than the row before them, whatever their ids say.
    public private(set) var timeReversals = 0
    /// How many rows had the key of the row before them.
    private var ties = 0
    /// The first ``holeLimit`` holes in tape order; empty unless ids are contiguous.
    public private(set) var holes: [IDHole] = []
    /// How many holes there are, listed or not.
    public private(set) var holeCount = 0
    /// How many ids are missing in all holes; stops at `Int.max`.
    public private(set) var missingIDs = 0

    /// The ends and extremes of a run.
    public struct Bounds: Sendable, Hashable {
        /// Time of the first row, in microseconds UTC.
        public var firstTime: Int64
        /// Time of the last row, in microseconds UTC.
        public var lastTime: Int64
        /// The earliest time, in microseconds UTC.
        public var minTime: Int64
        /// The latest time, in microseconds UTC.
        public var maxTime: Int64
        /// Id of the first row.
        public var firstID: TradeID
        /// Id of the last row.
        public var lastID: TradeID
        /// The smallest id.
        public var minID: TradeID
        /// The largest id.
        public var maxID: TradeID
    }

    /// The ids of rows with a zero price or quantity, in runs, in tape order; empty unless ids are contiguous.
    public private(set) var zeroIDs: [ClosedRange<Int64>] = []

    /// Creates the scan of no rows.
    public init(tradeIDs: TradeIDKind) {
        self.tradeIDs = tradeIDs
    }

    /// How many trades had no known taker side.
    public var unknownSides: Int { rows - buys - sells }

    /// Whether each row's key is larger than that of the row before: then there is no duplicate, and the run needs no sorting.
    public var isStrictlyAscending: Bool { outOfOrder == 0 && ties == 0 }

    /// Adds a row with a zero price or quantity: not a trade, but its id is present.
    public mutating func addZeroRow(id: TradeID, time: Int64) {
        zeroRows += 1
        if tradeIDs == .contiguous { noteZero(id.integer...id.integer) }
        step(id: id, time: time)
    }

    private mutating func noteZero(_ ids: ClosedRange<Int64>) {
        if let last = zeroIDs.last, last.upperBound != .max, last.upperBound + 1 == ids.lowerBound {
            zeroIDs[zeroIDs.count - 1] = last.lowerBound...ids.upperBound
        } else {
            zeroIDs.append(ids)
        }
    }

    /// Adds one trade.
    public mutating func add(_ trade: Trade) {
        count(side: trade.side.rawValue)
        step(id: trade.id, time: trade.time)
    }

    mutating func count(side: Int8) {
        rows += 1
        buys += side == 1 ? 1 : 0
        sells += side == -1 ? 1 : 0
    }

    mutating func count(rows: Int, buys: Int, sells: Int) {
        self.rows += rows
        self.buys += buys
        self.sells += sells
    }

    /// Takes the next row into the order.
    mutating func step(id: TradeID, time: Int64) {
        guard var bounds else {
            self.bounds = Bounds(
                firstTime: time, lastTime: time, minTime: time, maxTime: time, firstID: id, lastID: id, minID: id, maxID: id)
            return
        }
        join(lastID: bounds.lastID, lastTime: bounds.lastTime, nextID: id, nextTime: time)
        bounds.lastTime = time
        bounds.lastID = id
        bounds.minTime = min(bounds.minTime, time)
        bounds.maxTime = max(bounds.maxTime, time)
        bounds.minID = tradeIDs.smaller(bounds.minID, id)
        bounds.maxID = tradeIDs.larger(bounds.maxID, id)
        self.bounds = bounds
    }

    /// Takes a run of consecutive ids whose times never step back, the first of which has been stepped over already.
    mutating func extendConsecutive(lastID: Int64, lastTime: Int64) {
        bounds?.lastTime = lastTime
        bounds?.lastID = TradeID(lastID)
        if let bounds {
            self.bounds?.maxTime = max(bounds.maxTime, lastTime)
            self.bounds?.maxID = tradeIDs.larger(bounds.maxID, TradeID(lastID))
        }
    }

    /// Judges the step from one row to the next.
    private mutating func join(lastID: TradeID, lastTime: Int64, nextID: TradeID, nextTime: Int64) {
        if nextTime < lastTime { timeReversals += 1 }
        if tradeIDs != .none, nextID == lastID { adjacentDuplicates += 1 }
        guard tradeIDs == .contiguous else {
            if nextTime < lastTime { outOfOrder += 1 } else if nextTime == lastTime { ties += 1 }
            return
        }
        let (last, next) = (lastID.integer, nextID.integer)
        if next < last {
            outOfOrder += 1
        } else if next == last {
            ties += 1
        } else if last != .max, next > last + 1 {
            note(IDHole(from: last + 1, to: next - 1, timeBefore: lastTime, timeAfter: nextTime))
        }
    }

    private mutating func note(_ hole: IDHole) {
        holeCount += 1
        missingIDs = missingIDs.addingSaturating(hole.count)
        if holes.count < TapeScan.holeLimit { holes.append(hole) }
    }

    /// Joins the scan of the rows that follow; both must have the same kind of ids.
    public mutating func append(_ next: TapeScan) {
        rows += next.rows
        zeroRows += next.zeroRows
        for ids in next.zeroIDs { noteZero(ids) }
        buys += next.buys
        sells += next.sells
        if let left = bounds, let right = next.bounds {
            join(lastID: left.lastID, lastTime: left.lastTime, nextID: right.firstID, nextTime: right.firstTime)
            bounds = Bounds(
                firstTime: left.firstTime, lastTime: right.lastTime, minTime: min(left.minTime, right.minTime),
                maxTime: max(left.maxTime, right.maxTime), firstID: left.firstID, lastID: right.lastID,
                minID: tradeIDs.smaller(left.minID, right.minID), maxID: tradeIDs.larger(left.maxID, right.maxID))
        } else {
            bounds = bounds ?? next.bounds
        }
        adjacentDuplicates += next.adjacentDuplicates
        outOfOrder += next.outOfOrder
        timeReversals += next.timeReversals
        ties += next.ties
        holeCount += next.holeCount
        missingIDs = missingIDs.addingSaturating(next.missingIDs)
        holes.append(contentsOf: next.holes.prefix(TapeScan.holeLimit - holes.count))
    }
}

extension TradeIDKind {
    /// Integer ids are signed, UUIDs are ordered as 16 unsigned bytes.
    func smaller(_ a: TradeID, _ b: TradeID) -> TradeID { precedes(b, a) ? b : a }

    func larger(_ a: TradeID, _ b: TradeID) -> TradeID { precedes(a, b) ? b : a }

    private func precedes(_ a: TradeID, _ b: TradeID) -> Bool {
        self == .uuid ? a < b : a.integer < b.integer
    }
}

extension Int {
    func addingSaturating(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
