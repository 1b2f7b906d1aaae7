import MarketModel
import Transport

/// What OKX's REST says of options.
extension OKXAsk {
    private var options: SimulatedOptions { exchange.optionMarket }

    /// Whether a symbol is that of an option, whatever the venue knows of it.
    static func isOption(_ symbol: String?) -> Bool {
        symbol.flatMap { OptionContract(venue: .okxOptions, symbol: $0) } != nil
    }

    private static func answer(_ rows: [WireValue]) -> Response {
        WireValue.object(["code": .text("0"), "data": .list(rows), "msg": .text("")]).response()
    }

    private func book(_ name: String) throws(OKXError) -> OptionBook {
        guard let text = query[name], !text.isEmpty else { throw .empty(name) }
        guard let book = OptionFamily(venue: .okxOptions, name: text).flatMap({ options.book($0) }) else { throw .wrong(name) }
        return book
    }

    private func option() throws(OKXError) -> (book: OptionBook, option: SimulatedOption) {
        guard let symbol = query["instId"], !symbol.isEmpty else { throw .empty("instId") }
        guard let contract = OptionContract(venue: .okxOptions, symbol: symbol), let book = options.book(contract.family),
            let option = book.option(symbol, at: now)
        else { throw .unknown }
        return (book, option)
    }

    /// Calls and puts that are listed: `{"instId":"BTC-USD-260327-60000-C","ctVal":"1","ctMult":"0.01","optType":"C","stk":"60000",…}`
    func optionInstruments() throws(OKXError) -> Response {
        let book = try book(query["instFamily"] == nil && query["uly"] != nil ? "uly" : "instFamily")
        let rows = book.listed(at: now)
            .filter { option in query["instId"].map { $0 == option.contract.symbol } ?? true }.map { option -> WireValue in
                let contract = option.contract
                return .object([
                    "instType": .text("OPTION"), "instId": .text(contract.symbol), "uly": .text(contract.family.name),
                    "instFamily": .text(contract.family.name), "category": .text("1"), "baseCcy": .text(""), "quoteCcy": .text(""),
                    "settleCcy": .text(contract.settlement), "ctVal": .text("1"), "ctMult": .text(book.size),
                    "ctValCcy": .text(contract.coin), "ctType": .text(""), "optType": .text(contract.type == .call ? "C" : "P"),
                    "stk": .text(contract.strike), "listTime": .millisecondsText(option.listed),
                    "expTime": .millisecondsText(contract.expires), "lever": .text(""), "tickSz": .text("0.0001"), "lotSz": .text("1"),
                    "minSz": .text("1"), "maxLmtSz": .text("1000000"), "maxMktSz": .text("100000"), "ruleType": .text("normal"),
                    "state": .text("live"),
                ])
            }
        return Self.answer(rows)
    }

    /// What is open: `{"instId":"BTC-USD-260327-60000-C","oi":"2100","oiCcy":"21","oiUsd":"1433250","ts":"1743041250440"}`
    func optionInterest() throws(OKXError) -> Response {
        let book = try book(query["instFamily"] == nil && query["uly"] != nil ? "uly" : "instFamily")
        let symbol = query["instId"]
        let rows = book.open(at: now).filter { symbol == nil || $0.contract.symbol == symbol }
        if symbol != nil, rows.isEmpty { throw .unknown }
        return Self.answer(rows.map { OptionWire.okx($0) })
    }

    /// The newest hundred trades of a family or of an option, the newest first.
    func optionTrades() throws(OKXError) -> Response {
        if query["instId"] != nil {
            let (book, option) = try option()
            return Self.answer(book.newest(100, before: now, of: option).reversed().map { OptionWire.okx($0) })
        }
        return Self.answer(try book("instFamily").newest(100, before: now).reversed().map { OptionWire.okx($0) })
    }

    /// The newest trades of a family, calls and puts apart.
    func familyTrades() throws(OKXError) -> Response {
        let prints = try book("instFamily").newest(200, before: now)
        let groups = OptionType.allCases.map { type -> WireValue in
            let rows = prints.filter { $0.option.contract.type == type }
            let volume = rows.reduce(Int64(0)) { $0 + ($1.contracts.rescaled(to: 0) ?? 0) }
            return .object([
                "vol24h": .text("\(volume)"), "optType": .text(type == .call ? "C" : "P"),
                "tradeInfo": .list(rows.reversed().map { OptionWire.okxHistory($0) }),
            ])
        }
        return Self.answer(groups)
    }

    /// Trades of an option below an id, at most a hundred, the newest first.
    func optionHistory() throws(OKXError) -> Response {
        let (book, option) = try option()
        var prints = book.prints(of: option, in: max(option.listed, now - 90 * CivilDate.dayLength)..<now)
        if let after = query["after"].flatMap({ Int64($0) }) { prints.removeAll { $0.sequence >= after } }
        if let before = query["before"].flatMap({ Int64($0) }) { prints.removeAll { $0.sequence <= before } }
        let limit = min(100, max(1, query["limit"].flatMap { Int($0) } ?? 100))
        return Self.answer(prints.suffix(limit).reversed().map { OptionWire.okxHistory($0) })
    }

    /// Legs of one option's blocks, the newest first.
    func blockLegs() throws(OKXError) -> Response {
        let (book, option) = try option()
        let rows = told([book], after: nil, before: nil, limit: 2000).flatMap { block in
            block.legs.indices.filter { block.legs[$0].symbol == option.contract.symbol }.map { OptionWire.okx(leg: $0, of: block) }
        }
        return Self.answer(Array(rows.prefix(500)))
    }

    /// Blocks of all families after an id and before another, the newest first; those of groups have none, and are told by time.
    func publicBlocks() throws(OKXError) -> Response {
        let limit = min(100, max(1, query["limit"].flatMap { Int($0) } ?? 100))
        let (begin, end) = (query["beginId"].flatMap { Int64($0) }, query["endId"].flatMap { Int64($0) })
        let books = options.families.compactMap { options.book($0) }
        let blocks = told(books, after: begin, before: end, limit: limit)
        return Self.answer(blocks.map { OptionWire.okx($0, withStrategy: true) })
    }

    /// The blocks that the venue tells of by now, of three days at most, the newest first.
    private func told(_ books: [OptionBook], after: Int64?, before: Int64?, limit: Int) -> [OptionBlock] {
        // Numbers are times.
        let oldest = max(now - 3 * CivilDate.dayLength, after.map { $0 / 10 * 1000 } ?? 0)
        var end = min(now - options.blockDelay, before.map { $0 / 10 * 1000 } ?? .max) + 1
        var found: [OptionBlock] = []
        var span: Int64 = 60_000_000
        while end > oldest, found.count < limit {
            let start = max(oldest, end - span)
            found += books.flatMap { $0.blocks(in: start..<end) }.filter { block in
                (after.map { block.number > $0 } ?? true) && (before.map { block.number < $0 } ?? true)
            }.sorted { $0.number > $1.number }
            end = start
            span *= 2
        }
        return Array(found.prefix(limit))
    }
}
