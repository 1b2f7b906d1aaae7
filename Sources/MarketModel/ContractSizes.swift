/// How much one contract stands for, by instrument and day, for tapes that are read without asking the venue.
///
/// Only what is known for certain is in the table; everything else is nil, and whoever needs it has to ask the user. A day on which a
/// venue changed the size is nil too, since rows of both sizes stand in it.
///
/// Sources:
/// - Binance COIN-M: contract specifications; BTC contracts of 100 USD, all others of 10 USD since the market opened in 2020.
/// - Bybit inverse: the venue prints quantities in US dollars.
/// - Deribit: the venue prints amounts, in US dollars on inverse contracts and in coin on all others.
/// - OKX BTC and ETH against USDT: the notice of 2020-03-04 (0.0001 BTC and 0.001 ETH become 0.01 BTC on 2020-03-20 and 0.1 ETH on
///   2020-03-19) and the venue's help pages since.
/// - OKX against USD: help pages, BTC 100 USD, all others 10 USD.
/// - OKX options: the notices of 2022 (divided by ten on 2022-05-26 between 08:00 and 09:00 UTC).
/// - OKX swaps of other coins against USDT: sizes that the venue's instrument list gave in mid-2024. They were changed in 2021 and 2022, in
///   part twice, and no complete list of those changes is at hand: days before 2024-06-01 are nil.
public enum ContractSizes {
    /// Base per contract (linear, option) or US dollars per contract (inverse) on a UTC day; 1 where quantities are not contracts; nil
    /// where it is not known.
    public static func size(of instrument: Instrument, on day: CivilDate) -> FixedPoint? {
        guard instrument.countsContracts else { return FixedPoint(mantissa: 1) }
        switch instrument.venue {
        case .binanceCoinFutures: return FixedPoint(mantissa: instrument.symbol.hasPrefix("BTCUSD") ? 100 : 10)
        case .deribit: return FixedPoint(mantissa: 1)
        case .okxPerps, .okxOptions: return okx(instrument, on: day)
        default: return nil
        }
    }

    private static func okx(_ instrument: Instrument, on day: CivilDate) -> FixedPoint? {
        let parts = instrument.symbol.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 2 else { return nil }
        let family = "\(parts[0])-\(parts[1])"
        if instrument.kind == .option { return dated(options[family], on: day) }
        if parts[1] == "USD" { return FixedPoint(mantissa: parts[0] == "BTC" ? 100 : 10) }
        // Dated futures of other coins may have sizes of their own.
        if parts.count == 3, parts[2] != "SWAP", !["BTC-USDT", "ETH-USDT"].contains(family) { return nil }
        return dated(swaps[family], on: day)
    }

    /// A size that holds from the day after a change up to the next one.
    private struct Period: Sendable {
        /// The last day on which the size was another one; nil where it has held from the start.
        var changed: CivilDate?
        var size: FixedPoint
    }

    private static func dated(_ periods: [Period]?, on day: CivilDate) -> FixedPoint? {
        guard let periods, !periods.contains(where: { $0.changed == day }) else { return nil }
        return periods.last { period in period.changed.map { $0 < day } ?? true }?.size
    }

    private static func periods(_ text: (changed: String?, size: String)...) -> [Period] {
        text.compactMap { entry in
            guard let size = try? FixedPoint(text: entry.size) else { return nil }
            return Period(changed: entry.changed.flatMap { CivilDate($0) }, size: size)
        }
    }

    private static let options: [String: [Period]] = [
        "BTC-USD": periods((nil, "0.1"), ("2022-05-26", "0.01")),
        "ETH-USD": periods((nil, "1"), ("2022-05-26", "0.1")),
    ]

    private static let swaps: [String: [Period]] = {
        var table = [
            "BTC-USDT": periods((nil, "0.0001"), ("2020-03-20", "0.01")),
            "ETH-USDT": periods((nil, "0.001"), ("2020-03-19", "0.1")),
        ]
        let others = [
            ("AAVE", "0.1"), ("ADA", "100"), ("APT", "1"), ("ARB", "10"), ("ATOM", "1"), ("AVAX", "1"), ("BCH", "0.1"), ("BNB", "0.01"),
            ("DOGE", "1000"), ("DOT", "1"), ("ETC", "10"), ("FIL", "0.1"), ("INJ", "0.1"), ("LDO", "1"), ("LINK", "1"), ("LTC", "1"),
            ("NEAR", "10"), ("OP", "1"), ("ORDI", "0.1"), ("PEPE", "10000000"), ("SHIB", "1000000"), ("SOL", "1"), ("SUI", "1"),
            ("TIA", "1"), ("TON", "1"), ("TRX", "1000"), ("UNI", "1"), ("WIF", "1"), ("WLD", "1"), ("XLM", "100"), ("XRP", "100"),
        ]
        for (coin, size) in others { table["\(coin)-USDT"] = periods(("2024-05-31", size)) }
        return table
    }()
}
