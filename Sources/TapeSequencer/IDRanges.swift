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

    /// The ids in this set and not in the other.
    ///
    /// - Complexity: O(n).
    public func subtracting(_ other: IDRanges) -> IDRanges {
        var result: [ClosedRange<Int64>] = []
        var j = 0
        for range in ranges {
            var from = range.lowerBound
            var isSpent = false
            while j < other.ranges.count, other.ranges[j].upperBound < from { j += 1 }
            var k = j
            while k < other.ranges.count, other.ranges[k].lowerBound <= range.upperBound {
                if other.ranges[k].lowerBound > from { result.append(from...(other.ranges[k].lowerBound - 1)) }
                if other.ranges[k].upperBound >= range.upperBound {
                    isSpent = true
                    break
                }
                from = other.ranges[k].upperBound + 1
                k += 1
            }
            if !isSpent { result.append(from...range.upperBound) }
        }
        return IDRanges(result)
    }
}
