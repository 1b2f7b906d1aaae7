/// How much may be asked of a venue in what time.
public struct RateLimit: Sendable, Hashable {
    /// What shares it: requests with this ``RESTRequest/bucket``. Venues with one budget have one name.
    public var bucket: String
    /// The weight that may be asked for in ``seconds``.
    public var weight: Int
    /// The seconds that ``weight`` counts.
    public var seconds: Int
    /// Seconds to stay away after HTTP 403, where the venue does not say how long.
    public var forbiddenSeconds: Int

    /// Creates a limit.
    public init(bucket: String, weight: Int, seconds: Int, forbiddenSeconds: Int = 600) {
        self.bucket = bucket
        self.weight = weight
        self.seconds = seconds
        self.forbiddenSeconds = forbiddenSeconds
    }
}

/// Keeps requests within what a venue allows, and stays away while it says so. Pure: times come in, in nanoseconds of one clock.
///
///     guard budget.take(request, now: now) else { … wait until budget.ready(request, now: now) … }
///     budget.answered(request, answer, outcome, now: later)
///
/// One for all that asks a venue from this machine. Only a share of what is allowed is used, since others may share the address.
public struct RateBudget: Sendable {
    private struct Bucket: Sendable {
        var limit: RateLimit
        /// What may be used of it.
        var usable: Int
        var spent: [(time: Int64, weight: Int)] = []
        var sum = 0
        var bannedUntil = Int64.min
        /// Refusals in a row: each wait that the venue does not set is twice the one before.
        var refusals = 0

        mutating func forget(before now: Int64) {
            let start = now - Int64(limit.seconds) * 1_000_000_000
            guard let first = spent.first, first.time <= start else { return }
            let count = spent.prefix { $0.time <= start }.count
            for entry in spent[..<count] { sum -= entry.weight }
            spent.removeFirst(count)
        }

        mutating func spend(_ weight: Int, now: Int64) {
            sum += weight
            // Entries a hundredth of the window apart are one, so that the list stays short.
            if let last = spent.indices.last, now - spent[last].time < Int64(limit.seconds) * 10_000_000 {
                spent[last].weight += weight
                spent[last].time = now
            } else {
                spent.append((now, weight))
            }
        }
    }

    private var buckets: [String: Bucket] = [:]

    /// Creates a budget.
    ///
    /// - Parameter percent: the share of each limit that is used, 1…100.
    public init(_ limits: [RateLimit], percent: Int = 75) {
        for limit in limits {
            buckets[limit.bucket] = Bucket(limit: limit, usable: max(1, limit.weight * min(100, max(1, percent)) / 100))
        }
    }

    /// Takes what a request costs, if it may go now.
    public mutating func take(_ request: RESTRequest, now: Int64) -> Bool {
        guard ready(request, now: now) <= now else { return false }
        buckets[request.bucket]?.forget(before: now)
        buckets[request.bucket]?.spend(request.weight, now: now)
        return true
    }

    /// When a request may go, as things are: `now` or later. A request of an unknown bucket may go at once.
    public func ready(_ request: RESTRequest, now: Int64) -> Int64 {
        guard let bucket = buckets[request.bucket] else { return now }
        var time = max(now, bucket.bannedUntil)
        // A request that costs more than there is at all goes when nothing else is counted.
        var over = bucket.sum + min(request.weight, bucket.usable) - bucket.usable
        for entry in bucket.spent where over > 0 {
            over -= entry.weight
            time = max(time, entry.time + Int64(bucket.limit.seconds) * 1_000_000_000)
        }
        return time
    }

    /// Learns from an answer: the weight that the venue has counted, and how long to stay away.
    public mutating func answered(_ request: RESTRequest, _ answer: RESTAnswer, _ outcome: RESTOutcome, now: Int64) {
        guard var bucket = buckets[request.bucket] else { return }
        defer { buckets[request.bucket] = bucket }
        bucket.forget(before: now)
        // Others behind the same address have asked as well.
        if let used = answer.usedWeight, used > bucket.sum { bucket.spend(min(used, bucket.limit.weight) - bucket.sum, now: now) }
        guard case .limited = outcome else {
            if answer.status < 400 { bucket.refusals = 0 }
            return
        }
        let seconds: Int
        if let asked = answer.retryAfter, asked >= 0 {
            seconds = max(1, asked)
        } else {
            let first =
                switch answer.status {
                case 418: 120
                case 403: bucket.limit.forbiddenSeconds
                default: bucket.limit.seconds
                }
            seconds = first << min(bucket.refusals, 8)
        }
        bucket.refusals += 1
        // Bans last three days at most.
        bucket.bannedUntil = max(bucket.bannedUntil, now + Int64(min(seconds, 3 * 86400)) * 1_000_000_000)
    }

    /// Until when the venue wants no request of a bucket, or nil where it has not said so.
    public func bannedUntil(_ bucket: String, now: Int64) -> Int64? {
        buckets[bucket].flatMap { $0.bannedUntil > now ? $0.bannedUntil : nil }
    }
}
