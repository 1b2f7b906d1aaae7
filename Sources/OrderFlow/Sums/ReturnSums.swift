/// Sums over the logarithmic returns of a bar, in tape order.
///
/// Sums of the earlier and of the later returns of successive pairs are kept apart, so that an autocorrelation subtracts nothing large. In a
/// short bar all returns may be nearly equal, which sums of squares cannot tell apart: so the first few are kept as they are.
struct ReturnSums: Sendable {
    /// How many returns there are: one fewer than trades.
    private(set) var count: Int64 = 0
    /// Σ |r|.
    private(set) var absolute = 0.0
    /// Σ |rᵢ| |rᵢ₋₁|.
    private(set) var products = 0.0
    private var first = 0.0
    private var last = 0.0
    private var earlier = 0.0
    private var earlierSquares = 0.0
    private var later = 0.0
    private var laterSquares = 0.0
    private var lagged = 0.0
    private var opening = InlineArray<16, Double>(repeating: 0)

    /// Adds the returns of a run; `skipping` the first where it belongs to the bar's first trade, which has none.
    mutating func add(_ returns: borrowing [Double], count added: Int, skipping: Bool) {
        var index = skipping ? 1 : 0
        guard index < added else { return }
        let returns = returns.span
        let free = max(0, opening.count - Int(count))
        for offset in 0..<min(free, added - index) { opening[Int(count) + offset] = returns[index + offset] }
        if count == 0 {
            first = returns[index]
            last = first
            absolute = abs(first)
            index += 1
            count = 1
        }
        count += Int64(added - index)
        var old = last
        var absolute = absolute
        var products = products
        var earlier = earlier
        var earlierSquares = earlierSquares
        var later = later
        var laterSquares = laterSquares
        var lagged = lagged
        while index < added {
            let r = returns[index]
            absolute += abs(r)
            products += abs(r) * abs(old)
            lagged += r * old
            earlier += old
            earlierSquares += old * old
            later += r
            laterSquares += r * r
            old = r
            index &+= 1
        }
        last = old
        self.absolute = absolute
        self.products = products
        self.earlier = earlier
        self.earlierSquares = earlierSquares
        self.later = later
        self.laterSquares = laterSquares
        self.lagged = lagged
    }

    /// Σ r².
    var squares: Double { laterSquares + first * first }

    /// The sample variance of the returns (ddof 1), or nil for fewer than two.
    var variance: Double? {
        guard count >= 2 else { return nil }
        if count <= opening.count { return spread(0..<Int(count)) / Double(count - 1) }
        let n = Double(count)
        let sum = later + first
        return max(0, squares - sum * sum / n) / (n - 1)
    }

    /// π/2 Σ |rᵢ| |rᵢ₋₁| (Barndorff-Nielsen and Shephard, 2004).
    var bipowerVariation: Double { Double.pi / 2 * products }

    /// Pearson's correlation of each return with the one before; nil for fewer than two pairs or where either does not vary.
    var autocorrelation: Double? {
        guard count >= 3 else { return nil }
        if count <= opening.count { return openingAutocorrelation }
        let pairs = Double(count - 1)
        let covariance = lagged - earlier * later / pairs
        let earlierSpread = earlierSquares - earlier * earlier / pairs
        let laterSpread = laterSquares - later * later / pairs
        // Below this the difference is what rounding left of two equal sums.
        guard earlierSpread > earlierSquares * 0x1p-48, laterSpread > laterSquares * 0x1p-48 else { return nil }
        return covariance / (earlierSpread * laterSpread).squareRoot()
    }

    private func mean(_ range: Range<Int>) -> Double {
        range.reduce(0.0) { $0 + opening[$1] } / Double(range.count)
    }

    /// Σ (r − mean)² over some of the first returns.
    private func spread(_ range: Range<Int>) -> Double {
        let mean = mean(range)
        return range.reduce(0.0) { $0 + (opening[$1] - mean) * (opening[$1] - mean) }
    }

    private var openingAutocorrelation: Double? {
        let pairs = Int(count) - 1
        let earlierMean = mean(0..<pairs)
        let laterMean = mean(1..<(pairs + 1))
        let covariance = (0..<pairs).reduce(0.0) { $0 + (opening[$1] - earlierMean) * (opening[$1 + 1] - laterMean) }
        let earlierSpread = spread(0..<pairs)
        let laterSpread = spread(1..<(pairs + 1))
        // Equal returns differ from their mean by what rounding left.
        guard earlierSpread > earlierSquares * 0x1p-96, laterSpread > laterSquares * 0x1p-96 else { return nil }
        return covariance / (earlierSpread * laterSpread).squareRoot()
    }
}
