/// A symbol of Atlas, the universal symbology: `<type>-<BASE>-<QUOTE>[:<MARGIN>][-<YYYYMMDD>]`.
///
///     AtlasSymbol("perpetual-BTC-USDT:USDT")?.native(on: .binanceFutures)      // BTCUSDT
///     AtlasSymbol(native: "BTCUSD_PERP", venue: .binanceCoinFutures)            // perpetual-BTC-USD:BTC
public struct AtlasSymbol: Sendable, Hashable, CustomStringConvertible {
    /// The type of contract.
    public enum ContractType: String, Sendable, Hashable, CaseIterable {
        case spot
        case perpetual
        case future
    }

    /// The type of contract.
    public var type: ContractType
    /// The base asset, upper case.
    public var base: String
    /// The quote currency, upper case.
    public var quote: String
    /// The margin asset of a perpetual or future: its quote or its base; nil for spot.
    public var margin: String?
    /// The delivery date of a future.
    public var expiry: CivilDate?

    /// Creates a symbol from its parts.
    ///
    /// - Parameter margin: the margin asset of a contract; by default the quote where that is cash or a stablecoin, else the base.
    public init(type: ContractType, base: String, quote: String, margin: String? = nil, expiry: CivilDate? = nil) {
        self.type = type
        self.base = base
        self.quote = quote
        self.margin = type == .spot ? nil : margin ?? (AtlasSymbol.cashQuotes.contains(quote) ? quote : base)
        self.expiry = expiry
    }

    /// Quote currencies whose contracts are margined in the quote; all others are margined in the base.
    static let cashQuotes: Set<String> = [
        "USDT", "USDC", "BUSD", "TUSD", "USDP", "FDUSD", "DAI", "EUR", "GBP", "AUD", "TRY", "KRW", "GUSD", "CNHT",
    ]

    /// Whether the contract is margined in its base coin.
    public var isInverse: Bool { margin == base }

    public var description: String {
        var text = "\(type.rawValue)-\(base)-\(quote)"
        if let margin { text += ":\(margin)" }
        if let expiry {
            text += "-" + expiry.description.filter { $0 != "-" }
        }
        return text
    }

    /// Parses the text form; the margin of a contract must be its quote or its base.
    public init?(_ text: String) {
        let halves = text.split(separator: ":", omittingEmptySubsequences: false)
        guard halves.count <= 2, let head = halves.first else { return nil }
        let parts = head.split(separator: "-", omittingEmptySubsequences: false).map { String($0) }
        guard parts.count == 3, let type = ContractType(rawValue: parts[0]), AtlasSymbol.isAsset(parts[1]), AtlasSymbol.isAsset(parts[2])
        else { return nil }
        self.init(type: type, base: parts[1], quote: parts[2])
        guard halves.count == 2 else {
            if type != .spot { return nil }
            return
        }
        let tail = halves[1].split(separator: "-", omittingEmptySubsequences: false).map { String($0) }
        guard type != .spot, let margin = tail.first, margin == quote || margin == base else { return nil }
        self.margin = margin
        if type == .future {
            guard tail.count == 2, let date = AtlasSymbol.date(digits: tail[1]) else { return nil }
            expiry = date
        } else if tail.count != 1 {
            return nil
        }
    }

    static func isAsset(_ text: String) -> Bool {
        !text.isEmpty && !text.contains { $0 == "-" || $0 == ":" || $0 == "/" || $0.isWhitespace || $0.isLowercase }
    }

    /// Reads `YYYYMMDD`, or `YYMMDD` of this century.
    static func date(digits: some StringProtocol) -> CivilDate? {
        let full = digits.utf8.count == 6 ? "20" + String(digits) : String(digits)
        guard full.utf8.count == 8, full.utf8.allSatisfy({ (48...57).contains($0) }), let year = Int(full.prefix(4)),
            let month = Int(full.dropFirst(4).prefix(2)), let day = Int(full.suffix(2))
        else { return nil }
        return CivilDate(year: year, month: month, day: day)
    }
}
