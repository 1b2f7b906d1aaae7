import MarketModel
import MarketService
import OrderFlow
import Transport

/// Footprints of a basket as a table: a row a bar and level of a coin's price.
struct BasketFootprintTable: TableSource {
    private var reader: BasketFootprintReader
    private let head: BasketHead

    static let shape = JSONShape.table(
        BasketHead.members + [TableHead.interval, TableHead.nextOfPages], "levels", FootprintColumns.fields(price: "USD", worth: "USD"))
    let fields = FootprintColumns.fields(price: "USD", worth: "USD")
    let name: StaticString = "levels"

    init(_ reader: BasketFootprintReader) {
        self.reader = reader
        head = BasketHead(basket: reader.basket, missing: reader.missing)
    }

    func writeHead(to json: inout JSONWriter) {
        head.write(to: &json)
        json.member("interval", reader.interval.name)
    }

    var metadata: [(String, String)] { head.metadata + [("millrace.interval", reader.interval.name)] }

    mutating func next(_ count: Int, _ cancellation: Cancellation) throws -> [TableValues]? {
        if cancellation.isCancelled { throw CancellationError() }
        guard let bars = try reader.next(isCancelled: { cancellation.isCancelled }) else { return nil }
        var columns = FootprintColumns()
        for (bar, quality) in bars {
            for level in bar.levels {
                columns.append(
                    bar.start, quality, from: level.price, width: bar.width, scale: bar.priceScale, buy: (level.buy, level.buyCount),
                    sell: (level.sell, level.sellCount))
            }
        }
        return columns.values
    }
}
