import JSONReading

/// The open interest of a coin's contracts at this moment.
public struct OpenInterestNow: Sendable, Hashable {
    /// What is open at an exchange, or at all; numbers are the doubles nearest to the exact ones.
    public struct Row: Sendable, Hashable {
        /// The exchange; `All` for all together.
        public let exchange: String
        /// What is open, in USD.
        public let usd: Double?
        /// The same in coins.
        public let coin: Double?
        /// Of contracts margined in the coin, in USD.
        public let usdCoinMargin: Double?
        /// Of contracts margined in dollars, in USD.
        public let usdStableMargin: Double?
        /// How much it changed in percent, by `5m`, `15m`, `30m`, `1h`, `4h`, `24h`; those that are not known are not there.
        public let changes: [String: Double]
    }

    /// The coin.
    public let coin: String
    /// All together first, then by exchange.
    public let rows: [Row]
    /// Venues that are followed and not in it.
    public let missing: [String]
}

extension OpenInterestNow {
    init(_ answer: JSONValue) throws(Unreadable) {
        coin = try answer.member("coin", \.string)
        missing = try answer.member("missing", \.string).split(separator: ",").map(String.init)
        rows = try answer.list("exchanges") { row throws(Unreadable) in
            var changes: [String: Double] = [:]
            for (key, value) in row.members {
                let name = String(decoding: key, as: UTF8.self)
                if name.hasPrefix("change_"), let real = value.real { changes[String(name.dropFirst(7))] = real }
            }
            return Row(
                exchange: try row.member("exchange", \.string), usd: try row.optional("usd", \.real),
                coin: try row.optional("coin", \.real),
                usdCoinMargin: try row.optional("usd_coin_margin", \.real), usdStableMargin: try row.optional("usd_stable_margin", \.real),
                changes: changes)
        }
    }
}
