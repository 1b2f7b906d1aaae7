import CSimdJSON
import Feeds
import JSONReading
import MarketModel

/// Any bytes as a frame or an answer: the reader agrees with simdjson's own tree on what is JSON, what it gives stays within the text's
/// bounds, and no adapter traps on it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    let bytes = UnsafeRawBufferPointer(start: data, count: size)
    let read = Result { () throws(JSONFault) in try reader.read(bytes) { sum($0) } }
    let opinion = mr_json_second_opinion(data, size)
    switch read {
    case .success: precondition(opinion != 0, "simdjson refuses it.")
    case .failure(.tooDeep): break
    // The tree takes halves of surrogate pairs.
    case .failure: precondition(opinion != 1 || bytes.contains(UInt8(ascii: "\\")), "simdjson accepts it.")
    }
    for index in parsers.indices {
        _ = parsers[index].parse(bytes)
        for trade in parsers[index].trades where trade.isTrade {
            precondition(trade.price.mantissa > 0 && trade.quantity.mantissa > 0 && trade.time > 0 && trade.ids > 0 && trade.fills > 0)
        }
    }
    let body = [UInt8](bytes)
    for index in answers.indices {
        let adapter = answers[index].adapter
        let questions = [
            adapter.instruments(), adapter.recentTrades("BTCUSDT", limit: 100), adapter.trades("BTCUSDT", ids: 100...5000),
            adapter.trades("BTC-USDT-SWAP", ids: Int64.min...Int64.max - 1),
        ]
        for case let question? in questions {
            // Even first bytes make an error of it.
            let status = body.first.map { $0 % 2 == 0 } ?? true ? 200 : 400
            if case .more(let next) = answers[index].read(RESTAnswer(status: status, body: body), to: question) {
                precondition(next.url != question.url && next.page == 1, "The next page is the same page.")
            }
            for trade in answers[index].page.trades where trade.isTrade {
                precondition(trade.price.mantissa > 0 && trade.quantity.mantissa > 0 && trade.time > 0)
            }
            for listed in answers[index].page.instruments {
                precondition(listed.instrument.contractSize.mantissa > 0 && !listed.instrument.symbol.isEmpty)
            }
        }
    }
    return 0
}

nonisolated(unsafe) private var answers: [RESTReader] = [
    RESTReader(adapter: BinanceREST(.spot)), RESTReader(adapter: BinanceREST(.coinMargined)), RESTReader(adapter: OKXREST(.swaps)),
    RESTReader(adapter: BybitREST(.linear)), RESTReader(adapter: HyperliquidREST()),
]
nonisolated(unsafe) private let reader = JSONReader()
nonisolated(unsafe) private var parsers: [FrameParser] = [
    FrameParser(adapter: BinanceFeed(.spot)), FrameParser(adapter: OKXFeed(.swaps)), FrameParser(adapter: BybitFeed(.linear)),
    FrameParser(adapter: HyperliquidFeed()),
]

/// Touches every byte that the value stands for.
private func sum(_ value: JSONValue) -> Int {
    var total = value.bytes.reduce(0) { $0 &+ Int($1) }
    if let decimal = value.decimal { precondition(decimal == decimal.normalized, "Trailing zeros are left.") }
    _ = value.integer
    for element in value.elements { total &+= sum(element) }
    for (key, member) in value.members { total &+= key.reduce(0) { $0 &+ Int($1) } &+ sum(member) }
    return total
}
