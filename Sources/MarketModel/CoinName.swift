/// What a venue's name of a coin means: `1000PEPE` is 1000 of `PEPE`, `XBT` is one `BTC`.
///
///     CoinName("SHIB1000")      // SHIB, 1000
public struct CoinName: Sendable, Hashable {
    /// The usual name, upper case.
    public let name: String
    /// How many coins the venue's name stands for: 1, or a power of ten from 1000 to 1,000,000.
    public let multiple: Int64

    /// Understands a venue's name of a coin.
    public init(_ text: some StringProtocol) {
        let text = text.uppercased()
        if text == "XBT" {
            self.init("BTC", 1)
            return
        }
        for (mark, multiple) in [("1000000", Int64(1_000_000)), ("10000", 10_000), ("1000", 1000)] {
            if text.hasPrefix(mark), CoinName.isName(text.dropFirst(mark.count)) {
                self.init(String(text.dropFirst(mark.count)), multiple)
                return
            }
            if text.hasSuffix(mark), CoinName.isName(text.dropLast(mark.count)) {
                self.init(String(text.dropLast(mark.count)), multiple)
                return
            }
        }
        // `1MBABYDOGE`; what is shorter may well be a coin of that name.
        if text.hasPrefix("1M"), text.utf8.count >= 6, CoinName.isName(text.dropFirst(2)) {
            self.init(String(text.dropFirst(2)), 1_000_000)
        } else {
            self.init(text, 1)
        }
    }

    private init(_ name: String, _ multiple: Int64) {
        self.name = name
        self.multiple = multiple
    }

    private static func isName(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, let last = text.utf8.last else { return false }
        return !(48...57).contains(first) && !(48...57).contains(last)
    }
}
