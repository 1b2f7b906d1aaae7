import MarketModel
import MarketService
import OrderFlow
import Transport

extension OKX {
    /// What takers bought and sold in a row.
    private struct Sides {
        var buy = TakerVolume()
        var sell = TakerVolume()

        mutating func add(_ bar: TakerBar) throws(BarError) {
            guard buy.add(bar.buy), sell.add(bar.sell) else { throw .overflow(at: bar.start) }
        }
    }

    /// More bars than any answer is made of: 1,440 rows of a quarter, by the hour.
    private static let mostBars = 1440 * 93 * 24

    /// How many digits behind the point are told: coins, contracts and USD.
    private static let places = 8

    /// `GET /trading-data/support-coin`
    func supportedCoins(_ request: borrowing Request) throws -> Response {
        let contracts = Set(contracts.map(\.coin)).union(interest.coins(at: request.time)).sorted()
        let spot = Set(taker.spotPairs.filter { exchanges.contains($0.instrument.venue.exchange) }.map(\.coin)).sorted()
        return .later { [self] _ in
            let options = try options.coins(exchanges: exchanges)
            return Envelope.ok { json in
                json.beginObject()
                for (name, coins) in [("contract" as StaticString, contracts), ("option", options), ("spot", spot)] {
                    json.key(name)
                    json.beginArray()
                    for coin in coins { json.value(coin) }
                    json.endArray()
                }
                json.endObject()
            }
        }
    }

    private var contracts: [TapeContract] { taker.contracts.filter { exchanges.contains($0.instrument.venue.exchange) } }

    /// `GET /taker-volume`: rows of `[ts, sellVol, buyVol]` in coins.
    func takerVolume(_ request: borrowing Request) throws -> Response {
        let ask = Ask(request)
        let coin = try ask.coin()
        let isSpot = try ask.choice("instType", ["SPOT", "CONTRACTS"]) == "SPOT"
        let window = try OKX.window(ask)
        let tapes = (isSpot ? taker.spotPairs : taker.contracts).filter {
            $0.coin == coin && exchanges.contains($0.instrument.venue.exchange)
        }
        guard !tapes.isEmpty else { throw Envelope.wrong("ccy") }
        return takerRows(tapes, window) { $0.base }
    }

    /// The last two days of five minutes, 30 days of hours, 180 days of days.
    private static func window(_ ask: borrowing Ask) throws(Failure) -> Window {
        let period = try ask.period(Period.short)
        let days: Int64 =
            switch period.name {
            case "5m": 2
            case "1H": 30
            default: 180
            }
        return try Window(ask, period, within: days * CivilDate.dayLength)
    }

    /// `GET /taker-volume-contract`: rows of `[ts, sellVol, buyVol]` in coins, contracts or USD.
    func contractTakerVolume(_ request: borrowing Request) throws -> Response {
        let ask = Ask(request)
        let symbol = try ask.required("instId")
        let unit = try ask.choice("unit", ["0", "1", "2"], default: "1")
        let window = try Window(page: ask, try ask.period(Period.long))
        guard let contract = contracts.first(where: { $0.instrument.symbol == symbol }) else { throw Envelope.wrong("instId") }
        let size = contract.instrument.contractSize
        let isInverse = contract.instrument.kind == .inverse
        return takerRows([contract], window) { volume in
            switch unit {
            case "0": volume.base
            case "2": volume.notional
            default: OKX.contracts(isInverse ? volume.notional : volume.base, of: size)
            }
        }
    }

    private func takerRows(_ tapes: [TapeContract], _ window: Window, _ measure: @escaping @Sendable (TakerVolume) -> WideDecimal)
        -> Response
    {
        .later { [taker] cancellation in
            let bars = try taker.bars(
                tapes, interval: window.period.grain, from: window.from, to: window.to, limit: OKX.mostBars,
                isCancelled: { cancellation.isCancelled })
            let rows = try window.rows(bars, start: \.start) { (row: inout Sides?, bar) in
                var sides = row ?? Sides()
                try sides.add(bar)
                row = sides
            }
            return OKX.answer(rows) { json, row in
                json.value(quoted: measure(row.sell), places: OKX.places)
                json.value(quoted: measure(row.buy), places: OKX.places)
            }
        }
    }

    /// An array of rows, the newest first; each begins with its time in milliseconds.
    private static func answer<Row>(_ rows: [(start: Int64, row: Row)], _ write: (inout JSONWriter, Row) -> Void) -> Response {
        Envelope.ok(capacity: 64 + rows.count * 80) { json in
            json.beginArray()
            for (start, row) in rows {
                json.beginArray()
                json.value("\(start / 1000)")
                write(&json, row)
                json.endArray()
            }
            json.endArray()
        }
    }

