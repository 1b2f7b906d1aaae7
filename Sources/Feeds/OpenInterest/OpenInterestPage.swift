import JSONReading
import MarketModel

/// What an answer held: samples, and rows that are none, counted by the reason.
public struct OpenInterestPage: Sendable {
    /// A row that waits for the prices that may stand below it.
    private struct Row: Sendable {
        var terms: OpenInterestTerms
        var amount: FixedPoint
        var price: FixedPoint?
        var time: Int64
    }

    /// The samples, in the answer's order.
    public private(set) var samples: [OpenInterestSample] = []
    /// Rows that are no samples.
    public private(set) var faults: [OpenInterestFault: Int] = [:]
    /// The symbol of the last such row, or what stood for it.
    public private(set) var lastFault = ""
    /// What is known of the venue.
    public private(set) var knowledge: OpenInterestKnowledge
    /// What the venue's figures are multiplied with.
    let factor: FixedPoint
    /// Whether ``factor`` is the user's and not the convention.
    let isFactorSet: Bool
    /// When the answer came.
    let received: Int64
    private let part: String
    private var rows: [Row] = []

    init(knowledge: OpenInterestKnowledge, factor: FixedPoint, isFactorSet: Bool, received: Int64, part: String) {
        self.knowledge = knowledge
        self.factor = factor
        self.isFactorSet = isFactorSet
        self.received = received
        self.part = part
    }

    /// Counts a row that is no sample.
    mutating func append(_ fault: OpenInterestFault, _ symbol: String = "") {
        faults[fault, default: 0] += 1
        lastFault = symbol.isEmpty ? fault.rawValue : "\(symbol): \(fault.rawValue)"
    }

    /// Begins the list of a part of the venue anew.
    mutating func beginListing() { knowledge.begin(listing: part) }

    /// Learns what is listed.
    mutating func learn(_ terms: OpenInterestTerms?) {
        guard var terms else { return append(.noContract) }
        terms.part = part
        knowledge.learn(terms)
    }

    /// Learns a mark price; a row without one is passed over, since its open interest will say so.
    mutating func learn(mark: JSONValue?, of symbol: JSONValue?) {
        guard let symbol = symbol?.symbol, let price = mark?.price else { return }
        knowledge.learn(mark: price, of: symbol)
    }

    /// Appends what is open of a contract that was listed.
    ///
    /// - Parameter price: the mark, where the row has it; else the one learnt.
    mutating func append(symbol: JSONValue?, amount: JSONValue?, price: JSONValue? = nil, time: JSONValue? = nil, factor: FixedPoint? = nil)
    {
        guard let symbol = symbol?.symbol else { return append(.noContract) }
        guard let terms = knowledge.terms(symbol) else { return append(.notListed, symbol) }
        append(terms, amount: amount, price: price, time: time, factor: factor)
    }

    /// Appends what is open of a contract.
    ///
    /// - Parameters:
    ///   - time: of the row, in milliseconds or microseconds; when the answer came, where it has none.
    ///   - factor: what this figure is multiplied with, where it is not the venue's usual one.
    mutating func append(
        _ terms: OpenInterestTerms, amount: JSONValue?, price: JSONValue?, time: JSONValue? = nil, factor: FixedPoint? = nil
    ) {
        let mark = price?.price ?? knowledge.marks[terms.contract.symbol]
        append(terms, amount: amount, at: mark, time: self.time(time), factor: factor)
    }

    /// Appends what is open of a contract at a price and a time (nil where it makes no sense).
    mutating func append(
        _ terms: OpenInterestTerms, amount: JSONValue?, at price: FixedPoint?, time: Int64?, factor: FixedPoint? = nil
    ) {
        if let price { knowledge.learn(price: price, of: terms) }
        let symbol = terms.contract.symbol
        guard let time else { return append(.wrongTime, symbol) }
        switch figure(amount, factor) {
        case .success(let amount): rows.append(Row(terms: terms, amount: amount, price: price, time: time))
        case .failure(let fault): append(fault, symbol)
        }
    }

