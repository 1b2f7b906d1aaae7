import MarketModel
import MarketService
import OrderFlow
import Transport

extension CoinGlass {
    /// `GET /open-interest/exchange-list`: all together first, then the exchanges, the one with the most USD first.
    func exchangeList(_ request: borrowing Request) throws -> Response {
        guard let coin = try Parameters.coin.text(in: request)?.uppercased() else { throw Failure(.badRequest, "symbol is missing") }
        guard coin.utf8.count <= 32 else { throw Failure(.badRequest, "parameter 'symbol' is longer than any coin") }
        let (interest, prepared, now) = (interest, prepared, request.time)
        if let data = prepared.data(coin, at: now) { return Envelope.ok(data) }
        // What was 24 hours ago is looked up in the lake.
        return .later { _ in
            let data = try prepared.prepare(coin, at: now) { json in CoinGlass.write(try interest.table(coin, at: now), coin, to: &json) }
            return Envelope.ok(data)
        }
    }

    /// The members of a row, rounded as the vendor prints them: parts first, so that what is printed adds up to the last digit.
    struct PrintedRow {
        /// In units of 10^-4 coins.
        var coinQuantity: Int128 = 0
        var stableQuantity: Int128 = 0
        /// In cents.
        var coinUSD: Int128 = 0
        var stableUSD: Int128 = 0

        init() {}

        init(_ sum: InterestSum) {
            func round(_ units: Int128, places: Int) -> Int128 {
                // Dividing by a power of ten goes beyond no bits.
                ExactRounding.nearest(units, tenTo: OpenInterest.decimals, places: places) ?? 0
            }
            coinQuantity = round(sum.coinQuantity, places: 4)
            stableQuantity = round(sum.stableQuantity, places: 4)
            coinUSD = round(sum.coinUSD, places: 2)
            stableUSD = round(sum.stableUSD, places: 2)
        }

        static func + (a: PrintedRow, b: PrintedRow) -> PrintedRow {
            var sum = a
            sum.coinQuantity += b.coinQuantity
            sum.stableQuantity += b.stableQuantity
            sum.coinUSD += b.coinUSD
            sum.stableUSD += b.stableUSD
            return sum
        }
    }

    private static func write(_ table: InterestTable, _ coin: String, to json: inout JSONWriter) {
        let exchanges = table.rows.filter { $0.exchange != nil }.map { PrintedRow($0.sum) }
        let all = exchanges.reduce(PrintedRow(), +)
        json.beginArray()
        for (index, row) in table.rows.enumerated() {
            write(index == 0 ? all : exchanges[index - 1], row, coin, to: &json)
        }
        json.endArray()
    }

    private static func write(_ printed: PrintedRow, _ row: InterestTable.Row, _ coin: String, to json: inout JSONWriter) {
        json.beginObject()
        json.member("exchange", row.exchange ?? "All")
        json.member("symbol", coin)
        json.member("open_interest_usd", decimal: printed.coinUSD + printed.stableUSD, scale: 2)
        json.member("open_interest_quantity", decimal: printed.coinQuantity + printed.stableQuantity, scale: 4)
        json.member("open_interest_by_coin_margin", decimal: printed.coinUSD, scale: 2)
        json.member("open_interest_by_stable_coin_margin", decimal: printed.stableUSD, scale: 2)
        json.member("open_interest_quantity_by_coin_margin", decimal: printed.coinQuantity, scale: 4)
        json.member("open_interest_quantity_by_stable_coin_margin", decimal: printed.stableQuantity, scale: 4)
        let names: [StaticString] = [
            "open_interest_change_percent_5m", "open_interest_change_percent_15m", "open_interest_change_percent_30m",
            "open_interest_change_percent_1h", "open_interest_change_percent_4h", "open_interest_change_percent_24h",
        ]
        for (name, change) in zip(names, row.changes) {
            if let change {
                json.member(name, decimal: change, scale: 2)
            } else {
                // A change that is not known is null, and never absent.
                json.key(name)
                json.null()
            }
        }
        json.endObject()
    }
}
