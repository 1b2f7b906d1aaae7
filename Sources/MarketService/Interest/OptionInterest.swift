public import Lake
public import MarketModel
public import OrderFlow
import Synchronization

/// Open interest of options: takes venues' rounds and writes them beside those of contracts, into no sum of theirs.
///
/// Rounds are not judged by jumps or for standing still, as those of contracts are: at 08:00 UTC options expire, and half of what is open of
/// a coin may be gone, rightly. What was written is read with ``Lake/interestSweeps(of:coin:at:tolerance:)``.
///
///     let options = OptionInterest(store: store, venues: [.okxOptions: 300_000_000])
///     try options.take(InterestSweep(venue: .okxOptions, time: now, samples: samples))
public final class OptionInterest: Sendable {
    /// What is known of one venue, in microseconds.
    private struct Source: Sendable {
        let period: Int64
        /// When its newest round ended.
        var time: Int64?

        /// The oldest moment of which something said at a time still counts.
        func oldest(at time: Int64) -> Int64 { time - 3 * period }
    }

    private let store: InterestStore
    private let sources: Mutex<[Venue: Source]>

    /// Begins to take rounds.
    ///
    /// - Parameters:
    ///   - store: is written to, and stays the caller's to seal and to close.
    ///   - venues: that are followed, with how long their rounds take, in microseconds.
    public init(store: InterestStore, venues: [Venue: Int64]) {
        self.store = store
        sources = Mutex(venues.mapValues { Source(period: $0) })
    }

    /// Takes what a venue said in a round; it is on the disk when this returns. Samples whose own time is more than three periods back count
    /// for nothing, and so does a round of a venue that is not followed, or without other samples.
    ///
    /// - Throws: what the store throws where the disk takes nothing.
    /// - Complexity: O(samples).
    public func take(_ sweep: InterestSweep) throws {
        guard let source = sources.withLock({ $0[sweep.venue] }) else { return }
        let current = sweep.samples.filter { $0.time >= source.oldest(at: sweep.time) }
        guard !current.isEmpty else { return }
        try store.append([InterestSweep(venue: sweep.venue, time: sweep.time, samples: current)])
        sources.withLock { $0[sweep.venue]?.time = sweep.time }
    }

    /// How each venue is: unknown until a round of it is on the disk, stale after three periods without another one.
    public func states(at now: Int64) -> [Venue: InterestHealth.State] {
        sources.withLock { sources in
            sources.mapValues { source in
                guard let time = source.time else { return .unknown }
                return time < source.oldest(at: now) ? .stale(since: time) : .fresh
            }
        }
    }
}
