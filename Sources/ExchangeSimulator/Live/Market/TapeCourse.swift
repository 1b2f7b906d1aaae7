import MarketModel

/// How many orders and fills an endless tape has by any instant, in closed form: so any part of it can be made by itself.
///
/// Time is cut into slices of one length. How many orders come before a slice is the instrument's pace times the course of the day, moved
/// by a hash of the slice that never passes a quarter of a slice's orders: so counts differ from slice to slice and always add up.
struct TapeCourse: Sendable {
    /// Microseconds in a slice; a day is a whole number of them.
    let sliceLength: Int64
    /// The first slice with trades.
    let firstSlice: Int64
    private let start: Int64
    private let ordersPerDay: Int64
    private let jitter: UInt64
    private let fillJitter: UInt64
    private let seed: UInt64
    private let intraday: Bool

    /// Slices have about this many orders, where the day is not too short for that.
    private static let ordersPerSlice: Int64 = 64
    private static let lengths: [Int64] = [
        100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_200_000, 1_800_000, 3_600_000,
        7_200_000, 14_400_000, 43_200_000, 86_400_000,
    ].map { $0 * 1000 }

    /// Share of a day's trades by the end of each hour, of 2^30; a quiet morning in Asia, a peak as New York opens.
    private static let course: [Int64] = {
        let hours: [Int64] = [13, 11, 10, 9, 8, 8, 9, 12, 14, 13, 12, 12, 15, 20, 22, 20, 18, 16, 14, 13, 12, 10, 9, 9]
        let sum = hours.reduce(0, +)
        var running: Int64 = 0
        return [0]
            + hours.map { hour in
                running += hour
                return (running << 30) / sum
            }
    }()

    init(ordersPerDay: Int64, listed: CivilDate, intraday: Bool, seed: UInt64) {
        let pace = min(max(48, ordersPerDay), 20_000_000_000)
        let length = Self.lengths.first { pace * ($0 / 1000) / 86_400_000 >= Self.ordersPerSlice } ?? CivilDate.dayLength
        sliceLength = length
        start = listed.microseconds
        firstSlice = start / length
        self.ordersPerDay = pace
        let usual = pace * (length / 1000) / 86_400_000
        jitter = UInt64(max(1, usual / 4))
        fillJitter = UInt64(max(1, usual / 8))
        self.seed = seed
        self.intraday = intraday && length < 3_600_000_000
    }

    /// The slice of an instant.
    func slice(at time: Int64) -> Int64 { max(firstSlice, time / sliceLength) }

    /// Orders before a slice.
    func orders(before slice: Int64) -> Int64 {
        guard slice > firstSlice else { return 0 }
        return pace(before: slice) + Int64((Mixing.hash(seed, UInt64(bitPattern: slice)) >> 32) % jitter)
    }

    /// Fills before a slice: 1.8 for each order, moved by a hash too.
    func fills(before slice: Int64) -> Int64 {
        guard slice > firstSlice else { return 0 }
        let orders = orders(before: slice)
        return orders + orders * 4 / 5 + Int64((Mixing.hash(~seed, UInt64(bitPattern: slice)) >> 32) % fillJitter)
    }

    private func pace(before slice: Int64) -> Int64 {
        let elapsed = slice * sliceLength - start
        let (day, within) = elapsed.quotientAndRemainder(dividingBy: CivilDate.dayLength)
        let share: Int64
        if intraday {
            let (hour, rest) = within.quotientAndRemainder(dividingBy: 3_600_000_000)
            let (from, to) = (Self.course[Int(hour)], Self.course[Int(hour) + 1])
            share = from + (to - from) * (rest / 1000) / 3_600_000
        } else {
            share = Int64((Int128(within) << 30) / Int128(CivilDate.dayLength))
        }
        return day * ordersPerDay + Int64((Int128(ordersPerDay) * Int128(share)) >> 30)
    }

    /// The slice that holds an order; `order` counts from 0 at the listing.
    func slice(ofOrder order: Int64) -> Int64 { find { orders(before: $0) <= order } }

    /// The slice that holds a fill.
    func slice(ofFill fill: Int64) -> Int64 { find { fills(before: $0) <= fill } }

    /// The last slice that `holds`, which is true up to some slice and false from then on.
    private func find(_ holds: (Int64) -> Bool) -> Int64 {
        var low = firstSlice
        var width: Int64 = 1
        while holds(low + width) { width *= 2 }
        var high = low + width
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if holds(middle) { low = middle } else { high = middle }
        }
        return low
    }
}
