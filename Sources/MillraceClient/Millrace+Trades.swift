import JSONReading
public import MarketModel

extension Millrace {
    /// The trades of an instrument from a time on, each once and in the order of time, asked for page by page.
    ///
    ///     for try await trade in millrace.trades(.binanceSpot, "BTCUSDT", from: day, to: day + 86_400_000_000) { volume += trade.quantity.double }
    ///
    /// - Parameters:
    ///   - to: the time before which they end; nil for the end of the tape.
    ///   - pageSize: about how many are asked for at a time, 1 to 1,000,000.
    public func trades(_ venue: Venue, _ symbol: String, from: Int64, to: Int64? = nil, pageSize: Int = 20_000) -> Rows<TapeTrade> {
        Rows(first: String(from)) { from in
            let page = try await tradePage(venue, symbol, from: from, to: to, limit: pageSize)
            return .init(rows: page.trades, next: page.next.map(String.init))
        }
    }

    /// A page of an instrument's trades, with what is known of its wholeness.
    ///
    /// - Parameters:
    ///   - from: the first time; without it the newest trades are given.
    ///   - limit: about how many, 1 to 1,000,000: a page ends with a whole millisecond.
    public func tradePage(_ venue: Venue, _ symbol: String, from: Int64? = nil, to: Int64? = nil, limit: Int = 1000) async throws
        -> TradePage
    {
        try await tradePage(venue, symbol, from: from.map(String.init), to: to, limit: limit)
    }

    private func tradePage(_ venue: Venue, _ symbol: String, from: String?, to: Int64?, limit: Int) async throws -> TradePage {
        let parameters = table(venue, symbol, from: from, to: to, limit: limit)
        return try await ask("/v1/trades", parameters) { answer throws(Unreadable) in try TradePage(answer) }
    }

    /// The prints of an instrument from a time on that are worth so much, in the order of time.
    ///
    /// - Parameters:
    ///   - least: what a print is worth at least, in quote currency; not negative.
    ///   - to: the time before which they end; nil for the end of the tape.
    ///   - pageSize: about how many are asked for at a time, 1 to 50,000.
    public func largePrints(
        _ venue: Venue, _ symbol: String, worth least: FixedPoint = FixedPoint(mantissa: 100_000), from: Int64, to: Int64? = nil,
        pageSize: Int = 1000
    ) -> Rows<LargePrint> {
        Rows(first: String(from)) { from in
            let parameters = table(venue, symbol, from: from, to: to, limit: pageSize) + [("min_notional", least.description)]
            return try await ask("/v1/large", parameters) { answer throws(Unreadable) in
                .init(rows: try answer.list("trades", LargePrint.init), next: try answer.optional("next", \.whole).map(String.init))
            }
        }
    }

    /// What questions for tables have in common.
    func table(_ venue: Venue, _ symbol: String, from: String?, to: Int64?, limit: Int) -> Parameters {
        [
            ("venue", venue.name), ("symbol", symbol), ("from", from), ("to", to.map(String.init)), ("limit", String(limit)),
            ("format", "json"),
        ]
    }
}
