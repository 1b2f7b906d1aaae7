import Lake
import MarketModel
import MarketService
import Transport

extension Native {
    /// `GET /v1/trades` of a basket.
    func basketTrades(
        _ basket: Basket, _ stretch: Stretch, _ format: TableFormat, _ known: String?, isPlanned: Bool
    ) -> Response {
        .later { cancellation in
            try LakeError.retrying {
                let tapes = try tapes(of: basket)
                var from = stretch.from
                if from == nil, let count = stretch.count {
                    from = max(try BasketTrades.start(ofNewest: count, lake, tapes) ?? 0, stretch.opens ?? .min)
                }
                let page = try BasketTrades(
                    lake, tapes, from: from ?? 0, to: stretch.to, atLeast: stretch.from == nil ? nil : stretch.count, limits: limits,
                    isCancelled: { cancellation.isCancelled })
                return try Native.answer(
                    BasketTradeTable(page, least: nil), page.revision, page.goesOnAt, known, format, isPlanned: isPlanned, cancellation)
            }
        }
    }

    /// `GET /v1/large` of a basket.
    func basketPrints(
        _ basket: Basket, _ stretch: Stretch, _ least: FixedPoint, _ format: TableFormat, _ known: String?
    ) -> Response {
        .later { cancellation in
            try LakeError.retrying {
                let tapes = try tapes(of: basket)
                func prints(_ from: Int64) throws -> BasketTrades {
                    try BasketTrades(
                        lake, tapes, from: from, to: stretch.to, atLeast: nil, least: least, limits: limits,
                        isCancelled: { cancellation.isCancelled })
                }
                guard let from = stretch.from else {
                    let first = max(tapes.firstTime ?? 0, stretch.opens ?? .min)
                    let page = try Native.newest(
                        stretch.count ?? 1, within: first..<max(first, (tapes.lastTime ?? first) + 1), length: 3_600_000_000, step: 1,
                        cancellation
                    ) { BasketTradeTable(try prints($0), least: least) }
                    return try Native.answer(page, nil, nil, known, format, cancellation)
                }
                let trades = try prints(from)
                let revision = trades.revision + "-\(least.normalized)-\(stretch.count ?? 0)"
                guard let count = stretch.count else {
                    return try Native.answer(BasketTradeTable(trades, least: least), revision, nil, known, format, cancellation)
                }
                let page = try TablePage(BasketTradeTable(trades, least: least), atLeast: count, cancellation) {
                    $0 - $0 % 1000 + 1000
                }
                return try Native.answer(page, revision, page.goesOnAt, known, format, cancellation)
            }
        }
    }
}
