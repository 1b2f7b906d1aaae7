import Feeds
import MarketModel

/// Any bytes as a venue's frame or answer about options: nothing traps, and what comes out is a trade.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    let bytes = UnsafeRawBufferPointer(start: data, count: size)
    for index in parsers.indices {
        _ = parsers[index].parse(bytes, received: received)
        check(parsers[index].batch)
    }
    let body = [UInt8](bytes)
    let status = body.first.map { $0 % 16 == 0 } ?? true ? 400 : 200
    for (adapter, family) in venues {
        var repair = OptionRepair(adapter: adapter, families: [family])
        var budget = RateBudget([])
        for turn in 1...8 {
            guard let request = repair.next(now: Int64(turn) * 1_000_000_000, time: received, budget: &budget) else { break }
            read(request, RESTAnswer(status: status, body: body), adapter, &repair)
        }
        let questions: [OptionQuestion] = [
            .trades(family, symbol: "BTC-USD-260327-60000-C", ids: 5...Int64.max), .blocks(after: "7", before: "900"),
            .span(family, 1_700_000_000_000_000...received),
        ]
        for request in questions.compactMap({ adapter.request($0) }) {
            read(request, RESTAnswer(status: status, body: body), adapter, &repair)
        }
    }
    let text = String(decoding: bytes, as: UTF8.self)
    for venue in [Venue.okxOptions, .deribitOptions] {
        guard let contract = OptionContract(venue: venue, symbol: text) else { continue }
        precondition(contract.strike.mantissa > 0 && contract.symbol == text)
    }
    var sizes = OptionSizes.known
    _ = sizes.add(text)
    return 0
}

private let received: Int64 = 1_900_000_000_000_000

private func read(_ request: RESTRequest, _ answer: RESTAnswer, _ adapter: any OptionRESTAdapter, _ repair: inout OptionRepair) {
    var page = OptionPage(OptionBatch(received: received, source: .rest))
    let outcome = OptionReader(adapter: adapter).read(answer, to: request, into: &page)
    if case .more(let next) = outcome {
        precondition(next.url != request.url && next.page == request.page + 1, "The next page is the same page.")
    }
    check(page.batch)
    _ = repair.answered(outcome, page, now: 0)
    repair.took(page.batch.trades)
}

private func check(_ batch: OptionBatch) {
    for trade in batch.trades {
        precondition(trade.price.mantissa > 0 && trade.units > 0 && trade.premium > 0 && trade.time > 0 && !trade.id.isEmpty)
        precondition(trade.merged(trade) == trade && trade.contract.family.venue == trade.contract.family.venue)
    }
    precondition(batch.faults.values.allSatisfy { $0 > 0 } && batch.faults.isEmpty == batch.lastFault.isEmpty)
}

private let venues: [(any OptionRESTAdapter, OptionFamily)] = FeedCatalogue.optionVenues.compactMap { venue in
    guard let adapter = FeedCatalogue.optionREST(of: venue),
        let family = OptionFamily(venue: venue, name: venue == .okxOptions ? "BTC-USD" : "BTC")
    else { return nil }
    return (adapter, family)
}
nonisolated(unsafe) private var parsers: [OptionParser] = [
    OptionParser(adapter: OKXOptionFeed(.trades)), OptionParser(adapter: OKXOptionFeed(.blocks)),
    OptionParser(adapter: OKXOptionFeed(.legs)),
    OptionParser(adapter: DeribitOptionFeed()),
]
