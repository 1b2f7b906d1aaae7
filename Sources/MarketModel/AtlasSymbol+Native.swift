extension AtlasSymbol {
    /// Known quote currencies, longest first, by which run-together symbols such as `BTCUSDT` are split.
    static let quotes: [String] = [
        "FDUSD", "USDT", "USDC", "BUSD", "TUSD", "USDP", "USDE", "USD1", "BIDR", "BVND", "IDRT", "GUSD", "CNHT", "DAI", "EUR", "GBP", "AUD",
        "TRY", "KRW", "BRL", "RUB", "UAH", "NGN", "ZAR", "PLN", "RON", "ARS", "MXN", "CZK", "COP", "JPY", "USD", "BTC", "ETH", "BNB", "XRP",
        "TRX", "DOGE", "SOL", "DOT", "VAI", "PAX",
    ].sorted { $0.utf8.count > $1.utf8.count }

    /// Splits a run-together pair at the longest known quote currency that leaves a base.
    public static func split(pair: String) -> (base: String, quote: String)? {
        for quote in quotes where pair.hasSuffix(quote) && pair.utf8.count > quote.utf8.count {
            return (String(pair.dropLast(quote.count)), quote)
        }
        return nil
    }

    /// The universal symbol of a venue's own symbol, or nil if the venue's spelling is not understood.
    public init?(native symbol: String, venue: Venue) {
        switch venue {
        case .binanceSpot, .bybitSpot:
            guard let (base, quote) = AtlasSymbol.split(pair: symbol) else { return nil }
            self.init(type: .spot, base: base, quote: quote)
        case .binanceFutures, .binanceCoinFutures, .bybitLinear, .bybitInverse:
            self.init(runTogether: symbol)
        case .okxSpot, .okxPerps:
            self.init(okx: symbol)
        case .deribit:
            guard symbol.hasSuffix("-PERPETUAL") else { return nil }
            let assets = symbol.dropLast("-PERPETUAL".count).split(separator: "_").map { String($0) }
            guard let base = assets.first, assets.count <= 2 else { return nil }
            self.init(type: .perpetual, base: base, quote: assets.count == 2 ? assets[1] : "USD")
        case .hyperliquidPerps:
            guard !symbol.isEmpty, !symbol.contains(":"), !symbol.hasPrefix("@") else { return nil }
            self.init(type: .perpetual, base: symbol.uppercased(), quote: "USDC")
        default:
            return nil
        }
    }

    /// `BTCUSDT`, `BTCUSDT_260327`, `BTCUSD_PERP`, `BTCUSD_260925`; Bybit's `BTCPERP` is settled in USDC.
    private init?(runTogether symbol: String) {
        let parts = symbol.split(separator: "_", omittingEmptySubsequences: false)
        guard let pair = parts.first, parts.count <= 2 else { return nil }
        if parts.count == 1, pair.hasSuffix("PERP"), pair.count > 4 {
            self.init(type: .perpetual, base: String(pair.dropLast(4)), quote: "USDC")
            return
        }
        guard let (base, quote) = AtlasSymbol.split(pair: String(pair)) else { return nil }
        if parts.count == 1 || parts[1] == "PERP" {
            self.init(type: .perpetual, base: base, quote: quote)
        } else {
            guard let expiry = AtlasSymbol.date(digits: parts[1]) else { return nil }
            self.init(type: .future, base: base, quote: quote, expiry: expiry)
        }
    }

    /// `BTC-USDT`, `BTC-USDT-SWAP`, `BTC-USD_UM-SWAP`, `BTC-USD-260327`.
    private init?(okx symbol: String) {
        let parts = symbol.split(separator: "-", omittingEmptySubsequences: false).map { String($0) }
        guard (2...3).contains(parts.count), !parts[0].isEmpty else { return nil }
        // The `_UM` and `_UM_XPERP` families are linear, margined in their quote leg, whatever that is.
        let quote = String(parts[1].prefix { $0 != "_" })
        let margin = parts[1].contains("_UM") ? quote : nil
        guard !quote.isEmpty else { return nil }
        if parts.count == 2 {
            self.init(type: .spot, base: parts[0], quote: quote)
        } else if parts[2] == "SWAP" {
            self.init(type: .perpetual, base: parts[0], quote: quote, margin: margin)
        } else {
            guard let expiry = AtlasSymbol.date(digits: parts[2]) else { return nil }
            self.init(type: .future, base: parts[0], quote: quote, margin: margin, expiry: expiry)
        }
    }

    /// The venue's own spelling of this symbol, or nil if the venue has no such type of contract.
    public func native(on venue: Venue) -> String? {
        let dated = expiry.map { String($0.description.filter { $0 != "-" }.suffix(6)) }
        switch (venue, type) {
        case (.binanceSpot, .spot), (.bybitSpot, .spot):
            return base + quote
        case (.binanceFutures, .perpetual) where !isInverse, (.bybitInverse, .perpetual) where isInverse:
            return base + quote
        case (.bybitLinear, .perpetual) where !isInverse:
            return quote == "USDC" ? base + "PERP" : base + quote
        case (.binanceFutures, .future) where !isInverse, (.binanceCoinFutures, .future) where isInverse:
            return dated.map { "\(base)\(quote)_\($0)" }
        case (.binanceCoinFutures, .perpetual) where isInverse:
            return "\(base)\(quote)_PERP"
        case (.okxSpot, .spot):
            return "\(base)-\(quote)"
        case (.okxPerps, .perpetual):
            return "\(base)-\(okxQuote)-SWAP"
        case (.okxPerps, .future):
            return dated.map { "\(base)-\(okxQuote)-\($0)" }
        case (.deribit, .perpetual):
            return isInverse ? "\(base)-PERPETUAL" : "\(base)_\(quote)-PERPETUAL"
        case (.hyperliquidPerps, .perpetual) where quote == "USDC":
            return base
        default:
            return nil
        }
    }

    /// The quote leg as OKX spells it: linear contracts on a quote that would imply coin margin are of a `_UM` family.
    private var okxQuote: String {
        margin == quote && !AtlasSymbol.cashQuotes.contains(quote) ? quote + "_UM" : quote
    }
}
