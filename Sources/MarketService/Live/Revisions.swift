/// How often closed bars have changed. Those that never did are not in it, and of those that changed long ago it is known together how often
/// they did at most: a bar's next number is always above its last.
struct Revisions: Sendable {
    private var counts: [Int64: Int] = [:]
    /// Bars that start before this time may have been forgotten, and have changed so often at most.
    private var forgotten: (before: Int64, most: Int) = (.min, 0)
    private let room: Int

    /// - Parameter room: how many bars are told apart.
    init(room: Int = 8192) { self.room = max(2, room) }

    /// Counts a change of the bar that starts then, and returns its number.
    mutating func next(_ start: Int64) -> Int {
        let number = (counts[start] ?? (start < forgotten.before ? forgotten.most : 0)) + 1
        counts[start] = number
        if counts.count > room {
            let starts = counts.keys.sorted()
            let kept = starts[starts.count / 2]
            for old in starts.prefix(starts.count / 2) { forgotten.most = max(forgotten.most, counts.removeValue(forKey: old) ?? 0) }
            forgotten.before = max(forgotten.before, kept)
        }
        return number
    }
}
