import JSONReading

extension Millrace {
    /// The open interest of a coin's contracts as it is now, at all exchanges together and at each.
    ///
    ///     try await millrace.openInterest("BTC").rows.first?.usd
    public func openInterest(_ coin: String) async throws -> OpenInterestNow {
        try await ask("/v1/open-interest", [("coin", coin), ("format", "json")]) { answer throws(Unreadable) in try OpenInterestNow(answer)
        }
    }
}
