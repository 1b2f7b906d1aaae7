/// What an option gives the right to.
public enum OptionType: String, Sendable, Hashable, CaseIterable {
    /// To buy.
    case call
    /// To sell.
    case put
}

/// The options of a venue that are followed, recorded and stored together: OKX's family `BTC-USD`, Deribit's currency `BTC`.
///
/// One tape a family, since thousands of strikes with a few trades each are no thousands of tapes.
public struct OptionFamily: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Where it trades: ``Venue/okxOptions`` or ``Venue/deribitOptions``.
    public let venue: Venue
    /// The venue's own name of it: 1…32 of `A-Z`, `0-9`, `-` and `_`, not beginning with a hyphen.
    public let name: String

    /// Creates a family; nil for a name that cannot be one.
    public init?(venue: Venue, name: some StringProtocol) {
        let bytes = Array(name.utf8)
        guard (1...32).contains(bytes.count), bytes.first != UInt8(ascii: "-"),
            bytes.allSatisfy({ (65...90).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") })
        else { return nil }
        self.venue = venue
        self.name = String(name)
    }

    /// Reads `okx:BTC-USD`, `deribit:BTC`, or the same with the venue's full name.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let venue: Venue? =
            switch parts[0] {
            case "okx", "okx-options": .okxOptions
            case "deribit", "deribit-options": .deribitOptions
            default: nil
            }
        guard let venue else { return nil }
        self.init(venue: venue, name: parts[1])
    }

    /// `okx-options BTC-USD`
    public var description: String { "\(venue.name) \(name)" }

    public static func < (a: OptionFamily, b: OptionFamily) -> Bool { (a.venue, a.name) < (b.venue, b.name) }
}

/// One listed option.
public struct OptionContract: Sendable, Hashable {
    /// The venue's own symbol: `BTC-USD-230224-18000-C`, `BTC-27MAR26-100000-C`.
    public let symbol: String
    /// What it is stored and followed with.
    public let family: OptionFamily
    /// The coin that it is on: `BTC`.
    public let coin: String
    /// What the strike is counted in: `USD`, `USDC`.
    public let quote: String
    /// What premium and profit are paid in: `BTC`, `USDC`.
    public let settlement: String
    /// Call or put.
    public let type: OptionType
    /// The strike; more than zero.
    public let strike: FixedPoint
    /// The day on which it expires, at 08:00 UTC.
    public let expiry: CivilDate

    /// Whether premium is paid in the coin itself, so that a price is a share of a coin.
    public var isInverse: Bool { settlement == coin }

    /// When it expires, in microseconds since 1970-01-01 UTC.
    public var expires: Int64 { expiry.microseconds + 8 * 3_600_000_000 }
}

extension OptionContract {
    /// The option that a venue's symbol names; nil for anything else, such as a future or a combo.
    ///
    ///     OptionContract(venue: .okxOptions, symbol: "BTC-USD-230224-18000-C")
    ///     OptionContract(venue: .deribitOptions, symbol: "SOL_USDC-27MAR26-150d5-P")      // strike 150.5, settled in USDC
    public init?(venue: Venue, symbol: some StringProtocol) {
        guard symbol.utf8.count <= 64, symbol.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        let symbol = String(symbol)
        let parts = symbol.split(separator: "-", omittingEmptySubsequences: false)
        switch venue {
        case .okxOptions: self.init(okx: parts, symbol)
        case .deribitOptions: self.init(deribit: parts, symbol)
        default: return nil
        }
    }

    /// `BTC-USD-230224-18000-C`; years were written with four digits at first.
    private init?(okx parts: [Substring], _ symbol: String) {
        guard parts.count == 5, let coin = Self.coin(parts[0]), !parts[1].isEmpty,
            let family = OptionFamily(venue: .okxOptions, name: parts[0] + "-" + parts[1]), let type = Self.type(parts[4]),
            let strike = Self.strike(parts[3]), let expiry = Self.date(digits: parts[2])
        else { return nil }
        // `USD_UM` is settled in dollars of several issuers.
        let quote = String(parts[1].prefix { $0 != "_" })
        let isInverse = parts[1] == "USD"
        self.init(
            symbol: symbol, family: family, coin: coin, quote: quote, settlement: isInverse ? coin : quote, type: type, strike: strike,
            expiry: expiry)
    }

    /// `BTC-27MAR26-100000-C`, `SOL_USDC-27MAR26-150d5-P`
    private init?(deribit parts: [Substring], _ symbol: String) {
        guard parts.count == 4, let type = Self.type(parts[3]), let expiry = Self.date(words: parts[1]),
            let strike = Self.strike(Substring(parts[2].map { $0 == "d" ? "." : $0 }))
        else { return nil }
        let assets = parts[0].split(separator: "_", omittingEmptySubsequences: false)
        guard let first = assets.first, let coin = Self.coin(first), assets.count <= 2, assets.last?.isEmpty == false else { return nil }
        let settlement = assets.count == 2 ? String(assets[1]) : coin
        // Linear options are listed under what they settle in.
        guard let family = OptionFamily(venue: .deribitOptions, name: settlement) else { return nil }
        self.init(
            symbol: symbol, family: family, coin: coin, quote: assets.count == 2 ? settlement : "USD", settlement: settlement, type: type,
            strike: strike, expiry: expiry)
    }

    private static func coin(_ text: Substring) -> String? {
        guard (1...16).contains(text.utf8.count), text.utf8.allSatisfy({ (65...90).contains($0) || (48...57).contains($0) }) else {
            return nil
        }
        return String(text)
    }

    private static func type(_ text: Substring) -> OptionType? {
        switch text {
        case "C": .call
        case "P": .put
        default: nil
        }
    }

    private static func strike(_ text: Substring) -> FixedPoint? {
        guard let number = try? FixedPoint(text: text), number.mantissa > 0, number.scale <= OptionTrade.decimals,
            number.rescaled(to: OptionTrade.decimals) != nil
        else { return nil }
        return number
    }

    /// `230224`, `20220114`
    private static func date(digits text: Substring) -> CivilDate? {
        guard text.utf8.count == 6 || text.utf8.count == 8, let number = Int(text), text.utf8.allSatisfy({ (48...57).contains($0) }) else {
            return nil
        }
        let year = number / 10_000
        return CivilDate(year: year < 100 ? 2000 + year : year, month: number / 100 % 100, day: number % 100)
    }

    private static let months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]

    /// `27MAR26`, `3APR26`
    private static func date(words text: Substring) -> CivilDate? {
        guard (6...7).contains(text.utf8.count), let month = months.firstIndex(of: String(text.dropLast(2).suffix(3))),
            let year = Int(text.suffix(2)), let day = Int(text.dropLast(5)), year >= 0, day > 0
        else { return nil }
        return CivilDate(year: 2000 + year, month: month + 1, day: day)
    }

    /// Deribit's way of writing a day: `3APR26`.
    public static func deribitDate(_ day: CivilDate) -> String {
        "\(day.day)\(months[day.month - 1])\(CivilDate.pad(day.year % 100, 2))"
    }
}
