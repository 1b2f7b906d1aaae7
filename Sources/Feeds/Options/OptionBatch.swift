import JSONReading
import MarketModel

/// Why a row is no trade of an option.
public enum OptionFault: String, Sendable, Hashable, CaseIterable {
    /// It names no instrument.
    case noContract = "no option that is known"
    /// A part is missing, or is not what it should be.
    case malformed = "a part is missing or makes no sense"
    /// What a contract is on is not known for its time.
    case noSize = "the contract size at that time is not known"
    /// A number is not above zero, or needs more digits than are kept.
    case number = "a number that is not above zero or has too many digits"
}

/// Where adapters put the trades of a frame or an answer.
public struct OptionBatch: Sendable {
    /// The trades, in their order.
    public private(set) var trades: [OptionTrade] = []
    /// Rows that are no trades, by the reason.
    public private(set) var faults: [OptionFault: Int] = [:]
    /// The last of them in words; empty if there was none.
    public private(set) var lastFault = ""
    /// Rows of instruments that are no single options: combos, and legs of blocks in other markets.
    public private(set) var passedOver = 0
    /// What contracts are on.
    public var sizes: OptionSizes
    /// What a list of instruments says of sizes now, by family.
    public private(set) var listed: [OptionFamily: Set<FixedPoint>] = [:]
    /// The options of a list, in its order.
    public private(set) var contracts: [OptionContract] = []
    /// When what is read was received, in microseconds since 1970-01-01 UTC.
    public var received: Int64
    /// Where it comes from.
    public var source: OptionSource

    /// Creates an empty batch.
    public init(sizes: OptionSizes = .known, received: Int64, source: OptionSource) {
        self.sizes = sizes
        self.received = received
        self.source = source
    }

    /// Counts a row that is no trade.
    mutating func append(_ fault: OptionFault, _ symbol: String = "") {
        faults[fault, default: 0] += 1
        lastFault = symbol.isEmpty ? fault.rawValue : "\(symbol): \(fault.rawValue)"
    }

    /// Counts a row that is of something else.
    mutating func passOver() { passedOver += 1 }

    /// Learns that an option is listed, and what its contracts are on.
    mutating func learn(_ contract: OptionContract, size: FixedPoint) {
        contracts.append(contract)
        listed[contract.family, default: []].insert(size)
    }

    /// Appends a trade, or counts what is wrong with it.
    ///
    /// - Parameters:
    ///   - time: in milliseconds or microseconds; nil and a time in the future make no sense.
    ///   - volatility: a share of one.
    mutating func append(
        _ contract: OptionContract, space: OptionIDSpace = .book, id: String?, time: Int64?, side: TakerSide?, price: FixedPoint?,
        contracts: FixedPoint?, index: FixedPoint? = nil, volatility: FixedPoint? = nil, isBlock: Bool = false, block: String = ""
    ) {
        guard let id, !id.isEmpty, let side, let price, let contracts, let time = time.flatMap({ TradeBatch.microseconds($0) }),
            time <= received.addingReportingOverflow(600_000_000).partialValue
        else { return append(.malformed, contract.symbol) }
        guard let size = sizes.size(of: contract.family, at: time) else { return append(.noSize, contract.symbol) }
        guard contracts.mantissa > 0, let quantity = contracts.times(size),
            let trade = OptionTrade(
                contract: contract, space: space, id: id, time: time, received: source == .dump ? nil : received, side: side, price: price,
                contracts: contracts, quantity: quantity, index: index, volatility: volatility, isBlock: isBlock, block: block,
                source: source)
        else { return append(.number, contract.symbol) }
        trades.append(trade)
    }
}

extension JSONValue {
    /// The text of a string or of a number, up to 64 printable bytes; nil for anything else, and for nothing.
    var identifier: String? {
        guard kind == .string || kind == .number, (1...64).contains(bytes.count), bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            return nil
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
