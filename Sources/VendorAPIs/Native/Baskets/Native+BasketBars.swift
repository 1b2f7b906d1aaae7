import MarketModel
import MarketService
import OrderFlow
import Transport

extension Native {
    /// `GET /v1/bars/{dataset}` of a basket.
    func basketBars(
        _ request: borrowing Request, _ basket: Basket, _ dataset: String, _ interval: Interval, _ stretch: Stretch
    ) throws -> Response {
        let dataset = try Native.dataset(dataset, of: basket)
        let now = request.time
        let chosen = try Native.chosen(request, of: BasketBarTable.fields(of: dataset))
        let told = dataset.with(chosen)
        let options = BarOptions(interval: interval, columns: told.columns)
        return try table(request, stretch, interval: interval) { from, to in
            try bars(of: basket, options, from, to)
        } source: { reader in
            ChosenColumns(BasketBarTable(reader, told, now: now), chosen)
        }
    }

    /// A dataset of a basket.
    ///
    /// - Throws: ``Failure`` 400 that says why it has none of that name.
    static func dataset(_ name: String, of basket: Basket) throws(Failure) -> Dataset<BasketRow> {
        do {
            return try basket.dataset(name)
        } catch {
            throw Failure(.badRequest, error.description)
        }
    }

    /// `GET /v1/cvd` of a basket.
    func basketDelta(
        _ request: borrowing Request, _ basket: Basket, _ interval: Interval, _ stretch: Stretch, since: Int64?
    ) throws -> Response {
        let now = request.time
        let options = BarOptions(interval: interval, parts: [])
        return try table(request, stretch, interval: interval, since: since, isSum: true) { from, to in
            try bars(of: basket, options, from, to)
        } source: { reader in
            BasketDeltaTable(reader, from: since == nil ? nil : stretch.from, now: now)
        }
    }

    /// `GET /v1/footprint` of a basket.
    func basketFootprint(_ request: borrowing Request, _ basket: Basket, _ interval: Interval, _ stretch: Stretch) throws -> Response {
        do {
            try basket.requireFootprints()
        } catch {
            throw Failure(.badRequest, error.description)
        }
        return try table(request, stretch, interval: interval, reach: 10) { from, to in
            try BasketFootprintReader(lake, tapes(of: basket), from: from, to: to, interval: interval, threads: threads, limits: limits)
        } source: { reader in
            BasketFootprintTable(reader)
        }
    }

    private func bars(of basket: Basket, _ options: BarOptions, _ from: Int64, _ to: Int64) throws -> BasketReader {
        try BasketReader(lake, tapes(of: basket), from: from, to: to, options: options, threads: threads, limits: limits)
    }
}
