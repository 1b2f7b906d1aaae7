import MarketModel

/// What sweeps learn of a venue: its contracts, their prices, and what coins are worth.
public struct OpenInterestKnowledge: Sendable {
    private var contracts: [String: OpenInterestTerms] = [:]
    /// Those that the listing in progress has named, by part.
    private var named: [String: Set<String>] = [:]
    /// Mark prices by symbol.
    private(set) var marks: [String: FixedPoint] = [:]
    /// What coins are worth in USD: the marks of perpetuals against USD and its like, and what was told from outside.
    public private(set) var worth: [String: FixedPoint] = [:]

    /// Knows nothing.
    public init() {}

    /// The contracts that are listed, by symbol.
    public var listed: [OpenInterestTerms] { contracts.values.sorted { $0.contract.symbol < $1.contract.symbol } }

    func terms(_ symbol: String) -> OpenInterestTerms? { contracts[symbol] }

    mutating func learn(_ terms: OpenInterestTerms) {
        contracts[terms.contract.symbol] = terms
        named[terms.part, default: []].insert(terms.contract.symbol)
    }

    mutating func begin(listing part: String) { named[part] = [] }

    /// Forgets what the listing did not name any more.
    mutating func end(listing part: String) {
        let named = named[part] ?? []
        for (symbol, terms) in contracts where terms.part == part && !named.contains(symbol) {
            contracts[symbol] = nil
            marks[symbol] = nil
        }
        self.named[part] = nil
    }

    mutating func learn(mark: FixedPoint, of symbol: String) {
        marks[symbol] = mark
        if let terms = contracts[symbol] { learn(price: mark, of: terms) }
    }

    /// A perpetual's price against USD is its coin's.
    mutating func learn(price: FixedPoint, of terms: OpenInterestTerms) {
        guard terms.isPerpetual, terms.multiple == 1, OpenInterestTerms.isDollar(terms.priced), terms.contract.quote == terms.priced else {
            return
        }
        worth[terms.contract.coin] = price
    }

    /// Tells what a coin is worth in USD, for venues that say no price.
    public mutating func learn(worth price: FixedPoint, of coin: String) {
        guard price.mantissa > 0 else { return }
        worth[coin] = price
    }
}