    /// How many contracts an amount is.
    private static func contracts(_ amount: WideDecimal, of size: FixedPoint) -> WideDecimal {
        // amount / size, exactly where contracts make it up.
        guard size.mantissa > 0, let scaled = amount.times(FixedPoint.powersOfTen[max(0, size.scale)]),
            let quotient = ExactRounding.nearest(scaled.mantissa, over: Int128(size.mantissa), places: places)
        else { return WideDecimal() }
        return WideDecimal(mantissa: quotient, scale: places + scaled.scale)
    }

    /// `GET /contracts/open-interest-volume`: rows of `[ts, oi, vol]` in USD.
    func interestAndVolume(_ request: borrowing Request) throws -> Response {
        let ask = Ask(request)
        let coin = try ask.coin()
        let window = try OKX.window(ask)
        let tapes = contracts.filter { $0.coin == coin }
        let venues = interest.knownVenues.filter { exchanges.contains($0.exchange) }
        guard !tapes.isEmpty || !venues.isEmpty else { throw Envelope.wrong("ccy") }
        return .later { [taker, interest] cancellation in
            let open = try interest.bars(
                coin, venues: venues, interval: window.period.grain, measure: .usd, from: window.from, to: window.to,
                isCancelled: { cancellation.isCancelled })
            let bars = try taker.bars(
                tapes, interval: window.period.grain, from: window.from, to: window.to, limit: OKX.mostBars,
                isCancelled: { cancellation.isCancelled })
            let traded = try window.rows(bars, start: \.start) { (row: inout Sides?, bar) in
                var sides = row ?? Sides()
                try sides.add(bar)
                row = sides
            }
            let volumes = Dictionary(traded.map { ($0.start, $0.row) }) { first, _ in first }
            // What was open when a row began.
            let rows = window.rows(open, start: \.start) { (row: inout Int128?, bar) in row = row ?? bar.open }
            return OKX.answer(rows.map { (start: $0.start, row: (open: $0.row, sides: volumes[$0.start] ?? Sides())) }) { json, row in
                json.value(quoted: WideDecimal(mantissa: row.open, scale: OpenInterest.decimals), places: OKX.places)
                let volume = row.sides.buy.notional.adding(row.sides.sell.notional) ?? WideDecimal()
                json.value(quoted: volume, places: OKX.places)
            }
        }
    }

    /// `GET /contracts/open-interest-history`: rows of `[ts, oi, oiCcy, oiUsd]` in contracts, coins and USD.
    func interestHistory(_ request: borrowing Request) throws -> Response {
        let ask = Ask(request)
        let symbol = try ask.required("instId")
        let window = try Window(page: ask, try ask.period(Period.long))
        let venues = interest.knownVenues.filter { exchanges.contains($0.exchange) }
        guard let contract = venues.lazy.compactMap({ OpenInterestContract(venue: $0, symbol: symbol) }).first else {
            throw Envelope.wrong("instId")
        }
        let listed = contracts.first { $0.instrument.symbol == symbol }?.instrument.contractSize
        let instrument = Instrument(venue: contract.venue, symbol: symbol)
        let size = listed ?? ContractSizes.size(of: instrument, on: CivilDate(microseconds: ask.time))
        return .later { [interest] cancellation in
            func opens(_ measure: InterestBars.Measure) throws -> [(start: Int64, row: Int128)] {
                let bars = try interest.bars(
                    contract.coin, venues: [contract.venue], symbol: symbol, interval: window.period.grain, measure: measure,
                    from: window.from, to: window.to, isCancelled: { cancellation.isCancelled })
                return window.rows(bars, start: \.start) { (row: inout Int128?, bar) in row = row ?? bar.open }
            }
            let usd = Dictionary(try opens(.usd).map { ($0.start, $0.row) }) { first, _ in first }
            let rows = try opens(.quantity).compactMap { start, coins -> (start: Int64, row: (coins: WideDecimal, usd: WideDecimal))? in
                guard let usd = usd[start] else { return nil }
                return (start, (.init(mantissa: coins, scale: OpenInterest.decimals), .init(mantissa: usd, scale: OpenInterest.decimals)))
            }
            // Without a size nobody can say how many contracts there are.
            return OKX.answer(size == nil ? [] : rows) { json, row in
                let amount = contract.margin == .coin ? row.usd : row.coins
                for number in [size.map { OKX.contracts(amount, of: $0) } ?? WideDecimal(), row.coins, row.usd] {
                    json.value(quoted: number, places: OKX.places)
                }
            }
        }
    }
}
