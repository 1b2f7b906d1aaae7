import Lake
import MarketModel
import MarketService
import Recorder
import TapeSequencer
import Transport

extension Native {
    /// `GET /v1/instruments`: what is on tape, and how far each tape is recorded.
    func instruments(_ request: borrowing Request) throws -> Response {
        let (venue, symbol) = try (venue(request), Parameters.symbol.text(in: request))
        let (lake, live) = (lake, live)
        return .later { cancellation in
            let tapes = try Native.tapes(lake, venue, symbol, cancellation)
            var listings: [Instrument.Key: InstrumentListing] = [:]
            for tape in tapes { listings[Instrument.Key(tape.instrument), default: InstrumentListing(tape.instrument)].tape = tape }
            for recorded in live.market.instruments() {
                let instrument = recorded.instrument
                guard venue == nil || instrument.venue == venue, symbol == nil || instrument.symbol == symbol else { continue }
                listings[Instrument.Key(instrument), default: InstrumentListing(instrument)].live = recorded
            }
            var json = JSONWriter(capacity: 256 + listings.count * 400)
            json.beginObject()
            json.key("instruments")
            json.beginArray()
            for key in listings.keys.sorted() { listings[key]?.write(to: &json) }
            json.endArray()
            json.endObject()
            return Response(json: json)
        }
    }

    func venue(_ request: borrowing Request) throws(Failure) -> Venue? {
        guard let text = try Parameters.venue.text(in: request) else { return nil }
        guard let venue = Venue(text) else { throw Failure(.badRequest, "parameter 'venue' is not the name of a venue") }
        return venue
    }

    static func tapes(_ lake: Lake, _ venue: Venue?, _ symbol: String?, _ cancellation: Cancellation) throws -> [TapeSummary] {
        if let venue, let symbol { return try lake.tape(venue: venue, symbol: symbol).map { [$0] } ?? [] }
        return try lake.tapes(
            where: { (venue == nil || $0 == venue) && (symbol == nil || $1 == symbol) }, isCancelled: { cancellation.isCancelled })
    }
}

extension Instrument {
    /// A venue and its symbol, in the order of lists.
    struct Key: Hashable, Comparable {
        let venue: Venue
        let symbol: String

        init(_ instrument: Instrument) {
            venue = instrument.venue
            symbol = instrument.symbol
        }

        static func < (a: Key, b: Key) -> Bool { (a.venue, a.symbol) < (b.venue, b.symbol) }
    }
}

/// An instrument in a list: what the lake holds of it, and how its recording is doing.
private struct InstrumentListing {
    let instrument: Instrument
    var tape: TapeSummary?
    var live: LiveInstrument?

    init(_ instrument: Instrument) { self.instrument = instrument }

    func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("venue", instrument.venue.name)
        json.member("symbol", instrument.symbol)
        json.key("atlas")
        if let atlas = instrument.atlas { json.value(atlas.description) } else { json.null() }
        json.member("kind", instrument.kind.rawValue)
        json.member("contract_size", decimal: Int128(instrument.contractSize.mantissa), scale: instrument.contractSize.scale)
        json.member("state", live?.state.name ?? "imported")
        json.key("reason")
        switch live?.state {
        case .disconnected(let reason), .ended(let reason): json.value(reason)
        case .waiting, .live, nil: json.null()
        }
        json.key("durable_id")
        if let id = live?.durableID, instrument.tradeIDs != .none {
            json.value(id.text(instrument.tradeIDs))
        } else {
            json.null()
        }
        time("durable_time", live?.durableTime ?? (live == nil ? tape?.lastTime : nil), &json)
        time("first_time", [live?.firstTime, tape?.firstTime].compactMap(\.self).min(), &json)
        time("last_time", [live?.last?.trade.time, tape?.lastTime].compactMap(\.self).max(), &json)
        time("lag", live?.lag, &json)
        json.member("days", tape?.days.count ?? 0)
        json.member("trades", tape?.rows ?? 0)
        let open =
            tape.map { tape in
                tape.openHoles.map { GapListing(tape.instrument, $0) } + tape.openLosses.map { GapListing(tape.instrument, $0) }
            } ?? []
        json.member("open_gaps", GapListing.merge(open, live.map { live in live.gaps.map { GapListing(live.instrument, $0) } } ?? []).count)
        json.endObject()
    }

    private func time(_ name: StaticString, _ time: Int64?, _ json: inout JSONWriter) {
        json.key(name)
        if let time { json.value(Int(time)) } else { json.null() }
    }
}
