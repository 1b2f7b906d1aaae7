import JSONReading
import MarketModel

/// OKX's REST side of options: the newest trades of a family, those of an option by id as far back as three months, and blocks.
public struct OKXOptionREST: Sendable {
    /// Where its servers are.
    public let endpoints: Endpoints

    /// Creates the REST side; without `endpoints` of the exchange's own servers.
    public init(endpoints: Endpoints? = nil) {
        self.endpoints = endpoints ?? Endpoints.official(.okxOptions) ?? Endpoints(rest: "", sockets: [])
    }

    private static let history = "okx-history"
    private static let recent = "okx-option-trades"
    private static let family = "okx-family-trades"
    private static let lists = "okx-instruments"
    private static let blocks = "okx-blocks"
    private static let pageOfBlocks = 100
    private static let pageOfTrades = 100
}

extension OKXOptionREST: OptionRESTAdapter {
    public var venue: Venue { .okxOptions }

    public var rates: [RateLimit] {
        [
            RateLimit(bucket: Self.history, weight: 20, seconds: 2), RateLimit(bucket: Self.recent, weight: 20, seconds: 2),
            RateLimit(bucket: Self.family, weight: 20, seconds: 2), RateLimit(bucket: Self.lists, weight: 20, seconds: 2),
            RateLimit(bucket: Self.blocks, weight: 5, seconds: 2),
        ]
    }

    public func request(_ question: OptionQuestion) -> RESTRequest? {
        let base = endpoints.rest + "/api/v5/"
        switch question {
        case .listing(let family):
            return RESTRequest(
                .options(question), url: base + "public/instruments?instType=OPTION&instFamily=\(family.name.percentEncoded)",
                bucket: Self.lists)
        case .recent(let family):
            return RESTRequest(
                .options(question), url: base + "public/option-trades?instFamily=\(family.name.percentEncoded)", bucket: Self.recent)
        case .byType(let family):
            return RESTRequest(
                .options(question), url: base + "market/option/instrument-family-trades?instFamily=\(family.name.percentEncoded)",
                bucket: Self.family)
        case .trades(_, let symbol, let ids):
            // Asked for are ids below the one named; the newest ones where all from an id on are wanted.
            let end = ids.upperBound == .max ? "" : "&after=\(ids.upperBound + 1)"
            return RESTRequest(
                .options(question), url: base + "market/history-trades?instId=\(symbol.percentEncoded)&type=1\(end)&limit=100",
                bucket: Self.history)
        case .blocks(let after, let before):
            let begin = after.isEmpty ? "" : "&beginId=\(after.percentEncoded)"
            let end = before.isEmpty ? "" : "&endId=\(before.percentEncoded)"
            return RESTRequest(
                .options(question), url: base + "rfq/public-trades?limit=\(Self.pageOfBlocks)\(begin)\(end)", bucket: Self.blocks)
        case .span: return nil
        }
    }

    public func read(_ body: JSONValue, of question: OptionQuestion, into page: inout OptionPage) -> RESTOutcome {
        // Errors come with status 200, too.
        guard body["code"]?.equals("0") == true else { return refusal(status: 200, body: body) }
        guard let data = body["data"], data.kind == .array else { return .failed(reason: "the answer has no data") }
        switch question {
        case .listing(let family): for row in data.elements { learn(row, family, &page) }
        case .recent:
            var rows = 0
            for row in data.elements {
                rows += 1
                OKXOptionRow.append(row, to: &page.batch)
            }
            page.isCut = rows >= Self.pageOfTrades
        case .byType:
            for group in data.elements {
                guard let rows = group["tradeInfo"] else {
                    page.batch.append(.malformed)
                    continue
                }
                for row in rows.elements { OKXOptionRow.append(row, to: &page.batch) }
            }
        case .trades(let family, let symbol, let ids): return history(data, family, symbol, ids, &page)
        case .blocks(let after, _): return blocks(data, after: after, &page)
        case .span: return .refused(reason: "options are not asked for by time here")
        }
        return .done
    }

    private func learn(_ row: JSONValue, _ family: OptionFamily, _ page: inout OptionPage) {
        guard let symbol = row["instId"]?.symbol, let contract = OptionContract(venue: .okxOptions, symbol: symbol),
            contract.family == family, let value = ListedInstrument.positive(row["ctVal"]),
            let multiplier = ListedInstrument.positive(row["ctMult"]), let size = value.times(multiplier)
        else { return page.batch.append(.noContract, row["instId"]?.symbol ?? "") }
        page.batch.learn(contract, size: size)
    }

    private func history(
        _ data: JSONValue, _ family: OptionFamily, _ symbol: String, _ ids: ClosedRange<Int64>, _ page: inout OptionPage
    ) -> RESTOutcome {
        var lowest = Int64.max
        for row in data.elements {
            guard row["instId"]?.string == symbol else { continue }
            if let id = row["tradeId"]?.integer { lowest = min(lowest, id) }
            OKXOptionRow.append(row, to: &page.batch)
        }
        // The pages go down; one that does not is another cache's, and the end of this walk.
        guard lowest > ids.lowerBound, lowest <= ids.upperBound else { return .done }
        return request(.trades(family, symbol: symbol, ids: ids.lowerBound...lowest - 1)).map { .more($0) } ?? .done
    }

    /// The newest first; a full page has older ones below it.
    private func blocks(_ data: JSONValue, after: String, _ page: inout OptionPage) -> RESTOutcome {
        var (rows, oldest, newest) = (0, Int64.max, Int64.min)
        for row in data.elements {
            rows += 1
            if let id = row["blockTdId"]?.integer {
                oldest = min(oldest, id)
                newest = max(newest, id)
            }
            OKXOptionRow.append(block: row, to: &page.batch)
        }
        if newest > .min { page.newestBlock = [page.newestBlock.flatMap { Int64($0) } ?? .min, newest].max().map { String($0) } }
        page.isCut = rows >= Self.pageOfBlocks
        // Without a block to begin after, the newest page is all that is wanted.
        guard rows >= Self.pageOfBlocks, let known = Int64(after), oldest > known, oldest < .max else { return .done }
        return request(.blocks(after: after, before: String(oldest))).map { .more($0) } ?? .done
    }

    public func refusal(status: Int, body: JSONValue?) -> RESTOutcome {
        OKXREST(.spot, endpoints: endpoints).refusal(status: status, body: body, of: RESTRequest(.instruments, url: "", bucket: ""))
    }
}
