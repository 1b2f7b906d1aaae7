import MarketModel
import Synchronization

/// Where the follower of a loop is found by what runs on the loop's thread.
final class FollowerPlace: @unchecked Sendable {
    // `@unchecked Sendable`: `follower` is set and read on the loop's thread only.
    private var follower: VenueFollower?
    private let widen = Mutex<(@Sendable (String, Scales) -> Void)?>(nil)

    func set(_ follower: VenueFollower) { self.follower = follower }

    func get() -> VenueFollower? { follower }

    func onNeedsScales(_ body: @escaping @Sendable (String, Scales) -> Void) { widen.withLock { $0 = body } }

    func needsScales(_ symbol: String, _ scales: Scales) { widen.withLock { $0 }?(symbol, scales) }
}
