import TapeSequencer

/// The runs of ids of rows that come in any order, most of them at the end.
struct IDRuns: Sendable, Hashable {
    /// The runs, ascending, without neighbours.
    private(set) var runs: [TapeRun] = []

    init(_ runs: [TapeRun] = []) { self.runs = runs }

    /// The largest id.
    var last: Int64? { runs.last?.last }
    /// How many ids there are.
    var count: Int { runs.reduce(0) { $0 + Int($1.last - $1.first) + 1 } }

    /// Takes a row.
    ///
    /// - Complexity: O(1) at the end, else O(log runs), or O(runs) where a run begins or two meet.
    mutating func insert(_ id: Int64, time: Int64) {
        if let end = runs.last {
            if end.last < .max, id == end.last + 1 {
                runs[runs.count - 1].last = id
                runs[runs.count - 1].lastTime = time
                return
            }
            if id <= end.last { return insertWithin(id, time) }
        }
        runs.append(TapeRun(first: id, last: id, firstTime: time, lastTime: time))
    }

    private mutating func insertWithin(_ id: Int64, _ time: Int64) {
        // The first run that ends at the id or after it.
        var (low, high) = (0, runs.count)
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].last < id { low = middle + 1 } else { high = middle }
        }
        guard runs[low].first > id else { return }
        let joinsNext = runs[low].first == id + 1
        let joinsPrevious = low > 0 && runs[low - 1].last == id - 1
        switch (joinsPrevious, joinsNext) {
        case (true, true):
            runs[low - 1].last = runs[low].last
            runs[low - 1].lastTime = runs[low].lastTime
            runs.remove(at: low)
        case (true, false):
            runs[low - 1].last = id
            runs[low - 1].lastTime = time
        case (false, true):
            runs[low].first = id
            runs[low].firstTime = time
        case (false, false):
            runs.insert(TapeRun(first: id, last: id, firstTime: time, lastTime: time), at: low)
        }
    }

    /// The runs of two sets.
    func union(_ other: IDRuns) -> IDRuns {
        var result = IDRuns()
        for run in (runs + other.runs).sorted(by: { $0.first < $1.first }) {
            guard let end = result.runs.last, run.first <= end.last || run.first == end.last &+ 1 else {
                result.runs.append(run)
                continue
            }
            guard run.last > end.last else { continue }
            result.runs[result.runs.count - 1].last = run.last
            result.runs[result.runs.count - 1].lastTime = run.lastTime
        }
        return result
    }
}
