/// Order statistics of integers: the value at a rank, without sorting.
///
/// Values are counted in buckets that halve each octave above the least value into 16 parts; only the bucket that holds a rank is looked
/// at again, in the same way. Values that lie close together, as prices do, are counted one by one.
struct Selection<Value: FixedWidthInteger & Sendable>: Sendable {
    /// Two sets of counts, which values take turns with: adding to a count that the value before has just changed would wait for it.
    private var counts = [Int32](repeating: 0, count: 2 * Selection.buckets)

    private static var buckets: Int { Value.bitWidth * 16 }

    /// The values at three ascending 0-based ranks, which may be equal.
    ///
    /// - Complexity: O(values), whatever their distribution.
    mutating func values(of list: [Value], at ranks: InlineArray<3, Int>) -> InlineArray<3, Value> {
        var found = InlineArray<3, Value>(repeating: 0)
        guard list.count > 24 else {
            let sorted = list.sorted()
            for index in ranks.indices { found[index] = sorted[ranks[index]] }
            return found
        }
        let (least, isExact) = count(list)
        var places = InlineArray<3, (bucket: Int, rank: Int)>(repeating: (0, 0))
        for index in ranks.indices { places[index] = place(of: ranks[index]) }
        if isExact {
            for index in ranks.indices { found[index] = least + Value(truncatingIfNeeded: places[index].bucket) }
            return found
        }
        var index = 0
        while index < 3 {
            // Ranks of one bucket are found together: the two in the middle nearly always are.
            let bucket = places[index].bucket
            var last = index
            while last < 2, places[last + 1].bucket == bucket { last += 1 }
            if let distance = Selection.onlyDistance(in: bucket) {
                for place in index...last { found[place] = least + distance }
            } else {
                let members = Selection.members(list, of: bucket, above: least)
                var inner = InlineArray<3, Int>(repeating: places[last].rank)
                for place in index...last { inner[place - index] = places[place].rank }
                let values = self.values(of: members, at: inner)
                for place in index...last { found[place] = values[place - index] }
            }
            index = last + 1
        }
        return found
    }

    /// Counts values by bucket, or one by one where there are no more of them than buckets; returns the least, and whether it is the latter.
    private mutating func count(_ list: [Value]) -> (least: Value, isExact: Bool) {
        let values = list.span
        var least = values[0]
        var greatest = values[0]
        for index in values.indices {
            least = min(least, values[index])
            greatest = max(greatest, values[index])
        }
        // Prices and sizes are never negative, so distances do not wrap.
        let distance = greatest &- least
        let isExact = distance < Value(truncatingIfNeeded: Selection.buckets)
        let last = isExact ? Int(truncatingIfNeeded: distance) : Selection.bucket(distance)
        var counts = counts.mutableSpan
        for bucket in 0...last {
            counts[bucket] = 0
            counts[bucket + Selection.buckets] = 0
        }
        if isExact {
            for index in values.indices {
                counts[Int(truncatingIfNeeded: values[index] &- least) &+ (index & 1) &* Selection.buckets] &+= 1
            }
        } else {
            for index in values.indices { counts[Selection.bucket(values[index] &- least) &+ (index & 1) &* Selection.buckets] &+= 1 }
        }
        for bucket in 0...last { counts[bucket] &+= counts[bucket + Selection.buckets] }
        return (least, isExact)
    }

    private func place(of rank: Int) -> (bucket: Int, rank: Int) {
        var below = 0
        var bucket = 0
        while true {
            let next = below &+ Int(counts[bucket])
            if rank < next { return (bucket, rank &- below) }
            below = next
            bucket &+= 1
        }
    }

    private static func members(_ list: [Value], of bucket: Int, above least: Value) -> [Value] {
        [Value](unsafeUninitializedCapacity: list.count) { members, count in
            let values = list.span
            for index in values.indices {
                // Written always and kept if it belongs: that takes no branch.
                members[count] = values[index]
                count &+= Selection.bucket(values[index] &- least) == bucket ? 1 : 0
            }
        }
    }

    /// Distances share a bucket if they and one have the same length in bits and the same four bits after the first: that is what the
    /// upper 16 bits of a double tell, quicker than looking for the first bit.
    @inline(__always)
    private static func bucket(_ distance: Value) -> Int {
        Int(truncatingIfNeeded: (Double(distance) + 1).bitPattern &>> 48) &- 1023 &* 16
    }

    /// The distance of all values of a bucket, if it takes only one.
    private static func onlyDistance(in bucket: Int) -> Value? {
        guard bucket < 80 else { return nil }
        return Value(truncatingIfNeeded: ((bucket % 16 + 16) << (bucket / 16)) >> 4 - 1)
    }
}
