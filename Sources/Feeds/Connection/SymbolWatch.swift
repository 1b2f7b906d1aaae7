/// How long one symbol usually pauses, and so when its silence is suspicious.
struct SymbolWatch: Sendable {
    /// When it last printed, or began to be awaited.
    private(set) var last: Int64
    /// The longest pause lately; it fades over an hour. 0 until the symbol has printed twice.
    private(set) var longest: Int64 = 0
    private var prints = 0
    private var strikes: Int64 = 0

    private static let hour: Int64 = 3_600_000_000_000

    init(now: Int64) { last = now }

    mutating func printed(now: Int64) {
        let pause = max(0, now - last)
        if prints > 0 {
            let faded = pause >= Self.hour ? 0 : longest - Int64(Double(longest) * Double(pause) / Double(Self.hour))
            longest = max(pause, faded)
        }
        prints += 1
        strikes = 0
        last = now
    }

    /// Four times its longest pause, within a minute and an hour; ten minutes while nothing is known. Doubled with every false alarm.
    var patience: Int64 {
        let usual = longest > 0 ? min(max(4 * longest, Self.hour / 60), Self.hour) : Self.hour / 6
        return min(usual << min(strikes, 10), Self.hour)
    }

    func isSuspicious(now: Int64) -> Bool { now - last > patience }

    /// Nothing came of the alarm yet: the next one takes longer.
    mutating func alarmed(now: Int64) {
        strikes += 1
        last = now
    }
}
