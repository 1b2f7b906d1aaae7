import MarketModel
import Notices

/// What a follower tells its recorder; called on the follower's thread.
struct VenueEvents: Sendable {
    /// Something an operator should see.
    var notice: @Sendable (Notice) -> Void
    /// An instrument's rows need wider scales: it has to be begun again.
    var needsScales: @Sendable (Instrument, Scales) -> Void
    /// The journal is full: the rows are dropped, and the instrument has to be begun again once it takes rows.
    var refusedRows: @Sendable (Int, Instrument) -> Void

    func refusedRows(_ count: Int, of instrument: Instrument) { refusedRows(count, instrument) }
}
