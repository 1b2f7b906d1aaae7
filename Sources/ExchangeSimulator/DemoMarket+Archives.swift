public import MarketModel

extension DemoMarket {
    /// The dumps of one day; write each with ``ArchiveSimulation/write(to:as:threads:progress:)``.
    ///
    /// - Parameters:
    ///   - seed: decides everything; each instrument and each day draws from its own part of it.
    ///   - rows: rows of the busiest instrument; the others have a share of it.
    public static func archives(day: CivilDate, seed: UInt64, rows: Int = 600_000) -> [ArchiveSimulation] {
        let mixed = seed &* 1_000_003 &+ UInt64(bitPattern: Int64(day.epochDay)) &* 8
        // Ids go on from day to day, with room for a day's trades.
        let firstID = Int64(max(0, day.epochDay)) * 100_000_000
        func shape(price: Int64, priceDecimals: Int, lot: Int, mean: Double, step: Int64) -> TapeShape {
            TapeShape(
                priceDecimals: priceDecimals, quantityDecimals: lot, firstPrice: price, step: step, sizeMean: mean, sizeDeviation: 1.8,
                firstID: firstID, firstFill: firstID * 3, intraday: true)
        }
        return [
            ArchiveSimulation(
                venue: .binanceSpot, symbol: "BTCUSDT", day: day, rows: max(1, rows), seed: mixed,
                shape: shape(price: 6_825_000, priceDecimals: 2, lot: 5, mean: 6.2, step: 71)),
            ArchiveSimulation(
                venue: .binanceSpot, symbol: "ETHUSDT", day: day, rows: max(1, rows * 2 / 3), seed: mixed &+ 1,
                shape: shape(price: 352_000, priceDecimals: 2, lot: 4, mean: 6.5, step: 6)),
            ArchiveSimulation(
                venue: .binanceCoinFutures, symbol: "BTCUSD_PERP", day: day, rows: max(1, rows / 4), seed: mixed &+ 2,
                shape: shape(price: 682_600, priceDecimals: 1, lot: 0, mean: 1.6, step: 14)),
        ]
    }
}
