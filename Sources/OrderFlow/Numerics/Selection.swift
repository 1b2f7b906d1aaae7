/// Order statistics of integers: the value at a rank, without sorting.
///
/// Values are counted in buckets that halve each octave into 16 parts, above the least value; only the bucket that holds the rank is
/// looked at again, in the same way.
struct Selection<Value: FixedWidthInteger & Sendable>: Sendable {
    private var counts = [Int32](repeating: 0, count: Value.bitWidth * 16)

    /// The values at ascending `ranks`, 0-based.
    ///
    /// - Complexity: O(values) on average, whatever their distribution; nothing is allocated for fewer than 33 in a bucket.
    mutating func values(of list: [Value], at ranks: [Int]) -> [Value] {
        guard list.count > 32, let least = list.min() else {
            let sorted = list.sorted()
            return ranks.map { sorted[$0] }
        }
        for index in counts.indices { counts[index] = 0 }
        for value in list { counts[Selection.bucket(value &- least)] &+= 1 }
        // Found before any second look, which counts anew.
        let places = ranks.map { place(of: $0) }
        var found: [Value] = []
        for (index, place) in places.enumerated() {
            // Medians of two often share a bucket and a value.
            if index > 0, place.bucket == places[index - 1].bucket, place.rank == places[index - 1].rank {
                found.append(found[index - 1])
                continue
            }
            let members = list.filter { Selection.bucket($0 &- least) == place.bucket }
            if place.bucket < 16 {
                found.append(members[0])
            } else {
                found += values(of: members, at: [place.rank])
            }
        }
        return found
    }

    private func place(of rank: Int) -> (bucket: Int, rank: Int) {
        var below = 0
        for bucket in counts.indices {
            let next = below + Int(counts[bucket])
            if rank < next { return (bucket, rank - below) }
            below = next
        }
        return (0, 0)
    }

    /// Values below 16 have a bucket each; larger ones share it with those of the same length in bits and the same four bits after the first.
    @inline(__always)
    private static func bucket(_ value: Value) -> Int {
        let octave = Value.bitWidth &- value.leadingZeroBitCount
        guard octave > 4 else { return Int(truncatingIfNeeded: value) }
        return (octave &- 4) &* 16 &+ Int(truncatingIfNeeded: value &>> Value(truncatingIfNeeded: octave &- 5)) & 15
    }
}
