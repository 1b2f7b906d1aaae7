public import MarketModel

/// Judges what one venue says of open interest, round by round: what counts, what is stale, frozen, or cannot be.
///
/// A state machine without clock and I/O. A venue that fails, freezes or contradicts itself never gets into a sum:
///
///     var health = InterestHealth(period: 10_000_000)
///     let accepted = health.take(samples, at: now)      // without those that cannot be
///     health.state(at: later)                           // .stale(since: now), after three periods without a round
public struct InterestHealth: Sendable {
    /// What is allowed; times are in microseconds.
    public struct Options: Sendable, Hashable {
        /// After how many of its periods without a new round a venue is stale, and a sample without a newer time.
        public var stalePeriods: Int64 = 3
        /// How long all of a venue's contracts may stay as they were, unless its period is longer.
        public var frozenAfter: Int64 = 300_000_000
        /// To how much of what it was a coin's open interest may rise from round to round, in percent, and from how much it may fall.
        public var jumpPercent: Int128 = 150
        /// From how many USD on jumps are looked at: in small markets they are real.
        public var jumpUSD: Int128 = 1_000_000 * InterestSum.unit
        /// How long a jump has to last until it is believed.
        public var jumpPatience: Int64 = 300_000_000

        /// The defaults.
        public init() {}
    }

    /// How a venue is.
    public enum State: Sendable, Hashable {
        /// Nothing has come yet.
        case unknown
        /// What it said last counts.
        case fresh
        /// It has said nothing since then.
        case stale(since: Int64)
        /// It answers, and has said the same of every contract since then.
        case frozen(since: Int64)
    }

    private let period: Int64
    private let options: Options
    private var newest: Int64?
    private var changed: Int64 = 0
    private var values: [OpenInterestContract: OpenInterest] = [:]
    private var sums: [String: InterestSum] = [:]
    /// Since when a coin's open interest is one that is not believed yet.
    private var doubted: [String: Int64] = [:]

    /// - Parameter period: how long a round takes, in microseconds.
    public init(period: Int64, options: Options = Options()) {
        self.period = max(1, period)
        self.options = options
    }

    /// The coins that are left out at this moment, since what was said of them cannot be, with since when.
    public var heldOut: [String: Int64] { doubted }

    /// Takes a round of answers.
    ///
    /// - Parameter time: when it ended; later than that of the round before, else nothing counts.
    /// - Returns: the samples that count: not those that are old, and not those of coins that jumped.
    /// - Complexity: O(samples).
    public mutating func take(_ samples: [OpenInterestSample], at time: Int64) -> [OpenInterestSample] {
        guard time > newest ?? .min else { return [] }
        let current = samples.filter { $0.time >= time - options.stalePeriods * period }
        var next: [OpenInterestContract: OpenInterest] = [:]
        for sample in current { next[sample.contract] = sample.value }
        if newest == nil || next != values { changed = time }
        values = next
        newest = time
        var found: [String: InterestSum] = [:]
        for sample in current { found[sample.contract.coin, default: InterestSum()].add(sample.value, sample.contract.margin) }
        for (coin, sum) in found { judge(coin, sum, at: time) }
        return current.filter { doubted[$0.contract.coin] == nil }
    }

    private mutating func judge(_ coin: String, _ sum: InterestSum, at time: Int64) {
        guard let before = sums[coin], isJump(from: before, to: sum) else {
            sums[coin] = sum
            doubted[coin] = nil
            return
        }
        let since = doubted[coin] ?? time
        doubted[coin] = since
        guard time - since >= options.jumpPatience else { return }
        // It has lasted: the market, or the venue's way of counting, is another one now.
        sums[coin] = sum
        doubted[coin] = nil
    }

    private func isJump(from before: InterestSum, to now: InterestSum) -> Bool {
        guard max(before.usd, now.usd) >= options.jumpUSD else { return false }
        let (low, high) = (min(before.quantity, now.quantity), max(before.quantity, now.quantity))
        return high * 100 > low * options.jumpPercent
    }

    /// How the venue is at a time.
    public func state(at now: Int64) -> State {
        guard let newest else { return .unknown }
        if now - newest > options.stalePeriods * period { return .stale(since: newest) }
        if newest - changed > max(options.frozenAfter, options.stalePeriods * period) { return .frozen(since: changed) }
        return .fresh
    }
}
