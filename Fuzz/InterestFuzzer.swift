import Archives
import Feeds
import MarketModel

/// Any bytes as a venue's answer about open interest, as a history, and as a file: nothing traps, and samples are never below zero.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    let body = Array(UnsafeBufferPointer(start: data, count: size))
    for adapter in adapters { sweep(adapter, body) }
    let histories = [
        OpenInterestHistory.binance(body, market: .usdMargined, symbol: "1000PEPEUSDT"),
        OpenInterestHistory.binance(body, market: .coinMargined, symbol: "BTCUSD_PERP"),
        OpenInterestHistory.bybit(body, market: .inverse, symbol: "BTCUSD"),
    ]
    for reading in histories.flatMap(\.readings) { check(reading) }
    FuzzFile.write(body)
    _ = try? OpenInterestFile(path: FuzzFile.path).read { check($0) }
    return 0
}

/// Asks a few times: lists, prices and figures are all this answer.
private func sweep(_ adapter: any OpenInterestAdapter, _ body: [UInt8]) {
    var sweep = OpenInterestSweep(adapter: adapter)
    sweep.learn(worth: FixedPoint(mantissa: 100_000), of: "BTC")
    var budget = RateBudget([])
    for turn in 1...8 {
        guard let request = sweep.next(now: Int64(turn) * 1_000_000_000_000, budget: &budget) else { break }
        let status = body.first.map { $0 % 16 == 0 } ?? true ? 400 : 200
        let answer = sweep.answered(request, RESTAnswer(status: status, body: body), received: 1_900_000_000_000_000)
        for sample in answer.samples {
            precondition(sample.value.quantity.mantissa >= 0 && sample.value.usd.mantissa >= 0 && sample.time > 0)
            precondition(!sample.contract.symbol.isEmpty)
        }
        precondition(answer.faults.values.allSatisfy { $0 > 0 })
    }
}

private func check(_ reading: OpenInterestReading) {
    precondition((reading.quantity?.mantissa ?? 0) >= 0 && (reading.usd?.mantissa ?? 0) >= 0 && reading.time > 0)
    _ = reading.sample(price: FixedPoint(mantissa: 1, scale: 18))
}

private let adapters: [any OpenInterestAdapter] =
    FeedCatalogue.openInterestVenues.compactMap { FeedCatalogue.openInterest(of: $0) }
    + FeedCatalogue.optionVenues.compactMap { venue in
        let families = ["BTC", "USDC", "BTC-USD"].compactMap { OptionFamily(venue: venue, name: $0) }
        return FeedCatalogue.optionInterest(of: venue, families: families)
    }
