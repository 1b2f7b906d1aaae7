import MarketModel

/// Finds out which column holds what: from the user's mapping, from a known header, from usual names, or from the shape of the rows.
struct Recogniser {
    let sample: Sample
    let venue: Venue

    /// The layout of the sample's rows; time unit and id kind are taken from its first row.
    func layout(_ mapping: ColumnMapping?) throws(ArchiveError) -> RowLayout {
        var layout = try recognised(mapping)
        layout.separator = sample.separator
        layout.columnCount = sample.columnCount
        layout.header = sample.headerLine
        if let first = sample.lines.first { try settle(&layout, Sample.fields(of: first, sample.separator)) }
        return layout
    }

    private func recognised(_ mapping: ColumnMapping?) throws(ArchiveError) -> RowLayout {
        if let mapping { return try mapped(mapping) }
        guard let header = sample.header else { return try headerless() }
        if let layout = try known(header) { return layout }
        return try named(header)
    }

    // MARK: By header

    private func known(_ header: [String]) throws(ArchiveError) -> RowLayout? {
        for format in KnownFormat.all where format.signature.allSatisfy({ header.contains($0) }) {
            guard let time = header.firstIndex(of: format.time), let price = header.firstIndex(of: format.price),
                let quantity = header.firstIndex(of: format.quantity), let side = header.firstIndex(of: format.side)
            else { continue }
            var layout = RowLayout(
                name: format.name, columnCount: header.count, time: time, price: price, quantity: quantity, side: side,
                id: format.id.flatMap { header.firstIndex(of: $0) })
            layout.sideMeaning = format.sideMeaning
            layout.symbol = format.symbol.flatMap { header.firstIndex(of: $0) }
            // Ids of formats that serve many venues are judged by their first value.
            layout.tradeIDs = layout.id == nil ? .none : format.tradeIDs ?? .integer
            if let first = format.firstID.flatMap({ header.firstIndex(of: $0) }),
                let last = format.lastID.flatMap({ header.firstIndex(of: $0) })
            {
                layout.fills = RowLayout.FillColumns(first: first, last: last)
            }
            if format.tradeIDs == nil { try judgeIDs(&layout) }
            layout.aggTrades = variant(of: layout)
            return layout
        }
        return nil
    }

    /// A header that nobody owns, with one usual name for each thing.
    private func named(_ header: [String]) throws(ArchiveError) -> RowLayout {
        var columns: [String: Int] = [:]
        for (role, names) in KnownFormat.synonyms {
            let found = header.indices.filter { names.contains(header[$0]) }
            guard found.count <= 1 else {
                let choices = found.map { header[$0] }.joined(separator: " or ")
                throw failure(.ambiguous, "its \(role) may be \(choices); say which with --columns \(role)=…")
            }
            columns[role] = found.first
        }
        guard let time = columns["timestamp"], let price = columns["price"], let quantity = columns["quantity"] else {
            let shown = header.prefix(12).joined(separator: ",")
            throw failure(.unrecognised, "has an unknown header (\(printable(shown))); say what its columns are with --columns")
        }
        var layout = RowLayout(
            name: "trades", columnCount: header.count, time: time, price: price, quantity: quantity, side: columns["side"],
            id: columns["id"], symbol: columns["symbol"])
        if let side = columns["side"] { layout.sideMeaning = KnownFormat.saysMaker(header[side]) ? .buyerIsMaker : .taker }
        try judgeIDs(&layout)
        return layout
    }

    // MARK: By the user

    private func mapped(_ mapping: ColumnMapping) throws(ArchiveError) -> RowLayout {
        let time = try column(mapping.timestamp, "timestamp")
        let price = try column(mapping.price, "price")
        let quantity = try column(mapping.quantity, "quantity")
        var layout = RowLayout(name: "trades (--columns)", columnCount: sample.columnCount, time: time, price: price, quantity: quantity)
        if let side = mapping.side {
            let index = try column(side, "side")
            layout.side = index
            layout.sideMeaning = KnownFormat.saysMaker(sample.header?[index] ?? side.lowercased()) ? .buyerIsMaker : .taker
        }
        if let id = mapping.id { layout.id = try column(id, "id") }
        if let symbol = mapping.symbol { layout.symbol = try column(symbol, "symbol") }
        try judgeIDs(&layout)
        return layout
    }

