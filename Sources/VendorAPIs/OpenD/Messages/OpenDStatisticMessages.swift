import MarketModel

/// 3301: the days of a market.
struct OpenDMarketQuestion: OpenDQuestion {
    let market: OptionStatisticMarket
    let measure: OptionMeasure
    let days: OpenDDays

    init(_ fields: some OpenDFieldReader) throws(OpenDRefusal) {
        market =
            switch fields.integer(1, "optionMarket") {
            case 1: .usSecurities
            case 2: .usIndices
            case 3: .hkSecurities
            case 4: .hkIndices
            default: throw .market
            }
        measure =
            switch fields.integer(2, "dataType") {
            case 0: .volume
            case 1: .openInterest
            default: throw .measure
            }
        days = OpenDDays(begin: fields.text(3, "beginTime"), end: fields.text(4, "endTime"), key: fields.bytes(5, "nextPageKey"))
    }
}

/// 3301: what the options of a market came to.
struct OpenDMarketAnswer: OpenDPayload {
    let question: OpenDMarketQuestion
    let page: OpenDPage<OptionStatistic>

    func write<Writer: OpenDFieldWriter & ~Copyable>(to writer: inout Writer) {
        let market: Int32 =
            switch question.market {
            case .usSecurities: 1
            case .usIndices: 2
            case .hkSecurities: 3
            case .hkIndices: 4
            }
        let clock = question.market.clock
        writer.integer(1, "optionMarket", market)
        writer.integer(2, "dataType", question.measure == .volume ? 0 : 1)
        // By their places: a row handed over would be copied, with who said it.
        writer.list(3, "statisticList", page.rows.indices.reversed()) { writer, place in
            let (day, count) = (page.rows[place].day, page.rows[place].count)
            writer.day(1, "time", day)
            writer.double(2, "timestamp", Double(clock.midnight(day)))
            writer.long(3, "callValue", count.calls)
            writer.long(4, "putValue", count.puts)
            writer.long(5, "totalValue", count.total)
            if let ratio = count.ratio { writer.double(6, "ratio", ratio) }
        }
        // Clients ask on for as long as there is a key, were it an empty one.
        if let key = page.key { writer.bytes(4, "nextPageKey", key) }
    }
}

/// 3302: the days of the options on an underlying.
struct OpenDUnderlyingQuestion: OpenDQuestion {
    /// The vendors' number of the market the underlying is traded on.
    let place: Int32
    let code: String
    /// Nil where the market is one of which nothing can be held.
    let underlying: OptionUnderlying?
    let days: OpenDDays

    init(_ fields: some OpenDFieldReader) throws(OpenDRefusal) {
        guard let owner = fields.message(1, "owner"), let place = owner.integer(1, "market").flatMap({ Int32(exactly: $0) }),
            let code = owner.text(2, "code"), code.utf8.count <= 64
        else { throw .malformed }
        let known: OptionUnderlying.Place? =
            switch place {
            case 1: .hongKong
            case 11: .unitedStates
            case 91: .crypto
            default: nil
            }
        self.place = place
        self.code = code
        underlying = known.map { OptionUnderlying(place: $0, code: code) }
        days = OpenDDays(begin: fields.text(3, "beginTime"), end: fields.text(4, "endTime"), key: fields.bytes(5, "nextPageKey"))
    }
}

/// 3302: what the options on an underlying came to.
struct OpenDUnderlyingAnswer: OpenDPayload {
    let question: OpenDUnderlyingQuestion
    let clock: ExchangeClock
    let page: OpenDPage<UnderlyingOptionStatistic>

    func write<Writer: OpenDFieldWriter & ~Copyable>(to writer: inout Writer) {
        writer.message(1, "owner") {
            $0.integer(1, "market", question.place)
            $0.text(2, "code", question.code)
        }
        writer.text(2, "code", question.code)
        writer.text(3, "name", question.code)
        writer.list(4, "statisticList", page.rows.reversed()) { writer, row in
            writer.day(1, "time", row.day)
            writer.double(2, "timestamp", Double(clock.midnight(row.day)))
            writer.long(3, "optionVolume", row.volume.total)
            writer.long(4, "callVolume", row.volume.calls)
            writer.long(5, "putVolume", row.volume.puts)
            if let ratio = row.volume.ratio { writer.double(6, "putCallVolumeRatio", ratio) }
            // Calls and puts have to be there; that nothing is known of them shows in the sum and the ratio that are not.
            if let open = row.openInterest { writer.long(7, "optionOpenInterest", open.total) }
            writer.long(8, "callOpenInterest", row.openInterest?.calls ?? 0)
            writer.long(9, "putOpenInterest", row.openInterest?.puts ?? 0)
            if let ratio = row.openInterest?.ratio { writer.double(10, "putCallOpenInterestRatio", ratio) }
            if let price = row.price,
                let value = ExactQuotient.nearest(Int128(price.mantissa), over: 1, tenTo: Int(price.scale))
            {
                writer.double(11, "underlyingPrice", value)
            }
        }
        if let key = page.key { writer.bytes(5, "nextPageKey", key) }
    }
}
