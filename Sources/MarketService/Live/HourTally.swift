import MarketModel
import Synchronization
import TapeSequencer

/// How many trades of each UTC hour a recorder has told of: as long as the number is the same, so are the hour's trades.
struct HourTally: Sendable {
    /// Hours before are not counted any more.
    private var floor = Int64.min
    private var counts: [Int64: Int] = [:]
    /// The hour that is being counted, which is not among the others.
    private var hour = Int64.min
    private var count = 0
    private let id = HourTally.ids.wrappingAdd(1, ordering: .relaxed).newValue

    /// Tells the tallies of different recordings apart.
    private static let ids = Atomic(0)
    /// How many hours are counted: longer than a day stays open.
    private static let most = 96

    /// - Complexity: O(trades); a comparison a trade while they are of one hour.
    mutating func add(_ trades: [LiveTrade]) {
        for row in trades {
            if UInt64(bitPattern: row.trade.time &- hour) >= UInt64(Interval.h1.microseconds) {
                begin(Interval.h1.start(of: row.trade.time))
            }
            count += 1
        }
    }

    private mutating func begin(_ next: Int64) {
        if count > 0 { counts[hour] = count }
        while counts.count > HourTally.most, let oldest = counts.keys.min() {
            counts[oldest] = nil
            floor = max(floor, oldest + Interval.h1.microseconds)
        }
        (hour, count) = (next, counts[next] ?? 0)
    }

    /// A text that changes with the trades of an hour; nil for one that is not counted any more.
    func state(of hour: Int64) -> String? {
        guard hour >= floor else { return nil }
        return "\(id):\(hour == self.hour ? count : counts[hour] ?? 0)"
    }
}
