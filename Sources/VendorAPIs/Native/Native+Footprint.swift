import MarketModel
import MarketService
import OrderFlow
import Transport

extension Native {
    /// `GET /v1/footprint`
    func footprint(_ request: borrowing Request, _ grant: KeyGate.Grant) throws -> Response {
        let interval = try interval(request)
        let stretch = try Stretch(request, grant, Parameters.bars, most: Native.mostHeldRows)
        if let basket = try basket(request) { return try basketFootprint(request, basket, interval, stretch) }
        let (lake, threads, limits) = (lake, threads, limits)
        return try table(request, stretch, interval: interval, reach: 10) { from, to in
            try FootprintReader.open(
                lake, venue: stretch.venue, symbol: stretch.symbol, from: from, to: to, interval: interval, threads: threads, limits: limits
            )
        } source: { reader in
            FootprintTable(reader)
        }
    }
}
