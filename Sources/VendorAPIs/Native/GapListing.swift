import Access
import Lake
import MarketModel
import MarketService
import Recorder
import Transport

/// A hole of a tape, as answers and events tell of it.
struct GapListing: Sendable {
    /// Where it stands in lists: by venue, symbol, time and id.
    struct Place: Hashable, Comparable {
        var venue: Venue
        var symbol: String
        var timeFrom: Int64
        var from: Int64
        var to: Int64

        static func < (a: Place, b: Place) -> Bool {
            (a.venue, a.symbol, a.timeFrom, a.from, a.to) < (b.venue, b.symbol, b.timeFrom, b.from, b.to)
        }

        /// The place as one word that a client hands back: `binance-spot:BTCUSDT:1763683200000000:5:9`.
        var word: String { "\(venue.name):\(symbol):\(timeFrom):\(from):\(to)" }

        init(venue: Venue, symbol: String, timeFrom: Int64, from: Int64, to: Int64) {
            self.venue = venue
            self.symbol = symbol
            self.timeFrom = timeFrom
            self.from = from
            self.to = to
        }

        init?(word: String) {
            let parts = word.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            guard parts.count >= 5, let venue = Venue(parts[0]), let timeFrom = Int64(parts[parts.count - 3]),
                let from = Int64(parts[parts.count - 2]), let to = Int64(parts[parts.count - 1])
            else { return nil }
            self.init(
                venue: venue, symbol: parts[1..<(parts.count - 3)].joined(separator: ":"), timeFrom: timeFrom, from: from, to: to)
        }
    }

    let venue: Venue
    let symbol: String
    /// The missing ids; nil where ids tell nothing.
    let ids: ClosedRange<Int64>?
    let timeFrom: Int64
    let timeTo: Int64
    /// How many ids are missing still; nil where that is unknown.
    let missing: Int?
    let state: String

    init(_ instrument: Instrument, _ hole: TapeHole) {
        venue = instrument.venue
        symbol = instrument.symbol
        ids = hole.from...max(hole.from, hole.to)
        timeFrom = hole.timeFrom
        timeTo = hole.timeTo
        missing = hole.state == .repaired ? 0 : hole.count
        state = hole.state.rawValue
    }

    init(_ instrument: Instrument, _ loss: TapeLoss) {
        venue = instrument.venue
        symbol = instrument.symbol
        ids = nil
        timeFrom = loss.timeFrom
        timeTo = loss.timeTo
        missing = loss.state == .repaired ? 0 : nil
        state = loss.state.rawValue
    }

    init(_ instrument: Instrument, _ gap: LiveGap) {
        venue = instrument.venue
        symbol = instrument.symbol
        ids = gap.ids
        timeFrom = gap.timeFrom
        timeTo = gap.timeTo
        missing = gap.state == .repaired ? 0 : gap.missing
        state = gap.state.rawValue
    }

    /// Holes without ids are told apart by their times.
    var place: Place {
        Place(venue: venue, symbol: symbol, timeFrom: timeFrom, from: ids?.lowerBound ?? -1, to: ids?.upperBound ?? timeTo)
    }

    /// What the catalogue and a recorder know together, in order: of a hole that both know, the recorder knows more.
    static func merge(_ catalogue: [GapListing], _ live: [GapListing]) -> [GapListing] {
        struct Identity: Hashable {
            let venue: Venue
            let symbol: String
            let from: Int64
            let to: Int64
        }
        func identity(_ gap: GapListing) -> Identity {
            Identity(
                venue: gap.venue, symbol: gap.symbol, from: gap.ids?.lowerBound ?? gap.timeFrom, to: gap.ids?.upperBound ?? gap.timeTo)
        }
        var gaps: [Identity: GapListing] = [:]
        for gap in catalogue + live { gaps[identity(gap)] = gap }
        return gaps.values.sorted { $0.place < $1.place }
    }

    /// Writes the members of an object.
    func write(to json: inout JSONWriter) { for field in GapListing.fields { field.write(self, to: &json) } }

    static let fields: [JSONField<GapListing>] = [
        JSONField(
            "state", .choice(["open", "repaired", "abandoned"]),
            "open: the venue is being asked; repaired; abandoned: the venue does not give it any more"
        ) { .text($0.state) },
        JSONField("from_id", .nullable(.integer), "The first missing id; null where ids tell nothing") { .whole($0.ids?.lowerBound) },
        JSONField("to_id", .nullable(.integer), "The last missing id; null where ids tell nothing") { .whole($0.ids?.upperBound) },
        JSONField("missing", .nullable(.integer), unit: "ids", "How many are missing still; null where that is unknown") {
            .integer($0.missing)
        },
        JSONField("time_from", time: "The time of the trade before it") { $0.timeFrom },
        JSONField("time_to", time: "The time of the trade after it") { $0.timeTo },
    ]

    /// Those of a hole that stands in a list.
    static let listed: [JSONField<GapListing>] =
        [
            JSONField("venue", .text, "The venue") { .text($0.venue.name) },
            JSONField("symbol", .text, "The symbol, as the venue spells it") { .text($0.symbol) },
        ] + fields

    static let shape = JSONShape.object([
        JSONShape.Member("gaps", .list(.object(of: listed)), "By venue, symbol and time"),
        JSONShape.Member("next", .nullable(.text), "The `after` of the next page; null on the last one"),
    ])
}

extension Native {
    /// The time after which holes end that are listed; what a plan does not open is refused where it is asked for, and else left out.
    private static func begin(_ request: borrowing Request, _ grant: KeyGate.Grant) throws(Failure) -> Int? {
        let from = try Parameters.from.integer(in: request)
        guard let first = grant.opens(at: request.time) else { return from }
        if let from { try grant.check(from: Int64(from), at: request.time) }
        return from ?? Int(first)
    }

    /// `GET /v1/gaps`: every hole, with its state.
    func gaps(_ request: borrowing Request, _ grant: KeyGate.Grant) throws -> Response {
        let (wanted, state) = try (wanted(request), Parameters.state.text(in: request))
        let from = try Native.begin(request, grant)
        let to = try Parameters.to.integer(in: request)
        let limit = try Parameters.limit.integer(in: request) ?? 100
        let after = try Parameters.after.text(in: request).map { text throws(Failure) in
            guard let place = GapListing.Place(word: text) else {
                throw Failure(.badRequest, "parameter 'after' is not the 'next' of a page")
            }
            return place
        }
        let (lake, live, format) = (lake, live, try TableFormat(request))
        return .later { cancellation in
            let catalogue = try Native.tapes(lake, wanted, cancellation).flatMap { tape in
                tape.holes.map { GapListing(tape.instrument, $0) } + tape.losses.map { GapListing(tape.instrument, $0) }
            }
            let recorded = live.market.instruments()
                .filter { wanted.contains($0.instrument) }
                .flatMap { live in live.gaps.map { GapListing(live.instrument, $0) } }
            let page = GapListing.merge(catalogue, recorded).filter { gap in
                (state == nil || gap.state == state) && (from.map { gap.timeTo > Int64($0) } ?? true)
                    && (to.map { gap.timeFrom < Int64($0) } ?? true) && (after.map { gap.place > $0 } ?? true)
            }
            let next = page.count > limit ? page[limit - 1].place.word : nil
            return try .records("gaps", head: ["next": next], Array(page.prefix(limit)), GapListing.listed, format, cancellation)
        }
    }
}
