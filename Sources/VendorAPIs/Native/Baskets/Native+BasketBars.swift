import MarketModel
import MarketService
import OrderFlow
import Transport

extension Native {
    /// `GET /v1/bars/flow` of a basket.
    func basketBars(
        _ request: borrowing Request, _ basket: Basket, _ dataset: Dataset<BarRow>, _ interval: Interval, _ stretch: Stretch
    ) throws -> Response {
        guard dataset.name == Dataset<BarRow>.flow.name else { throw Native.noBasketBars(dataset.name) }
        let now = request.time
        return try table(request, stretch, interval: interval) { from, to in
            try BasketReader(lake, tapes(of: basket), from: from, to: to, interval: interval, threads: threads, limits: limits)
        } source: { reader in
            BasketBarTable(reader, now: now)
        }
    }

    static func noBasketBars(_ dataset: String) -> Failure {
        Failure(
            .badRequest, "bars of '\(dataset)' are of one instrument, which has a price of its own: a basket has those of 'flow'")
    }

    /// `GET /v1/cvd` of a basket.
    func basketDelta(
        _ request: borrowing Request, _ basket: Basket, _ interval: Interval, _ stretch: Stretch, since: Int64?
    ) throws -> Response {
        let now = request.time
        return try table(request, stretch, interval: interval, since: since, isSum: true) { from, to in
            try BasketReader(lake, tapes(of: basket), from: from, to: to, interval: interval, threads: threads, limits: limits)
        } source: { reader in
            BasketDeltaTable(reader, from: since == nil ? nil : stretch.from, now: now)
        }
    }
}
