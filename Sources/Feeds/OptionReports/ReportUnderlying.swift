import MarketModel

extension OptionUnderlying {
    /// Indices whose options are listed in the United States under these roots; Futu writes a point before an index.
    private static let indexRoots: Set<String> = ["SPX", "NDX", "RUT", "VIX", "DJX", "OEX", "XEO", "XSP", "XND", "MRUT"]

    /// What options listed in the United States are on, by their root: `AAPL`, and `.SPX` of `SPX`; nil for what is no code.
    init?(unitedStates root: String) {
        let code = root.uppercased()
        guard OptionUnderlying.isCode(code), code.utf8.first != UInt8(ascii: ".") || code.utf8.count > 1 else { return nil }
        self.init(place: .unitedStates, code: OptionUnderlying.indexRoots.contains(code) ? "." + code : code)
    }

    /// What options listed in Hong Kong are on, by a stock's code, which is written with five digits, or by a class; nil for what is no code.
    init?(hongKong code: String) {
        let code = code.uppercased()
        guard OptionUnderlying.isCode(code) else { return nil }
        let isNumber = code.utf8.allSatisfy { (48...57).contains($0) }
        self.init(place: .hongKong, code: isNumber ? String(repeating: "0", count: max(0, 5 - code.utf8.count)) + code : code)
    }
}
