import JSONReading
public import MarketModel

extension Millrace {
    /// Every instrument that has a tape or is being recorded, by venue and symbol.
    ///
    ///     let live = try await millrace.instruments().filter { $0.state == .live }
    public func instruments(venue: Venue? = nil, symbol: String? = nil) async throws -> [TapeInstrument] {
        try await ask("/v1/instruments", [("venue", venue?.name), ("symbol", symbol)]) { answer throws(Unreadable) in
            try answer.list("instruments", TapeInstrument.init)
        }
    }

    /// The holes of the tapes, in the order of venue, symbol and time.
    ///
    ///     for try await gap in millrace.gaps(venue: .binanceSpot, state: .open) { print(gap.symbol, gap.missing ?? 0) }
    ///
    /// - Parameters:
    ///   - from: only holes that end after this time.
    ///   - to: only holes that begin before this time.
    ///   - pageSize: how many are asked for at a time, 1 to 1000.
    public func gaps(
        venue: Venue? = nil, symbol: String? = nil, state: TapeGap.State? = nil, from: Int64? = nil, to: Int64? = nil, pageSize: Int = 1000
    ) -> Rows<TapeGap> {
        Rows(first: nil) { after in
            try await ask(
                "/v1/gaps",
                [
                    ("venue", venue?.name), ("symbol", symbol), ("state", state?.rawValue), ("from", from.map(String.init)),
                    ("to", to.map(String.init)), ("limit", String(pageSize)), ("after", after),
                ]
            ) { answer throws(Unreadable) in
                .init(rows: try answer.list("gaps", TapeGap.init), next: try answer.optional("next", \.string))
            }
        }
    }
}
