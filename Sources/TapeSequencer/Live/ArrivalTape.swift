public import MarketModel

/// Puts together the live rows of one instrument whose ids are unique and tell nothing of order: drops what comes twice, and closes the
/// stretches in which the venue was lost with what it says of its newest trades.
///
/// A state machine without clock and I/O. Rows may come a little after newer ones, so what was lost may be a little older than the newest row
/// before the loss, and a little newer than the first row after it, or than the oldest one of an answer. An answer about the newest trades that reaches back behind that, and to a trade from before the loss, proves that nothing
/// is missing; one that does not leaves a hole of a known time to the venue's dumps.
///
///     tape.interrupted()
///     tape.resumed(at: now, &actions)                      // .askRecent(round)
///     tape.answered(round, rows, at: now, &actions)        // late rows, and .filled or .abandoned
public struct ArrivalTape: Sendable {
    /// How long and how often to wait; times are in nanoseconds.
    public struct Options: Sendable, Hashable {
        /// How many of the newest ids are remembered: more than an answer of the venue has, and than it repeats after a loss.
        public var memory = 2048
        /// How much older than the newest row a row may be that comes after it, in microseconds of the venue's clock, 0 or more.
        public var disorder: Int64 = 1_000_000
        /// How long to wait after a question that failed; doubles up to ``longestWait``.
        public var firstWait: Int64 = 500_000_000
        /// The longest wait between two questions.
        public var longestWait: Int64 = 30_000_000_000
        /// After how many questions a hole is left to the venue's dumps.
        public var tries = 6

        /// The defaults.
        public init() {}
    }

    /// What has to be done.
    public enum Action: Sendable, Hashable {
        /// The next row.
        case release(LiveTrade)
        /// A row from a time when the venue was lost.
        case late(LiveTrade)
        /// Rows of this time may be missing, or were.
        case opened(TimeHole)
        /// Nothing of that time is missing.
        case filled(TimeHole)
        /// The venue does not say what was printed in that time.
        case abandoned(TimeHole)
        /// Ask the venue for its newest trades; hand the number back with the answer.
        case askRecent(Int)
        /// Rows go on after a loss: whether some of this time are missing is not known yet. To be noted before those rows are.
        case doubted(TimeHole)
        /// A doubt is over: what is missing, if anything is, was said by itself.
        case cleared(TimeHole)
    }

    /// The time in which the venue was lost, from the first loss on that is not closed.
    private struct Loss: Sendable {
        /// How many rows there were before it.
        var position: Int
        var timeBefore: Int64
        /// The time of the first row after it.
        var timeAfter: Int64?
        var tries = 0
        /// When to ask; nil while an answer is awaited, or the venue is still lost.
        var dueAt: Int64?
        /// What was said to be doubtful of it.
        var doubts: [TimeHole] = []
        /// Whether the venue is not asked any more, and only the row after it is awaited.
        var isGivenUp = false
    }

    private let options: Options
    private var ids: RecentIDs
    private var lastTime: Int64?
    private var loss: Loss?
    private var isLost = false
    /// Answers to questions of earlier rounds say nothing of what was lost since.
    private var round = 0
    /// How many rows there were when the venue last came back.
    private var resumedAt = 0
    /// Rows that were there already.
    public private(set) var duplicates = 0

    /// Creates the live end of a tape.
    ///
    /// - Parameters:
    ///   - rows: the newest rows the tape has, oldest first; what the venue printed since may be missing.
    ///   - doubts: times of which nobody has found out yet whether rows are missing.
    public init(after rows: [Trade] = [], doubts: [TimeHole] = [], options: Options = Options()) {
        self.options = options
        ids = RecentIDs(capacity: options.memory)
        lastTime = rows.map(\.time).max()
        guard let start = doubts.map(\.timeBefore).min() else {
            for row in rows { ids.note(row.id) }
            interrupted()
            return
        }
        // Only rows from before the oldest doubt prove that an answer reaches back.
        for row in rows where row.time < start { ids.note(row.id) }
        loss = Loss(position: ids.count, timeBefore: start, doubts: doubts)
        for row in rows where row.time >= start { ids.note(row.id) }
        isLost = true
    }

    /// When ``tick(at:_:)`` has to be called next, or nil if there is nothing to wait for.
    public var deadline: Int64? { loss?.dueAt }

    /// Takes a row of the venue's stream.
    ///
    /// - Parameter actions: what has to be done is appended.
    /// - Complexity: O(1).
    public mutating func take(_ row: LiveTrade, _ actions: inout [Action]) {
        guard ids[row.trade.id] == nil else {
            duplicates += 1
            return
        }
        if loss != nil, loss?.timeAfter == nil { goOn(from: row.trade.time, &actions) }
        keep(row.trade)
        actions.append(.release(row))
    }

