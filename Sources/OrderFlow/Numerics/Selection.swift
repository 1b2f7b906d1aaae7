/// Order statistics of integers: the value at a rank, without sorting.
///
/// Values are counted in buckets that halve each octave above the least value into 16 parts; only the bucket that holds a rank is looked
/// at again, in the same way. Values that lie close together, as prices do, are counted one by one.
struct Selection<Value: FixedWidthInteger & Sendable>: Sendable {
    private var counts = [Int32](repeating: 0, count: Value.bitWidth * 16)

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
            if bucket < 16 {
                for place in index...last { found[place] = least + Value(truncatingIfNeeded: bucket) }
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
        let isExact = distance < Value(truncatingIfNeeded: counts.count)
        for bucket in 0...(isExact ? Int(truncatingIfNeeded: distance) : Selection.bucket(distance)) { counts[bucket] = 0 }
        var counts = counts.mutableSpan
        if isExact {
            for index in values.indices { counts[Int(truncatingIfNeeded: values[index] &- least)] &+= 1 }
        } else {
            for index in values.indices { counts[Selection.bucket(values[index] &- least)] &+= 1 }
        }
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
        let octave = bucket / 16 + 4
        let low = least + (Value(truncatingIfNeeded: bucket % 16 + 16) << Value(truncatingIfNeeded: octave - 5))
        let width = Value(1) << Value(truncatingIfNeeded: octave - 5)
        return [Value](unsafeUninitializedCapacity: list.count) { members, count in
            let values = list.span
            for index in values.indices {
                // Written always and kept if it belongs: that takes no branch.
                members[count] = values[index]
                let distance = values[index] &- low
                count &+= distance >= 0 && distance < width ? 1 : 0
            }
        }
    }

    /// Values below 16 have a bucket each; larger ones share it with those of the same length in bits and the same four bits after the first.
    @inline(__always)
    private static func bucket(_ value: Value) -> Int {
        let octave = Value.bitWidth &- value.leadingZeroBitCount
        guard octave > 4 else { return Int(truncatingIfNeeded: value) }
        return (octave &- 4) &* 16 &+ Int(truncatingIfNeeded: value &>> Value(truncatingIfNeeded: octave &- 5)) & 15
    }
}
