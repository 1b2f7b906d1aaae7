import Access
import MarketModel
import MarketService
import Transport

extension Aperiodic {
    /// The most days that one request for raw trades may span, as the vendor has it.
    static let rawDays = 366

    /// `GET /data/raw/trades`: links to the month files that overlap a range, with their sizes.
    func raw(_ request: borrowing Request, _ grant: KeyGate.Grant) throws -> Response {
        try Aperiodic.checkRaw(request)
        var reading = Reading(self, request)
        let instrument = rawInstrument(&reading)
        let dates = reading.dates()
        var code: String?
        if let dates, dates.last.epochDay - dates.first.epochDay >= Aperiodic.rawDays {
            reading.fault("the range has more than \(Aperiodic.rawDays) days: ask for it in parts")
            code = "range_too_long"
        }
        try reading.finish(code: code)
        guard let instrument, let dates else { throw Failure(.badRequest) }
        if let plan = grant.plan, !plan.hasRawFiles {
            throw Refusal(
                status: .forbidden, error: "The plan does not include raw data", details: ["plan \(plan.name) has bars only"],
                code: "raw_not_in_plan")
        }
        try checkHistory(dates.first, grant, now: request.time)
        let there = try months(of: instrument, from: dates.first, to: dates.last)
        return try list(instrument, there, missing: missing(dates.first, dates.last, there, now: request.time), request)
    }

    /// `GET /data/raw/preview/trades`: the same of the stretches that everybody may have.
    func previewRaw(_ request: borrowing Request) throws -> Response {
        try Aperiodic.checkRaw(request)
        var reading = Reading(self, request)
        let instrument = rawInstrument(&reading)
        try reading.finish()
        guard let instrument else { throw Failure(.badRequest) }
        let open = previews.filter { $0.exchange == instrument.venue && $0.symbol == instrument.atlas }
        guard !open.isEmpty else { throw notInPreview }
        let there = try Set(open.flatMap { try months(of: instrument, from: $0.first, to: $0.last) }).sorted()
        return try list(instrument, there, missing: [], request)
    }

    private static func checkRaw(_ request: borrowing Request) throws(Refusal) {
        let name = request.pathParameters["dataset"] ?? ""
        guard name == RawDataset.name else {
            throw Refusal(status: .notFound, error: "Unknown raw dataset", details: ["'\(name)' is not one of \(RawDataset.name)"])
        }
    }

    private func rawInstrument(_ reading: inout Reading) -> Instrument? {
        let venue = reading.exchange()
        guard let instrument = reading.instrument(on: venue) else { return nil }
        if instrument.tradeIDs == .uuid {
            reading.fault("raw trades of \(instrument.venue) are not offered: its ids have 128 bits, and the files' column has 64")
            return nil
        }
        return instrument
    }

    /// The months of a range, up to now, that hold no trades.
    private func missing(_ first: CivilDate, _ last: CivilDate, _ there: [CivilMonth], now: Int64) -> [CivilMonth] {
        var missing: [CivilMonth] = []
        var month = CivilMonth(of: first)
        let end = min(CivilMonth(of: last), CivilMonth(microseconds: now))
        while month <= end {
            if !there.contains(month) { missing.append(month) }
            month = month.next
        }
        return missing
    }

    /// Answers at once if all files are at hand, else when they have been made: sizes must be those of the files.
    private func list(_ instrument: Instrument, _ there: [CivilMonth], missing: [CivilMonth], _ request: borrowing Request) throws
        -> Response
    {
        let links = try Links(self, request, seconds: 3600)
        let requests = there.map { MonthRequest(venue: instrument.venue, symbol: instrument.symbol, product: .rawTrades, month: $0) }
        let months = months
        let ready = try requests.compactMap { try months.ready($0) }
        if ready.count == requests.count {
            return Aperiodic.write(instrument, Array(zip(there, ready.map(\.size))), missing: missing, links)
        }
        let wait = Wait()
        return .later { cancellation in
            try Aperiodic.shaped {
                for request in requests { try months.prepare(request) }
                let sizes = try requests.map { request in
                    try months.file(request, atMostMilliseconds: wait.left, isCancelled: { cancellation.isCancelled }).size
                }
                return Aperiodic.write(instrument, Array(zip(there, sizes)), missing: missing, links)
            }
        }
    }

    private static func write(_ instrument: Instrument, _ files: [(CivilMonth, Int)], missing: [CivilMonth], _ links: Links) -> Response {
        var json = JSONWriter(capacity: 1024)
        json.beginObject()
        json.member("dataset", RawDataset.name)
        json.member("exchange", instrument.venue.name)
        json.member("symbol", instrument.atlas?.description ?? instrument.symbol)
        json.member("schema_version", RawDataset.schemaVersion)
        json.member("expires_in", links.seconds)
        json.key("files")
        json.beginArray()
        for (month, size) in files {
            json.beginObject()
            json.member("period", month.description)
            json.member("url", links.raw(instrument, month))
            json.member("size", size)
            json.endObject()
        }
        json.endArray()
        json.key("missing_periods")
        json.beginArray()
        for month in missing { json.value(month.description) }
        json.endArray()
        json.endObject()
        return Response(json: json)
    }
}
