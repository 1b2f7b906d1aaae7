/// A set of ids as ascending ranges without neighbours: what tens of millions of contiguous ids are in a few words.
public struct IDRanges: Sendable, Hashable {
    /// The ranges, ascending, neither overlapping nor adjacent.
    public private(set) var ranges: [ClosedRange<Int64>]

    /// Creates the set of all ids in some ranges, in any order.
    ///
    /// - Complexity: O(n log n).
    public init(_ ranges: [ClosedRange<Int64>] = []) {
        self.ranges = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = self.ranges.last, last.upperBound == .max || range.lowerBound <= last.upperBound + 1 {
                self.ranges[self.ranges.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                self.ranges.append(range)
            }
        }
    }

    /// How many ids the set holds.
    public var count: Int { ranges.reduce(0) { $0 + Int($1.upperBound - $1.lowerBound) + 1 } }

    /// The ids in either set.
    public func union(_ other: IDRanges) -> IDRanges { IDRanges(ranges + other.ranges) }

    /// How many ids are in both sets.
    ///
    /// - Complexity: O(n).
    public func overlap(_ other: IDRanges) -> Int {
        var (i, j, total) = (0, 0, 0)
        while i < ranges.count, j < other.ranges.count {
            let low = max(ranges[i].lowerBound, other.ranges[j].lowerBound)
            let high = min(ranges[i].upperBound, other.ranges[j].upperBound)
            if low <= high { total += Int(high - low) + 1 }
            if ranges[i].upperBound < other.ranges[j].upperBound { i += 1 } else { j += 1 }
        }
        return total
    }

    /// The ids of a range that are not in this set, as ascending ranges.
    ///
    /// - Complexity: O(log n + ranges within `range`).
    public func complement(in range: ClosedRange<Int64>) -> [ClosedRange<Int64>] {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < range.lowerBound { low = middle + 1 } else { high = middle }
        }
        var result: [ClosedRange<Int64>] = []
        var from = range.lowerBound
        for known in ranges[low...] {
            guard known.lowerBound <= range.upperBound else { break }
            if known.lowerBound > from { result.append(from...(known.lowerBound - 1)) }
            guard known.upperBound < range.upperBound else { return result }
            from = known.upperBound + 1
        }
        result.append(from...range.upperBound)
        return result
    }
}
