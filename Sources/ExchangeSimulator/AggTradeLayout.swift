import MarketModel

/// How a venue writes its aggregate-trade dumps.
struct AggTradeLayout: Sendable {
    /// The first line, with its line feed, or nothing.
    let header: String
    /// Microseconds in the unit of its times.
    let timeUnit: Int64
    /// Digits written after the point of a price, at least those of the tick; zeros fill the rest.
    let priceDigits: Int?
    let quantityDigits: Int?
    /// The last columns for a taker sell, and for a taker buy.
    let makerIsBuyer: String
    let makerIsSeller: String

    /// The layout of a venue's dumps of `day`, or nil if the simulator does not know the venue.
    init?(venue: Venue, day: CivilDate) {
        let futuresHeader = "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n"
        switch venue {
        case .binanceSpot:
            header = ""
            // Binance writes microseconds in spot dumps from 2025 on.
            timeUnit = day.year >= 2025 ? 1 : 1000
            priceDigits = 8
            quantityDigits = 8
            makerIsBuyer = ",True,True\n"
            makerIsSeller = ",False,True\n"
        case .binanceFutures, .binanceCoinFutures:
            header = futuresHeader
            timeUnit = 1000
            priceDigits = nil
            // COIN-M dumps write whole contracts as floats: 542.0
            quantityDigits = venue == .binanceCoinFutures ? 1 : nil
            makerIsBuyer = ",true\n"
            makerIsSeller = ",false\n"
        default:
            return nil
        }
    }
}