    private func column(_ name: String, _ role: String) throws(ArchiveError) -> Int {
        if let index = sample.header?.firstIndex(of: name.lowercased()) { return index }
        if let number = Int(name), (1...sample.columnCount).contains(number) { return number - 1 }
        let reason =
            Int(name) != nil
            ? "has \(sample.columnCount) columns, so there is no column \(name)"
            : sample.header == nil ? "has no header, so give \(role) a column number" : "has no column '\(name)'"
        throw failure(.badMapping, "\(reason); correct --columns \(role)=…")
    }

    // MARK: By shape

    /// Binance's dumps come without header: the columns' kinds tell them apart.
    private func headerless() throws(ArchiveError) -> RowLayout {
        let kinds = String(sample.firstRow.map { kind($0) })
        var layout: RowLayout
        switch kinds {
        case "nnnnnnbb", "nnnnnnb":
            layout = RowLayout(
                name: "Binance aggTrades", columnCount: kinds.count, time: 5, price: 1, quantity: 2, side: 6, id: 0,
                fills: RowLayout.FillColumns(first: 3, last: 4))
            layout.aggTrades = variant(of: layout)
        case "nnnnnbb", "nnnnnb":
            layout = RowLayout(name: "Binance trades", columnCount: kinds.count, time: 4, price: 1, quantity: 2, side: 5, id: 0)
        default:
            throw failure(
                .ambiguous, "has no header and unknown columns; say what they are with --columns timestamp=1,price=2,quantity=3,…")
        }
        layout.tradeIDs = .contiguous
        layout.sideMeaning = .buyerIsMaker
        return layout
    }

    private func kind(_ field: String) -> Character {
        if Sample.isNumber(field) || field == "-1" { return "n" }
        return ["true", "false"].contains(field.lowercased()) ? "b" : "?"
    }

    private func variant(of layout: RowLayout) -> RowLayout.AggTradesVariant? {
        guard sample.separator == UInt8(ascii: ","), layout.fills == RowLayout.FillColumns(first: 3, last: 4), layout.id == 0,
            layout.price == 1, layout.quantity == 2, layout.time == 5, layout.side == 6
        else { return nil }
        return sample.columnCount == 7 ? .futures : sample.columnCount == 8 ? .spot : nil
    }

    // MARK: By the first row

    /// What the ids are: UUIDs, or integers that are contiguous where the venue says that its ids are.
    private func judgeIDs(_ layout: inout RowLayout) throws(ArchiveError) {
        guard let column = layout.id, let first = sample.lines.first else {
            layout.tradeIDs = layout.id == nil ? .none : venue.tradeIDs
            return
        }
        let fields = Sample.fields(of: first, sample.separator)
        guard column < fields.count else { return }
        var text = fields[column]
        let kind: TradeIDKind? = text.withUTF8 { bytes in
            let bytes = UnsafeRawBufferPointer(bytes)
            if bytes.isEmpty { return TradeIDKind.none }
            if IDText.uuid(bytes) != nil { return .uuid }
            return DecimalText.integer(bytes) == nil ? nil : venue.tradeIDs == .contiguous ? .contiguous : .integer
        }
        guard let kind else {
            throw failure(.ambiguous, "has ids like '\(printable(text))', neither integers nor UUIDs; use --columns without id")
        }
        layout.tradeIDs = kind
    }

    private func settle(_ layout: inout RowLayout, _ fields: [String]) throws(ArchiveError) {
        guard layout.time < fields.count else { return }
        var text = fields[layout.time]
        if let unit = text.withUTF8({ TimeText.parse(UnsafeRawBufferPointer($0))?.unit }) { layout.timeUnit = unit.rawValue }
    }

    private func printable(_ text: String) -> String {
        var text = text
        return text.withUTF8 { RowParser.quote(UnsafeRawBufferPointer($0)) }
    }

    private func failure(_ code: ArchiveError.Code, _ reason: String) -> ArchiveError {
        ArchiveError(code, sample.path, reason)
    }
}
