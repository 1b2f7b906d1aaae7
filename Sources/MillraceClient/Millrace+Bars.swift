import JSONReading
public import MarketModel

extension Millrace {
    /// The bars of an instrument from a time on with the columns of a dataset, in the order of time; intervals without trades have none.
    ///
    ///     for try await bar in millrace.bars(.binanceSpot, "BTCUSDT", .m1, dataset: "flow", from: day) { print(bar.time, bar["volume_delta"] ?? 0) }
    ///
    /// - Parameters:
    ///   - dataset: as docs/datasets names them: `ohlcv`, `flow`, …
    ///   - to: the time before which they end; nil for the end of the tape.
    ///   - pageSize: about how many are asked for at a time, 1 to 50,000.
    public func bars(
        _ venue: Venue, _ symbol: String, _ interval: Interval, dataset: String = "ohlcv", from: Int64, to: Int64? = nil,
        pageSize: Int = 5000
    ) -> Rows<DatasetBar> {
        Rows(first: String(from)) { from in
            try await barPage(dataset, table(venue, symbol, from: from, to: to, limit: pageSize), interval)
        }
    }

    /// The newest bars of an instrument, the oldest of them first.
    ///
    /// - Parameter count: 1 to 50,000.
    public func newestBars(_ venue: Venue, _ symbol: String, _ interval: Interval, dataset: String = "ohlcv", count: Int) async throws
        -> [DatasetBar]
    {
        try await barPage(dataset, table(venue, symbol, from: nil, to: nil, limit: count), interval).rows
    }

    private func barPage(_ dataset: String, _ parameters: Parameters, _ interval: Interval) async throws -> Rows<DatasetBar>.Page {
        try await ask("/v1/bars/\(dataset)", parameters + [("interval", interval.name)]) { answer throws(Unreadable) in
            .init(rows: try answer.list("bars", DatasetBar.init(row:)), next: try answer.optional("next", \.whole).map(String.init))
        }
    }

    /// Cumulative volume delta of an instrument, bar by bar from a time on.
    ///
    /// - Parameters:
    ///   - since: from when the sum runs; `from` where it is nil.
    ///   - to: the time before which bars end; nil for the end of the tape.
    ///   - pageSize: about how many are asked for at a time, 1 to 50,000.
    public func cumulativeDelta(
        _ venue: Venue, _ symbol: String, _ interval: Interval, from: Int64, since: Int64? = nil, to: Int64? = nil, pageSize: Int = 5000
    ) -> Rows<DeltaBar> {
        let start = String(since ?? from)
        return Rows(first: String(from)) { from in
            let parameters = table(venue, symbol, from: from, to: to, limit: pageSize) + [("interval", interval.name), ("since", start)]
            return try await ask("/v1/cvd", parameters) { answer throws(Unreadable) in
                .init(rows: try answer.list("bars", DeltaBar.init), next: try answer.optional("next", \.whole).map(String.init))
            }
        }
    }
}
