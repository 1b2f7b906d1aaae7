/// Ids without a hole between them, from ``first`` to ``last``, and the event times of the rows at both ends.
public struct TapeRun: Sendable, Hashable {
    /// The first id.
    public var first: Int64
    /// The last id.
    public var last: Int64
    /// The event time of the first row, in microseconds.
    public var firstTime: Int64
    /// The event time of the last row, in microseconds.
    public var lastTime: Int64

    /// Creates a run.
    public init(first: Int64, last: Int64, firstTime: Int64, lastTime: Int64) {
        self.first = first
        self.last = last
        self.firstTime = firstTime
        self.lastTime = lastTime
    }
}

/// The runs of a tape that is fed row by row in the order of its ids.
public struct TapeRuns: Sendable, Hashable {
    /// The runs so far, ascending.
    public private(set) var runs: [TapeRun] = []

    /// Creates an empty collection.
    public init() {}

    /// Takes the next rows; ids rise from row to row and from call to call.
    ///
    /// - Complexity: O(1) where the ids have no hole, else O(rows).
    public mutating func append(ids: Span<Int64>, times: Span<Int64>) {
        let count = ids.count
        guard count > 0 else { return }
        if ids[count - 1] - ids[0] == Int64(count - 1) {
            add(TapeRun(first: ids[0], last: ids[count - 1], firstTime: times[0], lastTime: times[count - 1]))
            return
        }
        var start = 0
        for row in 1...count where row == count || ids[row] != ids[row - 1] + 1 {
            add(TapeRun(first: ids[start], last: ids[row - 1], firstTime: times[start], lastTime: times[row - 1]))
            start = row
        }
    }

    private mutating func add(_ run: TapeRun) {
        if let previous = runs.last, previous.last + 1 == run.first {
            runs[runs.count - 1].last = run.last
            runs[runs.count - 1].lastTime = run.lastTime
        } else {
            runs.append(run)
        }
    }
}

/// Ids that a tape lacks, between two of its rows.
public struct TapeGap: Sendable, Hashable {
    /// The first missing id.
    public var from: Int64
    /// The last missing id.
    public var to: Int64
    /// The event time of the row before.
    public var timeFrom: Int64
    /// The event time of the row after.
    public var timeTo: Int64

    /// Creates a gap.
    public init(from: Int64, to: Int64, timeFrom: Int64, timeTo: Int64) {
        self.from = from
        self.to = to
        self.timeFrom = timeFrom
        self.timeTo = timeTo
    }
}

extension TapeRun {
    /// The gaps between runs, in any order, of one tape.
    ///
    /// - Parameter present: ids that are present without being trades (zero price or quantity): they are no gaps.
    /// - Complexity: O(n log n).
    public static func gaps(between runs: [TapeRun], present: [ClosedRange<Int64>] = []) -> [TapeGap] {
        let sorted = runs.sorted { $0.first < $1.first }
        let present = present.sorted { $0.lowerBound < $1.lowerBound }
        guard var previous = sorted.first else { return [] }
        var gaps: [TapeGap] = []
        var next = 0
        for run in sorted.dropFirst() {
            var from = previous.last + 1
            // Ids that are present without being trades split the gap or shorten it.
            while from < run.first {
                while next < present.count, present[next].upperBound < from { next += 1 }
                if next < present.count, present[next].lowerBound < run.first {
                    let known = present[next]
                    if known.lowerBound > from {
                        gaps.append(
                            TapeGap(from: from, to: known.lowerBound - 1, timeFrom: previous.lastTime, timeTo: run.firstTime))
                    }
                    from = known.upperBound + 1
                } else {
                    gaps.append(TapeGap(from: from, to: run.first - 1, timeFrom: previous.lastTime, timeTo: run.firstTime))
                    from = run.first
                }
            }
            if run.last > previous.last { previous = run }
        }
        return gaps
    }

    /// Pairs of neighbouring runs that share ids, which cannot be on one tape.
    public static func overlaps(of runs: [TapeRun]) -> [(TapeRun, TapeRun)] {
        let sorted = runs.sorted { $0.first < $1.first }
        guard var previous = sorted.first else { return [] }
        var pairs: [(TapeRun, TapeRun)] = []
        for run in sorted.dropFirst() {
            if run.first <= previous.last { pairs.append((previous, run)) }
            if run.last > previous.last { previous = run }
        }
        return pairs
    }
}
