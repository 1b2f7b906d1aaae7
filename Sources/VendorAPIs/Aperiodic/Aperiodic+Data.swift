import Access
import MarketModel
import MarketService
import OrderFlow
import Transport

extension Aperiodic {
    /// What `/data/{bucket}` is asked for.
    struct BarsRequest {
        var dataset: Dataset<BarRow>
        var interval: Interval
        var clock: TapeClock
        var instrument: Instrument
        var first: CivilDate
        var last: CivilDate
    }

    /// `GET /data/{bucket}`: links to the month files that overlap a range.
    func data(_ request: borrowing Request, _ grant: KeyGate.Grant) throws -> Response {
        let wanted = try barsRequest(request)
        if let plan = grant.plan, wanted.interval < plan.smallestInterval {
            throw Refusal(
                status: .forbidden, error: "The plan does not include bars of \(wanted.interval.name)",
                details: ["plan \(plan.name) begins at \(plan.smallestInterval.name)"], code: "interval_not_in_plan")
        }
        if let plan = grant.plan, !plan.opens(dataset: wanted.dataset.name) {
            throw Refusal(
                status: .forbidden, error: "The plan does not include the dataset \(wanted.dataset.name)",
                details: ["plan \(plan.name) has \(plan.datasets?.sorted().joined(separator: ", ") ?? "all")"], code: "dataset_not_in_plan")
        }
        try checkHistory(wanted.first, grant, now: request.time)
        return try list(wanted, request)
    }

    /// - Throws: ``Refusal`` 403 for a day before the first that a plan opens.
    func checkHistory(_ first: CivilDate, _ grant: KeyGate.Grant, now: Int64) throws(Refusal) {
        guard let plan = grant.plan, let earliest = plan.firstDay(at: now), first < earliest else { return }
        throw Refusal(
            status: .forbidden, error: "The plan does not include days before \(earliest)",
            details: ["plan \(plan.name) opens the last \(plan.historyDays ?? 0) days: ask for start_date=\(earliest) or later"],
            code: "history_not_in_plan")
    }

    /// `GET /data/preview/{bucket}`: the same of a stretch that everybody may have.
    func previewData(_ request: borrowing Request) throws -> Response {
        let wanted = try barsRequest(request)
        let isOpen = previews.contains {
            $0.exchange == wanted.instrument.venue && $0.symbol == wanted.instrument.atlas && $0.interval == wanted.interval
                && $0.first == wanted.first && $0.last == wanted.last && wanted.clock == .exchange
        }
        guard isOpen else { throw notInPreview }
        return try list(wanted, request)
    }

    var notInPreview: Refusal {
        Refusal(
            status: .badRequest, error: "Not in the preview",
            details: previews.map {
                "timestamp=exchange interval=\($0.interval.name) exchange=\($0.exchange) symbol=\($0.symbol)"
                    + " start_date=\($0.first) end_date=\($0.last) is"
            }, code: "not_in_preview")
    }

    private func barsRequest(_ request: borrowing Request) throws -> BarsRequest {
        let dataset = try Aperiodic.dataset(request, "bucket")
        var reading = Reading(self, request)
        let interval = reading.interval()
        let venue = reading.exchange()
        let instrument = reading.instrument(on: venue)
        let dates = reading.dates()
        let clock = try reading.clock(instrument, dates)
        try reading.finish()
        guard let interval, let instrument, let dates else { throw Failure(.badRequest) }
        return BarsRequest(
            dataset: dataset, interval: interval, clock: clock, instrument: instrument, first: dates.first, last: dates.last)
    }

    private func list(_ wanted: BarsRequest, _ request: borrowing Request) throws -> Response {
        let links = try Links(self, request, seconds: 300)
        var json = JSONWriter(capacity: 1024)
        json.beginObject()
        json.key("files")
        json.beginArray()
        for month in try months(of: wanted.instrument, from: wanted.first, to: wanted.last, clock: wanted.clock) {
            json.beginObject()
            json.member("year", month.year)
            json.member("month", month.month)
            json.member("url", links.bars(wanted.dataset, wanted.interval, wanted.clock, wanted.instrument, month))
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return Response(json: json)
    }

    /// The months of a range that hold trades.
    func months(
        of instrument: Instrument, from first: CivilDate, to last: CivilDate, clock: TapeClock = .exchange
    ) throws -> [CivilMonth] {
        try months.months(venue: instrument.venue, symbol: instrument.symbol, from: first, to: last, clock: clock)
    }
}
