import JSONReading
import MarketModel

/// Open interest of Hyperliquid's own perpetuals, in coins; one side. They settle in USDC.
public struct HyperliquidOpenInterest: Sendable {
    /// Where its servers are.
    public let endpoints: Endpoints

    /// Creates the questions; without `endpoints` for the exchange's own servers.
    public init(endpoints: Endpoints? = nil) {
        self.endpoints = endpoints ?? Endpoints.official(.hyperliquidPerps) ?? Endpoints(rest: "", sockets: [])
    }
}

extension HyperliquidOpenInterest: OpenInterestAdapter {
    public var venue: Venue { .hyperliquidPerps }
    public var rates: [RateLimit] { HyperliquidREST(endpoints: endpoints).rates }
    public var questions: [OpenInterestStep] { [OpenInterestStep(.values)] }

    public func request(_ step: OpenInterestStep) -> RESTRequest {
        request(step, url: endpoints.rest + "/info", body: "{\"type\":\"metaAndAssetCtxs\"}", weight: 20, bucket: "hyperliquid")
    }

    public func read(_ body: JSONValue, of step: OpenInterestStep, into page: inout OpenInterestPage) -> RESTOutcome {
        var halves = body.elements
        guard let universe = halves.next()?["universe"], universe.kind == .array, let contexts = halves.next(), contexts.kind == .array
        else {
            return .failed(reason: "the answer has no universe and contexts")
        }
        // The two lists belong together by place.
        var rows = contexts.elements
        for asset in universe.elements {
            guard let row = rows.next() else {
                page.append(.missing, asset["name"]?.words ?? "")
                continue
            }
            if asset["isDelisted"]?.bool == true { continue }
            guard let name = asset["name"]?.symbol else {
                page.append(.noContract)
                continue
            }
            page.append(terms(name), amount: row["openInterest"], price: row["markPx"])
        }
        return .done
    }

    /// `kPEPE` is a thousand of `PEPE`.
    private func terms(_ name: String) -> OpenInterestTerms {
        let isThousand =
            name.utf8.first == UInt8(ascii: "k") && name.dropFirst().allSatisfy { $0.isUppercase || $0.isNumber } && name.count > 1
        var terms = OpenInterestTerms(
            venue: venue, symbol: name, coin: isThousand ? String(name.dropFirst()) : name, quote: "USDC", margin: .stable, unit: .base)
        if isThousand { terms.multiple = 1000 }
        return terms
    }
}
