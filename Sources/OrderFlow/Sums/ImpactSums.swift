import MarketModel

/// Sums of a bar's returns against the signed base quantity of the trades that made them.
struct ImpactSums: Sendable {
    private var count: Int64 = 0
    /// The first signed size. Products are taken with sizes less this one, so that sizes that hardly vary do not cancel.
    private var origin: Int128 = 0
    private var signed: Int128 = 0
    private var squares = WideInteger()
    private var returns = 0.0
    private var products = 0.0
    /// Σ r over taker buys, and over taker sells.
    private(set) var buyReturns = 0.0
    private(set) var sellReturns = 0.0

    /// Sizes below this, and differences of two of them, fit 64 bits.
    private static var limit: UInt64 { 1 << 61 }

    /// Adds a run; `skipping` the first row where it is the bar's first trade, which has no return.
    mutating func add(
        _ logReturns: borrowing [Double], _ sizes: borrowing RunSizes, _ sides: borrowing [Int8], _ rows: Range<Int>, skipping: Bool
    ) {
        let start = skipping ? 1 : 0
        guard start < rows.count else { return }
        if count == 0 { origin = ImpactSums.size(sizes, start) * Int128(sides[rows.lowerBound + start]) }
        count += Int64(rows.count - start)
        guard !sizes.isWide, sizes.bits < ImpactSums.limit, let origin = Int64(exactly: origin), origin.magnitude < ImpactSums.limit else {
            for index in start..<rows.count {
                addWide(logReturns[index], ImpactSums.size(sizes, index), sides[rows.lowerBound + index])
            }
            return
        }
        let added = start..<rows.count
        let logReturns = logReturns.span.extracting(added)
        let values = sizes.narrow.span.extracting(added)
        let sides = sides.span.extracting((rows.lowerBound + start)..<rows.upperBound)
        var products = products
        var returns = returns
        var buyReturns = buyReturns
        var sellReturns = sellReturns
        var sum: Int64 = 0
        // 4,096 squares of 52 bits take all 64.
        var squareSum: UInt64 = 0
        for index in logReturns.indices {
            let r = logReturns[index]
            let side = Int64(sides[index])
            let size = values[index] &* side
            returns += r
            products += r * Double(size &- origin)
            buyReturns += ImpactSums.masked(r, ifNegative: 0 &- side)
            sellReturns += ImpactSums.masked(r, ifNegative: side)
            sum &+= size
            squareSum &+= UInt64(bitPattern: size &* size)
        }
        self.products = products
        self.returns = returns
        self.buyReturns = buyReturns
        self.sellReturns = sellReturns
        guard sizes.bits < 1 << 26 else { return addLarge(values, sides) }
        signed &+= Int128(sum)
        squares += WideInteger(Int128(squareSum))
    }

    /// The value where a number is negative, 0 where it is not; sides cannot be foretold, and this takes no branch.
    @inline(__always)
    private static func masked(_ value: Double, ifNegative number: Int64) -> Double {
        Double(bitPattern: value.bitPattern & UInt64(bitPattern: number >> 63))
    }

    /// The exact sums of sizes whose squares need more than 52 bits.
    private mutating func addLarge(_ values: Span<Int64>, _ sides: Span<Int8>) {
        for index in values.indices {
            let size = Int128(values[index]) * Int128(sides[index])
            signed &+= size
            squares += WideInteger(size * size)
        }
    }

    private static func size(_ sizes: borrowing RunSizes, _ index: Int) -> Int128 {
        sizes.isWide ? sizes.wide[index] : Int128(sizes.narrow[index])
    }

    private mutating func addWide(_ r: Double, _ size: Int128, _ side: Int8) {
        let size = size * Int128(side)
        signed &+= size
        squares += WideInteger(size) * WideInteger(size)
        returns += r
        products += r * Double(size - origin)
        buyReturns += side > 0 ? r : 0
        sellReturns += side < 0 ? r : 0
    }

    /// cov(r, signed size) ÷ var(signed size), sizes in units of 10^−scale: what a unit of base moves the price by (after Kyle, 1985).
    ///
    /// nil for fewer than two pairs, or where the sizes do not vary.
    func lambda(scale: Int) -> Double? {
        guard count >= 2 else { return nil }
        let n = Double(count)
        let spread = WideInteger(Int128(count)) * squares - WideInteger(signed) * WideInteger(signed)
        guard !spread.isZero else { return nil }
        return (products - returns * WideInteger(signed - origin * Int128(count)).doubleValue / n) / (spread.doubleValue / n)
            * PowersOfTen.double(scale)
    }
}