    /// The venue is lost: what it prints from now on may be missing.
    public mutating func interrupted() {
        isLost = true
        guard let lastTime else { return }
        loss = loss ?? Loss(position: ids.count, timeBefore: lastTime.subtractingReportingOverflow(options.disorder).partialValue)
        // Where it had been back already and is lost again, the loss ends with a later row.
        loss?.timeAfter = nil
        loss?.dueAt = nil
    }

    /// The venue delivers again.
    public mutating func resumed(at now: Int64, _ actions: inout [Action]) {
        isLost = false
        resumedAt = ids.count
        guard loss != nil else { return }
        loss?.isGivenUp = false
        loss?.tries = 0
        loss?.dueAt = now
        tick(at: now, &actions)
    }

    /// Time goes on.
    public mutating func tick(at now: Int64, _ actions: inout [Action]) {
        guard let dueAt = loss?.dueAt, now >= dueAt else { return }
        loss?.dueAt = nil
        round += 1
        actions.append(.askRecent(round))
    }

    /// The venue has said what its newest trades are, in any order.
    ///
    /// An answer that knows of none of the rows that have come since the venue is back may be a copy from before that: between its end and
    /// the first of those rows some may be missing. It counts as none; the next one will know of them.
    public mutating func answered(_ round: Int, _ rows: [LiveTrade], at now: Int64, _ actions: inout [Action]) {
        guard let loss, !isLost, round == self.round else { return }
        let isCurrent = ids.count == resumedAt || rows.contains { ids[$0.trade.id].map { $0 >= resumedAt } ?? false }
        guard isCurrent, let oldest = rows.map(\.trade.time).min() else { return failed(round, at: now, &actions) }
        let reachesBack = oldest <= loss.timeBefore && rows.contains { row in ids[row.trade.id].map { $0 < loss.position } ?? false }
        let missed = rows.filter { ids[$0.trade.id] == nil && (reachesBack || $0.trade.time >= loss.timeBefore) }
        let ordered = missed.enumerated().sorted { ($0.element.trade.time, $0.offset) < ($1.element.trade.time, $1.offset) }.map(\.element)
        let after = loss.timeAfter ?? rows.map(\.trade.time).max() ?? oldest
        let hole = hole(from: loss.timeBefore, before: reachesBack ? after : max(oldest, loss.timeBefore))
        for doubt in loss.doubts { actions.append(.cleared(doubt)) }
        if !ordered.isEmpty || !reachesBack { actions.append(.opened(hole)) }
        for row in ordered {
            keep(row.trade)
            actions.append(loss.timeAfter == nil ? .release(row) : .late(row.late))
        }
        self.loss = nil
        if !reachesBack {
            actions.append(.abandoned(hole))
        } else if !ordered.isEmpty {
            actions.append(.filled(hole))
        }
    }

    /// The venue did not answer, or not now.
    public mutating func failed(_ round: Int, at now: Int64, _ actions: inout [Action]) {
        guard var current = loss, !isLost, round == self.round else { return }
        current.tries += 1
        guard current.tries < options.tries else {
            // Where it ends shows with the next row.
            loss?.isGivenUp = true
            if let end = current.timeAfter { giveUp(until: end, &actions) }
            return
        }
        current.dueAt = now + min(options.longestWait, options.firstWait << Int64(min(20, current.tries - 1)))
        loss = current
    }

    /// The first row after a loss is here: what is noted of it must not be lost with this process.
    private mutating func goOn(from time: Int64, _ actions: inout [Action]) {
        guard let loss else { return }
        if loss.isGivenUp { return giveUp(until: time, &actions) }
        let doubt = hole(from: loss.timeBefore, before: time)
        self.loss?.timeAfter = time
        self.loss?.doubts.append(doubt)
        actions.append(.doubted(doubt))
    }

    private mutating func giveUp(until time: Int64, _ actions: inout [Action]) {
        guard let loss else { return }
        for doubt in loss.doubts { actions.append(.cleared(doubt)) }
        let hole = hole(from: loss.timeBefore, before: time)
        actions.append(.opened(hole))
        actions.append(.abandoned(hole))
        self.loss = nil
    }

    /// The time that lost rows may be of, where the row of a time is the first that is known again: what came before it may be newer.
    private func hole(from start: Int64, before time: Int64) -> TimeHole {
        let (end, overflow) = time.addingReportingOverflow(options.disorder)
        return TimeHole(timeBefore: start, timeAfter: overflow ? .max : end)
    }

    private mutating func keep(_ trade: Trade) {
        ids.note(trade.id)
        lastTime = max(lastTime ?? .min, trade.time)
    }
}
