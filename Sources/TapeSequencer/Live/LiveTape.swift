import MarketModel

/// Where a row of a tape came from; of two rows with one id that of the greater source stands.
public enum TradeSource: Int8, Sendable, Hashable, CaseIterable, Comparable {
    /// A venue's stream.
    case stream = 0
    /// A venue's REST endpoint, asked to fill a hole.
    case rest = 1
    /// A venue's dump.
    case dump = 2

    public static func < (a: TradeSource, b: TradeSource) -> Bool { a.rawValue < b.rawValue }
}

/// Puts the live rows of one instrument in order, by ids that rise by one: drops what is there already, finds what is missing, asks for it.
///
/// A state machine without clock and I/O: events go in with their time, and what has to be done comes out. The live edge never waits for a
/// repair: rows after a hole are released once they have waited ``Options/patience`` for those before them, and what a repair brings is
/// released as late rows.
///
///     var tape = LiveTape(after: lastDurable)
///     tape.take(LiveTrade(trade, received: received), at: now, &actions)
public struct LiveTape: Sendable {
    /// How long and how often to wait; times are in nanoseconds.
    public struct Options: Sendable, Hashable {
        /// How long rows wait for those before them until a hole is declared.
        public var patience: Int64 = 250_000_000
        /// How many rows wait at most.
        public var capacity = 8192
        /// How many ids one repair asks for.
        public var repairSpan: Int64 = 1000
        /// How long to wait after a repair that failed; doubles up to ``longestWait``.
        public var firstWait: Int64 = 500_000_000
        /// The longest wait between two tries.
        public var longestWait: Int64 = 60_000_000_000
        /// After how many tries a hole is left to the venue's dumps.
        public var tries = 8
        /// How many rows below the edge in a row, newer than all before and never seen, mean that the venue has begun to count anew.
        public var restartAfter = 16
        /// How many of the newest rows are remembered, to tell a repetition from a contradiction.
        public var memory = 4096

        /// The defaults.
        public init() {}
    }

    private let options: Options
    private var next: Int64?
    private var lastTime: Int64
    /// Rows beyond the edge, by id.
    private var waiting: [Int64: LiveTrade] = [:]
    private var waitingSince: Int64?
    private var holes: [LiveHole] = []
    private var recent: RecentRows
    /// Rows in succession that lie below the edge, are newer than all before, and were never seen.
    private var strangers = 0
    private var firstStranger: Int64 = 0
    /// Rows that were there already.
    public private(set) var duplicates = 0

    /// Creates the live end of a tape.
    ///
    /// - Parameters:
    ///   - last: the last row the tape has, or nil for a tape that begins with the first row taken.
    ///   - holes: what is missing before it and may still be had from the venue; asked for as soon as time goes on.
    public init(after last: (id: Int64, time: Int64)? = nil, holes: [IDHole] = [], options: Options = Options()) {
        self.options = options
        next = last.map { $0.id + 1 }
        lastTime = last?.time ?? .min
        recent = RecentRows(capacity: options.memory)
        self.holes = holes.map { LiveHole($0, dueAt: .min) }
    }

    /// The id that the next row of the tape has, or nil before the first.
    public var edge: Int64? { next }

    /// The holes that are being repaired, oldest first.
    public var openHoles: [IDHole] { holes.map(\.hole) }

    /// When ``tick(at:_:)`` has to be called next, or nil if there is nothing to wait for.
    public var deadline: Int64? {
        let repairs = holes.lazy.filter { $0.asked == nil }.map(\.dueAt).min()
        return [repairs, waitingSince.map { $0 + options.patience }].compactMap { $0 }.min()
    }

    /// Takes a row.
    ///
    /// - Parameter actions: what has to be done is appended.
    /// - Complexity: O(1) for the next row of the tape; O(holes) for one below the edge.
    public mutating func take(_ row: LiveTrade, at now: Int64, _ actions: inout [Action]) {
        let id = row.trade.id.integer
        let edge = next ?? id
        if id == edge {
            release(row, &actions)
            if !waiting.isEmpty { drain(&actions) }
        } else if id < edge {
            takeBelow(row, at: now, &actions)
        } else if let known = waiting[id] {
            duplicates += 1
            if row.source > known.source, known.trade != row.trade { waiting[id] = row }
        } else {
            waiting[id] = row
            waitingSince = waitingSince ?? now
            if waiting.count > options.capacity { giveUpWaiting(at: now, &actions) }
        }
    }

