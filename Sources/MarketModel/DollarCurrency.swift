/// The currencies that are counted as US dollars, one for one: the dollar, and the stablecoins that promise to be one.
public enum DollarCurrency {
    /// Whether a quote currency counts as the dollar.
    ///
    ///     DollarCurrency.contains("USDT")      // true
    public static func contains(_ currency: String) -> Bool { all.contains(currency) }

    private static let all: Set<String> = [
        "USD", "USDT", "USDC", "FDUSD", "BUSD", "TUSD", "USDP", "GUSD", "DAI", "USDE", "USD1", "RLUSD", "PYUSD",
    ]
}
