/// What can only be told once all trades of a bar are known.
struct OrderStatistics: Sendable, Hashable {
    /// The sum of the two middle prices (twice the middle one), as a mantissa.
    private(set) var priceMiddles: Int128?
    /// The same of base quantities.
    private(set) var sizeMiddles: Int128?
    /// The mean return over the five trades that follow a trade of the largest tenth.
    private(set) var reversal: Double?

    /// How many trades later the price is looked at again.
    private static var horizon: Int { 5 }

    /// Works them out from a bar's trades in tape order.
    init(_ parts: BarParts, prices: [Int64], sizes: SizeList, selection: inout Selection<Int64>) {
        if parts.contains(.priceMedian) { priceMiddles = OrderStatistics.middles(prices, &selection) }
        guard !parts.isDisjoint(with: .heldSizes) else { return }
        switch sizes {
        case .narrow(let list):
            select(parts, prices, list, &selection)
        case .wide(let list):
            var selection = Selection<Int128>()
            select(parts, prices, list, &selection)
        }
    }

    /// Nothing known yet.
    init() {}

    private static func middles<Value>(_ list: [Value], _ selection: inout Selection<Value>) -> Int128? {
        guard !list.isEmpty else { return nil }
        let middles = selection.values(of: list, at: [(list.count - 1) / 2, list.count / 2, list.count / 2])
        return Int128(middles[0]) + Int128(middles[1])
    }

    private mutating func select<Value>(_ parts: BarParts, _ prices: [Int64], _ sizes: [Value], _ selection: inout Selection<Value>) {
        let count = sizes.count
        guard count > 0 else { return }
        // Nearest rank: the ceil(0.9 n)-th smallest.
        let decile = (9 * count + 9) / 10 - 1
        let found = selection.values(of: sizes, at: [(count - 1) / 2, count / 2, decile])
        if parts.contains(.sizeMedian) { sizeMiddles = Int128(found[0]) + Int128(found[1]) }
        if parts.contains(.reversal) { reversal = OrderStatistics.reversal(prices, sizes, from: found[2]) }
    }

    private static func reversal<Value: FixedWidthInteger>(_ prices: [Int64], _ sizes: [Value], from threshold: Value) -> Double? {
        guard sizes.count > horizon else { return nil }
        var sum = 0.0
        var members = 0
        for index in 0..<(sizes.count - horizon) where sizes[index] >= threshold {
            sum += LogReturns.between(prices[index], prices[index + horizon])
            members += 1
        }
        return members > 0 ? sum / Double(members) : nil
    }
}
