import MarketModel
import OrderFlow
import Synchronization

/// The market as of one version of its source; never changed, only replaced.
final class MarketSnapshot: Sendable {
    struct VenueTapes: Sendable {
        var slots: [String: InstrumentSlot] = [:]
        /// By symbol.
        var instruments: [Instrument] = []
    }

    let version: Int
    let venues: [Venue: VenueTapes]

    /// Lists the tapes. What has not changed since `previous` is kept; what was held and has changed is read again here, before any
    /// request sees it.
    init(source: any TapeSource, previous: MarketSnapshot?) throws {
        // Read before the list: if something is published meanwhile, the snapshot looks older than it is, and is soon replaced.
        version = try source.version()
        var venues: [Venue: VenueTapes] = [:]
        for listing in try source.listings() {
            let instrument = listing.instrument
            let old = previous?.venues[instrument.venue]?.slots[instrument.symbol]
            let slot: InstrumentSlot
            if let old, old.revision == listing.revision {
                slot = old
            } else {
                slot = InstrumentSlot(listing)
                if old?.isHeld == true { _ = try slot.flow(from: source) }
            }
            venues[instrument.venue, default: VenueTapes()].slots[instrument.symbol] = slot
        }
        self.venues = venues.mapValues { tapes in
            let instruments = tapes.slots.values.map(\.instrument).sorted { $0.symbol < $1.symbol }
            return VenueTapes(slots: tapes.slots, instruments: instruments)
        }
    }
}

/// The place of one instrument in a snapshot; its newest trades are read when they are first asked for.
final class InstrumentSlot: Sendable {
    let instrument: Instrument
    let revision: String
    private let held = Mutex<RecentFlow?>(nil)

    init(_ listing: TapeListing) {
        instrument = listing.instrument
        revision = listing.revision
    }

    var isHeld: Bool { held.withLock { $0 != nil } }

    /// The flow of the newest trades. The lock is held while they are read, so that they are read once; afterwards for an instant only.
    func flow(from source: any TapeSource) throws -> RecentFlow? {
        try held.withLock { held in
            if let held { return held }
            guard let newest = try source.newest(instrument, count: MarketService.recentTrades) else { return nil }
            let tape = try ValuedTrades(
                newest.trades, kind: instrument.kind, scales: newest.scales, contractSizes: newest.contractSizes)
            held = try RecentFlow(instrument: instrument, tape: tape)
            return held
        }
    }
}
