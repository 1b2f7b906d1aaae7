import Lake
import MarketModel

/// The stretches in which a tape is read: they begin and end with bars, so no bar is in two of them.
///
/// Where there are many days, each is a stretch that one thread reads from its first trade to its last. Else stretches are longer, and the
/// threads share each: where a bar is much of a stretch this leaves less to do side by side.
struct BarStretches: Sendable {
    /// How many stretches are worked on at a time.
    let sideBySide: Int
    /// By how many threads each.
    let threadsEach: Int

    private let days: [TapeDay]
    private let clock: TapeClock
    private let interval: Interval
    private let range: Range<Int64>
    private let isDaily: Bool
    private var position: Int64

    /// How many bars the stretches hold that are worked on or wait to be consumed: two for each that is worked on.
    private static var bars: Int64 { 32_768 }

    /// Divides a range of time.
    init(tape: TapeSummary, interval: Interval, range: Range<Int64>, threads: Int) {
        days = tape.days
        clock = tape.clock
        self.interval = interval
        self.range = range
        position = interval.start(of: range.lowerBound)
        let touched = tape.days.count { $0.firstTime < range.upperBound && $0.lastTime >= range.lowerBound }
        let room = BarStretches.bars / Int64(2 * threads) * interval.microseconds
        isDaily = tape.clock == .exchange && interval <= .d1 && CivilDate.dayLength <= room && touched >= 2 * threads
        // Long stretches, too, are read while the one before is consumed.
        sideBySide = isDaily ? threads : min(2, threads)
        threadsEach = isDaily ? 1 : threads
    }

    /// The next stretch that holds trades, or nil at the end.
    mutating func next() -> Range<Int64>? {
        guard position < range.upperBound else { return nil }
        // Tapes may pause for years.
        guard let resumption = nextTime(from: position) else { return nil }
        let start = max(position, interval.start(of: resumption))
        guard start < range.upperBound else { return nil }
        let day = CivilDate.dayLength
        let length = BarStretches.bars / 4 * interval.microseconds
        // By arrival a day's file is read as a whole for any stretch that touches it.
        position = isDaily ? start - start % day + day : start + (clock == .arrival ? max(day, length) : length)
        return max(start, range.lowerBound)..<min(position, range.upperBound)
    }

    /// When trades go on; arrivals of a later day may come before those of an earlier one.
    private func nextTime(from position: Int64) -> Int64? {
        guard clock == .arrival else { return days.first { $0.lastTime >= position }?.firstTime }
        return days.filter { $0.lastTime >= position }.map(\.firstTime).min()
    }
}
