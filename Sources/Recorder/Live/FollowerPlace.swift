import MarketModel
import Synchronization

/// Where the follower of a loop is found by what runs on the loop's thread.
final class FollowerPlace: @unchecked Sendable {
    // `@unchecked Sendable`: `follower` is set and read on the loop's thread only.
    private var follower: VenueFollower?
    private let widen = Mutex<(@Sendable (String, Scales) -> Void)?>(nil)
    private let refuse = Mutex<(@Sendable (String, Int) -> Void)?>(nil)

    func set(_ follower: VenueFollower) { self.follower = follower }

    func get() -> VenueFollower? { follower }

    func onNeedsScales(_ body: @escaping @Sendable (String, Scales) -> Void) { widen.withLock { $0 = body } }

    func onRefusedRows(_ body: @escaping @Sendable (String, Int) -> Void) { refuse.withLock { $0 = body } }

    func refusedRows(_ symbol: String, _ count: Int) { refuse.withLock { $0 }?(symbol, count) }

    func needsScales(_ symbol: String, _ scales: Scales) { widen.withLock { $0 }?(symbol, scales) }
}