    /// Time goes on.
    public mutating func tick(at now: Int64, _ actions: inout [Action]) {
        if let since = waitingSince, now >= since + options.patience { giveUpWaiting(at: now, &actions) }
        for index in holes.indices where holes[index].asked == nil && now >= holes[index].dueAt { ask(index, &actions) }
    }

    /// A repair that was asked for has ended; rows that it brought were taken before.
    public mutating func repairEnded(_ range: ClosedRange<Int64>, _ outcome: RepairOutcome, at now: Int64, _ actions: inout [Action]) {
        guard let index = holes.firstIndex(where: { $0.asked == range }) else { return }
        holes[index].asked = nil
        switch outcome {
        case .answered where holes[index].lacks(range) == false:
            holes[index].tries = 0
            ask(index, &actions)
        case .answered, .failed:
            holes[index].tries += 1
            guard holes[index].tries < options.tries else { return abandon(index, &actions) }
            let wait = options.firstWait << Int64(min(20, holes[index].tries - 1))
            holes[index].dueAt = now + min(options.longestWait, wait)
        case .refused:
            abandon(index, &actions)
        }
    }

    private mutating func release(_ row: LiveTrade, _ actions: inout [Action]) {
        next = row.trade.id.integer + 1
        lastTime = max(lastTime, row.trade.time)
        strangers = 0
        recent.remember(row.trade)
        actions.append(.release(row))
    }

    private mutating func drain(_ actions: inout [Action]) {
        while let id = next, let row = waiting.removeValue(forKey: id) { release(row, &actions) }
        if waiting.isEmpty { waitingSince = nil }
    }

    /// A row that is there already, fills a hole, contradicts what is there, or shows that the venue counts anew.
    private mutating func takeBelow(_ row: LiveTrade, at now: Int64, _ actions: inout [Action]) {
        let id = row.trade.id.integer
        if let index = holes.firstIndex(where: { $0.hole.from <= id && id <= $0.hole.to }) {
            guard holes[index].fill(id) else {
                duplicates += 1
                return
            }
            strangers = 0
            recent.remember(row.trade)
            actions.append(.late(row.late))
            if holes[index].missing.isEmpty { actions.append(.filled(holes.remove(at: index).hole)) }
            return
        }
        if let known = recent[id] {
            duplicates += 1
            strangers = 0
            guard row.source > .stream, known != row.trade else { return }
            recent.remember(row.trade)
            return actions.append(.replace(row.late))
        }
        // Far below the edge nothing is remembered: an old row comes again, or the venue counts anew.
        guard row.source == .stream, row.trade.time > lastTime else {
            duplicates += 1
            return
        }
        if strangers == 0 { firstStranger = id }
        strangers += 1
        if strangers == options.restartAfter, let next { actions.append(.restarted(last: next - 1, first: firstStranger)) }
    }

    /// The rows before those that wait do not come by themselves: they are holes now.
    private mutating func giveUpWaiting(at now: Int64, _ actions: inout [Action]) {
        for id in waiting.keys.sorted() {
            guard let edge = next, let row = waiting.removeValue(forKey: id) else { continue }
            if id > edge {
                let hole = IDHole(from: edge, to: id - 1, timeBefore: lastTime, timeAfter: row.trade.time)
                holes.append(LiveHole(hole, dueAt: now))
                actions.append(.opened(hole))
                ask(holes.count - 1, &actions)
            }
            release(row, &actions)
        }
        waitingSince = nil
    }

    private mutating func ask(_ index: Int, _ actions: inout [Action]) {
        guard let first = holes[index].missing.first else { return }
        let range = first.lowerBound...min(first.upperBound, first.lowerBound + options.repairSpan - 1)
        holes[index].asked = range
        actions.append(.repair(range))
    }

    private mutating func abandon(_ index: Int, _ actions: inout [Action]) {
        let hole = holes.remove(at: index)
        actions.append(.abandoned(hole.hole, missing: hole.missing))
    }
}
