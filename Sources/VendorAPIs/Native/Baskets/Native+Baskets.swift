import Lake
import MarketModel
import MarketService
import Recorder
import TapeSequencer
import Transport

extension Native {
    /// The basket that a request names in the place of an instrument; nil where it names an instrument.
    func basket(_ request: borrowing Request) throws(Failure) -> Basket? {
        guard try Parameters.oneVenue.text(in: request) == Basket.venue else { return nil }
        return try basket(named: Parameters.oneSymbol.text(in: request) ?? "")
    }

    func basket(named name: String) throws(Failure) -> Basket {
        guard let basket = baskets.named(name) else {
            throw Failure(.notFound, "there is no basket '\(name)': /v1/baskets lists what there is")
        }
        return basket
    }

    /// The tapes of a basket's members.
    ///
    /// - Throws: ``Failure`` 404 where none has one.
    func tapes(of basket: Basket) throws -> BasketTapes {
        guard let tapes = try BasketTapes.open(lake, basket, isRecorded: { live.market.isRecorded($0, $1) }) else {
            throw Failure(.notFound, "no member of basket '\(basket.name)' has a tape: /v1/baskets says which are recorded")
        }
        return tapes
    }

    /// `GET /v1/baskets`: with their members in JSON, a row a member in the other formats.
    func listBaskets(_ request: borrowing Request) throws -> Response {
        let (baskets, lake, live, format) = (baskets.all, lake, live, try TableFormat(request))
        return .later { cancellation in
            // Members of many baskets are looked up together, and once.
            let keys = Set(baskets.flatMap(\.members).map { Instrument.Key($0.instrument) })
            let held = try Native.tapes(lake, .members(keys), cancellation).filter { !$0.days.isEmpty }
            let tapes = Dictionary(held.map { (Instrument.Key($0.instrument), $0) }, uniquingKeysWith: { $1 })
            let rows = baskets.map { basket in
                (basket: basket, members: basket.members.map { BasketListing($0, tapes, live.market) })
            }
            guard format != .json else { return try .records("baskets", rows, Native.basketFields, format, cancellation) }
            let members = rows.flatMap { row in row.members.map { (basket: row.basket, member: $0) } }
            return try .records("instruments", members, Native.memberFields, format, cancellation)
        }
    }

    private static let memberFields: [JSONField<(basket: Basket, member: BasketListing)>] =
        [JSONField("basket", .text, "What the basket is asked for by") { .text($0.basket.name) }]
        + BasketListing.fields.map { field in field.of { $0.member } }

    private static let basketFields: [JSONField<(basket: Basket, members: [BasketListing])>] = [
        JSONField("name", .text, "What it is asked for by") { .text($0.basket.name) },
        JSONField("base", .nullable(.text), "The coin that all members trade; null where they trade several") { .text($0.basket.base) },
        JSONField("instruments", .list(.object(of: BasketListing.fields)), "The members") { .objects($0.members, BasketListing.fields) },
    ]
    static let basketsShape = JSONShape.object([
        JSONShape.Member("baskets", .list(.object(of: basketFields)), "In the order of the configuration")
    ])
}

/// A member in a list of baskets: what the lake holds of it, and how its recording is doing.
private struct BasketListing: Sendable {
    private let member: Basket.Member
    private let tape: TapeSummary?
    private let live: LiveInstrument?

    init(_ member: Basket.Member, _ tapes: [Instrument.Key: TapeSummary], _ market: LiveMarket) {
        self.member = member
        tape = tapes[Instrument.Key(member.instrument)]
        live = market.instrument(member.instrument.venue, member.instrument.symbol)
    }

    private var instrument: Instrument? { live?.instrument ?? tape?.instrument }

    static let fields: [JSONField<BasketListing>] = [
        JSONField("venue", .text, "The venue") { .text($0.member.instrument.venue.name) },
        JSONField("symbol", .text, "The symbol, as the venue spells it") { .text($0.member.instrument.symbol) },
        JSONField("kind", .choice(InstrumentKind.allCases.map(\.rawValue)), "What is traded") {
            .text(($0.instrument ?? $0.member.instrument).kind.rawValue)
        },
        JSONField(
            "contract_size", .nullable(.number), unit: "base; of inverse contracts quote currency", "What one unit of quantity stands for"
        ) { row in
            row.instrument.map { .decimal(Int128($0.contractSize.mantissa), scale: $0.contractSize.scale) } ?? .null
        },
        JSONField("multiple", .integer, unit: "coins", "How many coins one of its base is: 1000 of 1000PEPEUSDT, else 1") {
            .whole($0.member.multiple)
        },
        JSONField(
            "state", .choice(["missing", "imported"] + LiveState.names),
            "Neither on tape nor recorded, on tape only, or how it is recorded, as in /v1/instruments"
        ) { .text($0.live?.state.name ?? ($0.tape == nil ? "missing" : "imported")) },
        JSONField("first_time", optional: true, time: "When the first trade was") {
            [$0.live?.firstTime, $0.tape?.firstTime].compactMap(\.self).min()
        },
        JSONField("last_time", optional: true, time: "When the newest trade was") {
            [$0.live?.last?.trade.time, $0.tape?.lastTime].compactMap(\.self).max()
        },
    ]
}
