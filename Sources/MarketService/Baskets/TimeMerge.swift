/// Rows of one source, a batch at a time, ascending by time; rows of one time are never in two batches.
protocol TimedSource: Sendable {
    /// The times of the batch that it holds.
    var times: [Int64] { get }
    /// Reads the next batch, which has rows; false at the end.
    mutating func refill(_ isCancelled: () -> Bool) throws -> Bool
}

/// Puts the rows of several sources in the order of time; those of one time in the order of the sources.
///
/// Only runs are told of, rows of one source that lie before all others, so that nothing is copied here.
struct TimeMerge<Source: TimedSource>: Sendable {
    private(set) var sources: [Source]
    private var places: [Int]
    private var hasEnded: [Bool]

    init(_ sources: [Source]) {
        self.sources = sources
        places = sources.map { _ in 0 }
        hasEnded = sources.map { _ in false }
    }

    /// The next run, which is among the rows that its source holds until the next call; nil at the end.
    ///
    /// - Complexity: O(sources + rows of the run)
    mutating func next(atMost count: Int, _ isCancelled: () -> Bool) throws -> (source: Int, rows: Range<Int>)? {
        var first: (time: Int64, source: Int)?
        var second: (time: Int64, source: Int)?
        for index in sources.indices where try fill(index, isCancelled) {
            let time = sources[index].times[places[index]]
            if first.map({ time < $0.time }) ?? true {
                second = first
                first = (time, index)
            } else if second.map({ time < $0.time }) ?? true {
                second = (time, index)
            }
        }
        guard let first else { return nil }
        let times = sources[first.source].times
        let start = places[first.source]
        var end = start + 1
        let bound = second.map { $0.source < first.source ? $0.time : $0.time + 1 } ?? .max
        while end < times.count, end - start < count, times[end] < bound { end += 1 }
        places[first.source] = end
        return (first.source, start..<end)
    }

    /// Sees to it that a source holds a row that was not told of; false if it has no more.
    private mutating func fill(_ index: Int, _ isCancelled: () -> Bool) throws -> Bool {
        if hasEnded[index] { return false }
        guard places[index] == sources[index].times.count else { return true }
        places[index] = 0
        hasEnded[index] = try !sources[index].refill(isCancelled)
        return !hasEnded[index]
    }
}
