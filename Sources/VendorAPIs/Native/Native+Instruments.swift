import Lake
import MarketModel
import MarketService
import Recorder
import TapeSequencer
import Transport

extension Native {
    /// `GET /v1/instruments`: what is on tape, and how far each tape is recorded.
    func instruments(_ request: borrowing Request) throws -> Response {
        let wanted = try wanted(request)
        let (lake, live, format) = (lake, live, try TableFormat(request))
        return .later { cancellation in
            let tapes = try Native.tapes(lake, wanted, cancellation)
            var listings: [Instrument.Key: InstrumentListing] = [:]
            for tape in tapes { listings[Instrument.Key(tape.instrument), default: InstrumentListing(tape.instrument)].tape = tape }
            for recorded in live.market.instruments() {
                let instrument = recorded.instrument
                guard wanted.contains(instrument) else { continue }
                listings[Instrument.Key(instrument), default: InstrumentListing(instrument)].live = recorded
            }
            let rows = listings.keys.sorted().compactMap { listings[$0] }
            return try .records("instruments", rows, InstrumentListing.fields, format, cancellation)
        }
    }

    static let instrumentsShape = JSONShape.object([
        JSONShape.Member("instruments", .list(.object(of: InstrumentListing.fields)), "By venue and symbol")
    ])

    /// Which instruments a list is to have.
    enum Wanted: Sendable {
        /// Those of a venue, and of a symbol, where they are given.
        case named(Venue?, String?)
        /// The members of baskets.
        case members(Set<Instrument.Key>)

        func contains(_ venue: Venue, _ symbol: String) -> Bool {
            switch self {
            case .named(let wantedVenue, let wantedSymbol):
                (wantedVenue == nil || venue == wantedVenue) && (wantedSymbol == nil || symbol == wantedSymbol)
            case .members(let keys): keys.contains(Instrument.Key(venue, symbol))
            }
        }

        func contains(_ instrument: Instrument) -> Bool { contains(instrument.venue, instrument.symbol) }
    }

    /// The instruments that `venue` and `symbol` narrow a list down to.
    func wanted(_ request: borrowing Request) throws(Failure) -> Wanted {
        let symbol = try Parameters.symbol.text(in: request)
        guard let text = try Parameters.venue.text(in: request) else { return .named(nil, symbol) }
        if text == Basket.venue {
            let baskets = try symbol.map { name throws(Failure) in [try basket(named: name)] } ?? baskets.all
            return .members(Set(baskets.flatMap(\.members).map { Instrument.Key($0.instrument) }))
        }
        guard let venue = Venue(text) else { throw Failure(.badRequest, "parameter 'venue' is not the name of a venue") }
        return .named(venue, symbol)
    }

    static func tapes(_ lake: Lake, _ wanted: Wanted, _ cancellation: Cancellation) throws -> [TapeSummary] {
        if case .named(let venue?, let symbol?) = wanted { return try lake.tape(venue: venue, symbol: symbol).map { [$0] } ?? [] }
        return try lake.tapes(where: { wanted.contains($0, $1) }, isCancelled: { cancellation.isCancelled })
    }
}

extension Instrument {
    /// A venue and its symbol, in the order of lists.
    struct Key: Hashable, Comparable {
        let venue: Venue
        let symbol: String

        init(_ venue: Venue, _ symbol: String) {
            self.venue = venue
            self.symbol = symbol
        }

        init(_ instrument: Instrument) { self.init(instrument.venue, instrument.symbol) }

        static func < (a: Key, b: Key) -> Bool { (a.venue, a.symbol) < (b.venue, b.symbol) }
    }
}

/// An instrument in a list: what the lake holds of it, and how its recording is doing.
struct InstrumentListing: Sendable {
    let instrument: Instrument
    var tape: TapeSummary?
    var live: LiveInstrument?

    init(_ instrument: Instrument) { self.instrument = instrument }

    /// How many holes are open or given up, by what the lake and the recorder know.
    private var openGaps: Int {
        let onTape =
            tape.map { tape in
                tape.openHoles.map { GapListing(tape.instrument, $0) } + tape.openLosses.map { GapListing(tape.instrument, $0) }
            } ?? []
        return GapListing.merge(onTape, live.map { live in live.gaps.map { GapListing(live.instrument, $0) } } ?? []).count
    }

    private var reason: String? {
        switch live?.state {
        case .disconnected(let reason), .ended(let reason): reason
        case .waiting, .live, nil: nil
        }
    }

    static let fields: [JSONField<InstrumentListing>] = [
        JSONField("venue", .text, "The venue") { .text($0.instrument.venue.name) },
        JSONField("symbol", .text, "The symbol, as the venue spells it") { .text($0.instrument.symbol) },
        JSONField("atlas", .nullable(.text), "The universal symbol; null where there is none") { .text($0.instrument.atlas?.description) },
        JSONField("kind", .choice(InstrumentKind.allCases.map(\.rawValue)), "What is traded") { .text($0.instrument.kind.rawValue) },
        JSONField("contract_size", .number, unit: "base; of inverse contracts quote currency", "What one unit of quantity stands for") {
            .decimal(Int128($0.instrument.contractSize.mantissa), scale: $0.instrument.contractSize.scale)
        },
        JSONField(
            "state", .choice(["imported"] + LiveState.names),
            "How it is recorded: not at all, asked for, delivered, lost for now, or refused and delisted"
        ) { .text($0.live?.state.name ?? "imported") },
        JSONField("reason", .nullable(.text), "Why it is disconnected or ended") { .text($0.reason) },
        JSONField("durable_id", .nullable(.text), "The last trade that survives power loss; null where ids tell nothing") { row in
            .text(row.instrument.tradeIDs == .none ? nil : row.live?.durableID?.text(row.instrument.tradeIDs))
        },
        JSONField("durable_time", optional: true, time: "Its time; of a tape that is not recorded the last one's") {
            $0.live?.durableTime ?? ($0.live == nil ? $0.tape?.lastTime : nil)
        },
        JSONField("first_time", optional: true, time: "When the first trade was") {
            [$0.live?.firstTime, $0.tape?.firstTime].compactMap(\.self).min()
        },
        JSONField("last_time", optional: true, time: "When the newest trade was") {
            [$0.live?.last?.trade.time, $0.tape?.lastTime].compactMap(\.self).max()
        },
        JSONField("lag", .nullable(.integer), unit: "µs", "From the venue's clock to ours, of the newest trade; null where not recorded") {
            .whole($0.live?.lag)
        },
        JSONField("days", .integer, unit: "days", "How many are on tape") { .integer($0.tape?.days.count ?? 0) },
        JSONField("trades", .integer, unit: "trades", "How many are on tape") { .integer($0.tape?.rows ?? 0) },
        JSONField("open_gaps", .integer, unit: "holes", "How many are open or abandoned") { .integer($0.openGaps) },
    ]
}
