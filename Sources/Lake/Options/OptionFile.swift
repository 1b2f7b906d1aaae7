import MarketModel

/// A family's day of option trades as Parquet (docs/options.md).
enum OptionFile {
    private static let format = ("millrace.format", "1")
    private static let venueKey = "millrace.venue"
    private static let familyKey = "millrace.family"

    private static let quantityScale = OptionTrade.decimals
    private static let premiumScale = OptionTrade.decimals + OptionTrade.priceDecimals

    private static func units(_ number: FixedPoint?, _ scale: Int) -> Int128? {
        number.flatMap { $0.rescaled(to: scale) }.map { Int128($0) }
    }

    /// The columns of trades.
    private static func columns(_ trades: [OptionTrade]) -> [TableColumn] {
        func texts(_ name: String, _ text: (OptionTrade) -> String) -> TableColumn {
            TableColumn(name: name, values: .texts(trades.map(text)))
        }
        func decimals(_ name: String, _ scale: Int, isOptional: Bool = false, _ number: (OptionTrade) -> FixedPoint?) -> TableColumn {
            TableColumn(name: name, isOptional: isOptional, values: .decimals(trades.map { units(number($0), scale) }, scale: scale))
        }
        return [
            TableColumn(name: "time", values: .times(trades.map(\.time))),
            TableColumn(name: "received", isOptional: true, values: .times(trades.map(\.received))),
            texts("symbol") { $0.contract.symbol }, texts("coin") { $0.contract.coin }, texts("settlement") { $0.contract.settlement },
            texts("option_type") { $0.contract.type.rawValue }, decimals("strike", quantityScale) { $0.contract.strike },
            TableColumn(name: "expiry", values: .dates(trades.map { Int32(clamping: $0.contract.expiry.epochDay) })),
            texts("side") { $0.side.name }, decimals("price", OptionTrade.priceDecimals) { $0.price },
            decimals("contracts", quantityScale) { $0.contracts }, decimals("quantity", quantityScale) { $0.quantity },
            TableColumn(name: "premium", values: .decimals(trades.map(\.premium), scale: premiumScale)),
            decimals("index_price", quantityScale, isOptional: true) { $0.index },
            decimals("volatility", quantityScale, isOptional: true) { $0.volatility },
            TableColumn(name: "is_block", values: .flags(trades.map(\.isBlock))), texts("block_id") { $0.block },
            texts("id_space") { $0.space.name }, texts("trade_id") { $0.id }, texts("source") { $0.source.name },
        ]
    }

    /// Writes a file, and forces it to the disk.
    ///
    /// - Parameter trades: by time, symbol, numbering and id.
    static func write(_ path: String, _ family: OptionFamily, _ trades: [OptionTrade]) throws {
        try TableFile.write(
            path, rows: trades.count, columns(trades),
            metadata: [format, (venueKey, family.venue.name), (familyKey, family.name)])
    }

    /// Reads a file.
    ///
    /// - Throws: ``LakeError`` where it is gone, damaged or another family's.
    static func read(_ path: String, _ family: OptionFamily) throws -> [OptionTrade] {
        let (columns, metadata) = try TableFile.read(path, shape: columns([]), keys: [venueKey, familyKey])
        guard metadata == [venueKey: family.venue.name, familyKey: family.name] else {
            throw LakeError(.damaged, path, "does not say that it holds \(family)")
        }
        let rows = Rows(columns, family)
        return try (0..<rows.count).map { row in
            guard let trade = rows.trade(row) else { throw LakeError(.damaged, path, "its row \(row + 1) is no trade") }
            return trade
        }
    }

    /// Calls `body` with what flow is made of, by time; reads a quarter of the columns.
    ///
    /// - Throws: ``LakeError`` where it is gone, damaged or another family's, or what `body` throws.
    static func readVolumes(_ path: String, _ family: OptionFamily, _ body: (OptionContract, OptionVolume) throws -> Void) throws {
        let wanted: Set = ["time", "symbol", "side", "quantity", "is_block"]
        let (columns, metadata) = try TableFile.read(
            path, shape: columns([]).filter { wanted.contains($0.name) }, keys: [venueKey, familyKey])
        guard metadata == [venueKey: family.venue.name, familyKey: family.name], columns.count == wanted.count,
            case .times(let times) = columns[0].values, case .texts(let symbols) = columns[1].values,
            case .texts(let sides) = columns[2].values, case .decimals(let quantities, _) = columns[3].values,
            case .flags(let blocks) = columns[4].values
        else { throw LakeError(.damaged, path, "does not say that it holds \(family)") }
        var contracts: [String: OptionContract] = [:]
        for row in times.indices {
            let symbol = symbols[row]
            let side: TakerSide? =
                switch sides[row] {
                case TakerSide.buy.name: .buy
                case TakerSide.sell.name: .sell
                case TakerSide.unknown.name: .unknown
                default: nil
                }
            guard let time = times[row], let side, let units = quantities[row],
                let contract = contracts[symbol] ?? OptionContract(venue: family.venue, symbol: symbol), contract.family == family
            else { throw LakeError(.damaged, path, "its row \(row + 1) is no trade") }
            contracts[symbol] = contract
            try body(contract, OptionVolume(time: time, side: side, units: units, isBlock: blocks[row]))
        }
    }

    /// The columns of a file that was read.
    private struct Rows {
        private let family: OptionFamily
        private var times: [String: [Int64?]] = [:]
        private var texts: [String: [String]] = [:]
        private var numbers: [String: ([Int128?], Int)] = [:]
        private var flags: [String: [Bool]] = [:]
        private var contracts: [String: OptionContract] = [:]

        var count: Int { times["time"]?.count ?? 0 }

        init(_ columns: [TableColumn], _ family: OptionFamily) {
            self.family = family
            for column in columns {
                switch column.values {
                case .times(let values): times[column.name] = values
                case .texts(let values): texts[column.name] = values
                case .decimals(let values, let scale): numbers[column.name] = (values, scale)
                case .flags(let values): flags[column.name] = values
                case .dates: break
                }
            }
            for symbol in Set(texts["symbol"] ?? []) { contracts[symbol] = OptionContract(venue: family.venue, symbol: symbol) }
        }

        private func number(_ name: String, _ row: Int) -> FixedPoint? {
            guard let (values, scale) = numbers[name], let units = values[row], let mantissa = Int64(exactly: units) else { return nil }
            return FixedPoint(mantissa: mantissa, scale: scale).normalized
        }

        func trade(_ row: Int) -> OptionTrade? {
            guard let time = times["time"]?[row], let symbol = texts["symbol"]?[row], let contract = contracts[symbol],
                contract.family == family, let id = texts["trade_id"]?[row], let isBlock = flags["is_block"]?[row],
                let block = texts["block_id"]?[row], let price = number("price", row), let amount = number("contracts", row),
                let quantity = number("quantity", row),
                let space = OptionIDSpace.allCases.first(where: { $0.name == texts["id_space"]?[row] }),
                let source = OptionSource.allCases.first(where: { $0.name == texts["source"]?[row] }),
                let side = TakerSide.allCases.first(where: { $0.name == texts["side"]?[row] })
            else { return nil }
            return OptionTrade(
                contract: contract, space: space, id: id, time: time, received: times["received"].flatMap { $0[row] }, side: side,
                price: price, contracts: amount,
                quantity: quantity, index: number("index_price", row), volatility: number("volatility", row), isBlock: isBlock,
                block: block, source: source)
        }
    }
}
