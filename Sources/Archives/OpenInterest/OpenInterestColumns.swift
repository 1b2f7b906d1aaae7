import MarketModel

/// Why a row of a file is no reading.
struct OpenInterestRowFault: Error, Sendable, Hashable {
    let reason: String

    static let short = OpenInterestRowFault(reason: "too few fields")
    static let symbol = OpenInterestRowFault(reason: "no contract that is known")
    static let time = OpenInterestRowFault(reason: "a time that makes no sense")
    static let missing = OpenInterestRowFault(reason: "no figure")
    static let number = OpenInterestRowFault(reason: "a figure that is no number of up to 18 digits")
    static let negative = OpenInterestRowFault(reason: "a figure below zero")
    static let size = OpenInterestRowFault(reason: "a figure that is too large")
}

/// Which column of a file is which, and how its rows are read.
struct OpenInterestColumns: Sendable {
    let format: OpenInterestFile.Format
    private let time: Int
    private let symbol: Int
    private let figure: Int
    /// The USD or coins of Binance, the settlement price of CME.
    private let second: Int?

    /// Recognises a header; nil for one that is of something else.
    init?(_ names: [Substring]) {
        let names = names.map { $0.lowercased() }
        func column(_ name: String) -> Int? { names.firstIndex(of: name) }
        if let time = column("create_time"), let symbol = column("symbol"), let open = column("sum_open_interest"),
            let value = column("sum_open_interest_value")
        {
            (format, self.time, self.symbol, figure, second) = (.binanceMetrics, time, symbol, open, value)
        } else if let time = column("timestamp_ms"), let symbol = column("symbol"), let open = column("oi_value") {
            (format, self.time, self.symbol, figure, second) = (.okxRecording, time, symbol, open, nil)
        } else if let time = column("date"), let product = column("product"), let open = column("open_interest") {
            (format, self.time, self.symbol, figure, second) = (.cmeDaily, time, product, open, column("settle"))
        } else {
            return nil
        }
    }

    func reading(_ fields: [Substring]) -> Result<OpenInterestReading, OpenInterestRowFault> {
        guard fields.count > max(time, symbol, figure, second ?? 0) else { return .failure(.short) }
        do throws(OpenInterestRowFault) {
            switch format {
            case .binanceMetrics: return .success(try binance(fields))
            case .okxRecording: return .success(try okx(fields))
            case .cmeDaily: return .success(try cme(fields))
            }
        } catch {
            return .failure(error)
        }
    }

    private func binance(_ fields: [Substring]) throws(OpenInterestRowFault) -> OpenInterestReading {
        let symbol = String(fields[symbol])
        // `BTCUSD_PERP`, `BTCUSD_250926` are of COIN-M, `BTCUSDT`, `BTCUSDT_250926` of USD-M.
        let isCoin = symbol.split(separator: "_").first?.hasSuffix("USD") == true && symbol.contains("_")
        let venue = isCoin ? Venue.binanceCoinFutures : .binanceFutures
        let contract = try contract(venue, symbol)
        let time = try instant(fields[time])
        let open = try Self.number(fields[figure])
        let value = try Self.number(fields[second ?? figure])
        if isCoin {
            let size = ContractSizes.size(of: Instrument(venue: venue, symbol: symbol), on: CivilDate(microseconds: time))
            guard let usd = size.flatMap({ open.times($0, decimals: OpenInterest.decimals) }) else { throw .size }
            return OpenInterestReading(contract: contract, quantity: value, usd: usd, time: time)
        }
        let multiple = CoinName(AtlasSymbol(native: symbol, venue: venue)?.base ?? "").multiple
        guard let quantity = open.times(FixedPoint(mantissa: multiple), decimals: OpenInterest.decimals) else { throw .size }
        return OpenInterestReading(contract: contract, quantity: quantity, usd: value, time: time)
    }

    private func okx(_ fields: [Substring]) throws(OpenInterestRowFault) -> OpenInterestReading {
        OpenInterestReading(
            contract: try contract(.okxPerps, String(fields[symbol])), quantity: try Self.number(fields[figure]), usd: nil,
            time: try instant(fields[time]))
    }

    /// The contract of 5 BTC and the micro contract of 0.1, at the day's settlement; the time is that of the settlement, 4 p.m. in Chicago.
    private func cme(_ fields: [Substring]) throws(OpenInterestRowFault) -> OpenInterestReading {
        let size: FixedPoint
        let product = fields[symbol].uppercased()
        switch product {
        case "BTC": size = FixedPoint(mantissa: 5)
        case "MBT": size = FixedPoint(mantissa: 1, scale: 1)
        default: throw .symbol
        }
        guard let day = CivilDate(fields[time]), (1990...2200).contains(day.year) else { throw .time }
        guard let quantity = try Self.number(fields[figure]).times(size, decimals: OpenInterest.decimals) else { throw .size }
        var usd: FixedPoint?
        if let second, !fields[second].isEmpty {
            let settle = try Self.number(fields[second])
            usd = settle.mantissa > 0 ? quantity.times(settle, decimals: OpenInterest.decimals) : nil
            if usd == nil { throw .size }
        }
        let contract = OpenInterestContract(venue: .cme, symbol: product, coin: "BTC", quote: "USD", margin: .stable)
        return OpenInterestReading(contract: contract, quantity: quantity, usd: usd, time: day.microseconds + 22 * 3_600_000_000)
    }

    private func contract(_ venue: Venue, _ symbol: String) throws(OpenInterestRowFault) -> OpenInterestContract {
        guard symbol.utf8.count <= 64, let contract = OpenInterestContract(venue: venue, symbol: symbol) else { throw .symbol }
        return contract
    }

    private func instant(_ field: Substring) throws(OpenInterestRowFault) -> Int64 {
        var text = String(field)
        let time = text.withUTF8 { TimeText.parse(UnsafeRawBufferPointer($0)) }?.time
        guard let time, time > 0, time < 7_258_118_400_000_000 else { throw .time }
        return time
    }

    /// A figure, cut to 18 digits where a float was written with more of them behind the point.
    private static func number(_ field: Substring) throws(OpenInterestRowFault) -> FixedPoint {
        guard !field.isEmpty else { throw .missing }
        var number = try? FixedPoint(text: field)
        if number == nil, let point = field.firstIndex(of: "."), field[..<point].utf8.count < 18, field.utf8.count <= 64,
            field.allSatisfy({ $0 == "." || $0.isASCII && $0.isNumber })
        {
            number = try? FixedPoint(text: field.prefix(19))
        }
        guard let number, let kept = number.times(FixedPoint(mantissa: 1), decimals: OpenInterest.decimals) else { throw .number }
        guard kept.mantissa >= 0 else { throw .negative }
        return kept
    }
}
