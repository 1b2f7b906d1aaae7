public import MarketModel

extension Millrace {
    /// What happens on some topics, as it happens.
    ///
    ///     for try await event in millrace.stream([.trades(.binanceSpot, "BTCUSDT"), .gaps(.binanceSpot, "BTCUSDT")]) {
    ///         switch event.content {
    ///         case .trades(let batch): for each in batch.trades { print(each.trade.price, each.trade.side) }
    ///         case .reset(let topic): print("events of \(topic) are lost: ask again")
    ///         default: break
    ///         }
    ///     }
    ///
    /// A connection that is lost is made again, after a quarter of a second and ever longer up to half a minute, and goes on behind the last
    /// event: none is told of twice, and those that the server could not keep are told of as ``StreamEvent/Content/reset(topic:)``. The stream ends
    /// when its task is cancelled. A loop that is slow makes the server wait, which drops a client that lets four megabytes wait.
    ///
    /// - Parameters:
    ///   - topics: 1 to 100 of them.
    ///   - since: the id of an event, where a stream is to go on that ended with another process.
    ///   - least: what a large print is worth at least, in quote currency; 10,000 or more.
    public func stream(_ topics: [StreamTopic], since: String? = nil, worth least: FixedPoint = FixedPoint(mantissa: 100_000))
        -> EventStream
    {
        EventStream(
            millrace: self,
            parameters: [("topics", topics.map(\.description).joined(separator: ",")), ("min_notional", least.description)], since: since)
    }
}
