extension TapeScan {
    /// The rows from which on a lopsided file is suspicious.
    static let oneSidedRows = 10_000

    /// Why a tape should not be believed: more than 99 % of over 10,000 trades have the same taker side; nil if that is not so.
    ///
    /// Exchanges have published dumps whose side column was stuck (Binance `trades` since July 2026). Importers and metrics refuse such
    /// files unless told to go on. Trades of unknown side count among the 10,000 but on neither side.
    public var oneSidedReason: String? {
        guard rows > TapeScan.oneSidedRows else { return nil }
        let most = max(buys, sells)
        guard most * 100 > rows * 99 else { return nil }
        return "\(most) of \(rows) trades are taker \(buys > sells ? "buys" : "sells"), which no market does; use --force to take it anyway"
    }
}