    /// Appends open interest that the venue gives in coins and in USD.
    mutating func append(_ contract: OpenInterestContract, quantity: JSONValue?, usd: JSONValue?, time: JSONValue?) {
        guard let time = self.time(time) else { return append(.wrongTime, contract.symbol) }
        switch (figure(quantity, nil), figure(usd, nil)) {
        case (.success(let quantity), .success(let usd)):
            let one = FixedPoint(mantissa: 1)
            // Coins that are worth nothing, and a worth of no coins: one of the two is wrong.
            guard (quantity.mantissa == 0) == (usd.mantissa == 0) else { return append(.missing, contract.symbol) }
            guard let coins = quantity.times(one, decimals: OpenInterest.decimals),
                let dollars = usd.times(one, decimals: OpenInterest.decimals)
            else { return append(.tooLarge, contract.symbol) }
            samples.append(OpenInterestSample(contract: contract, value: OpenInterest(quantity: coins, usd: dollars), time: time))
        case (.failure(let fault), _), (_, .failure(let fault)): append(fault, contract.symbol)
        }
    }

    /// Appends open interest that the venue gives in coins, at what one of them is worth in USD; of no coins the price does not matter.
    mutating func append(_ contract: OpenInterestContract, coins: JSONValue?, price: JSONValue?, time: JSONValue?) {
        guard let time = self.time(time) else { return append(.wrongTime, contract.symbol) }
        switch figure(coins, nil) {
        case .success(let amount):
            let none = FixedPoint(mantissa: 0)
            var value = OpenInterest(quantity: none, usd: none)
            if amount.mantissa > 0 {
                guard let price = price?.price else { return append(.noPrice, contract.symbol) }
                guard let quantity = amount.times(FixedPoint(mantissa: 1), decimals: OpenInterest.decimals),
                    let worth = OpenInterest(quantity: quantity, price: price)
                else { return append(.tooLarge, contract.symbol) }
                value = worth
            }
            samples.append(OpenInterestSample(contract: contract, value: value, time: time))
        case .failure(let fault): append(fault, contract.symbol)
        }
    }

    /// The option of a row; nil, and a fault, for one that is none, or of another family than was asked for.
    mutating func option(_ name: JSONValue?, _ venue: Venue, _ step: OpenInterestStep) -> OpenInterestContract? {
        guard let symbol = name?.symbol, let option = OptionContract(venue: venue, symbol: symbol), option.family.name == step.part else {
            append(.noContract, name?.words ?? "")
            return nil
        }
        return OpenInterestContract(option)
    }

    /// A figure of one side.
    private func figure(_ value: JSONValue?, _ factor: FixedPoint?) -> Result<FixedPoint, OpenInterestFault> {
        guard let value else { return .failure(.missing) }
        return value.figure.flatMap { figure in
            figure.times(factor ?? self.factor, decimals: 18).map { .success($0) } ?? .failure(.tooLarge)
        }
    }

    /// A row's time in microseconds; nil for one that makes no sense, such as a future one, which would look fresh for long.
    func time(_ value: JSONValue?) -> Int64? {
        guard let value, value.kind != .null else { return received }
        return TradeBatch.microseconds(value).flatMap { plausible($0) }
    }

    /// A time that is not in the future, as far as clocks go.
    func plausible(_ time: Int64) -> Int64? {
        time > 0 && time <= received.addingReportingOverflow(600_000_000).partialValue ? time : nil
    }

    /// Works out the rows, now that all prices are known.
    mutating func settle() {
        for row in rows {
            switch row.terms.value(of: row.amount, price: row.price, worth: { knowledge.worth[$0] }) {
            case .success(let value): samples.append(OpenInterestSample(contract: row.terms.contract, value: value, time: row.time))
            case .failure(let fault): append(fault, row.terms.contract.symbol)
            }
        }
        rows = []
    }
}
