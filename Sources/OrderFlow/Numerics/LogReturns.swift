/// Logarithmic returns between prices of one scale: the same bits for the same two prices, wherever they stand.
public enum LogReturns {
    /// ln(new/old); 0 unless both are positive.
    ///
    /// ln(new/old) = 2 artanh z with z = (new − old)/(new + old): for small steps this keeps all digits, where the logarithm of the
    /// rounded quotient would lose those of the step.
    public static func between(_ old: Int64, _ new: Int64) -> Double {
        guard old > 0, new > 0 else { return 0 }
        let z = PriceSteps.step(from: old, to: new)
        return abs(z) < smallStep ? smallReturn(z) : Logarithm.natural(Double(new) / Double(old))
    }

    /// Puts the return of each row into `returns`: row k against the row before it, the first against `previous`.
    ///
    /// - Parameters:
    ///   - steps: the steps of the same rows.
    ///   - previous: 0 if there is no price before the first row; its return is then 0.
    /// - Complexity: O(rows).
    static func fill(
        _ steps: borrowing PriceSteps, _ prices: borrowing [Int64], _ rows: Range<Int>, previous: Int64, into returns: inout [Double]
    ) {
        returns.removeAll(keepingCapacity: true)
        returns.append(contentsOf: repeatElement(0, count: rows.count))
        let steps = steps.values.span
        var target = returns.mutableSpan
        precondition(steps.count == target.count)
        var wide = 0
        for index in steps.indices {
            let z = steps[index]
            wide &+= abs(z) >= smallStep ? 1 : 0
            target[index] = smallReturn(z)
        }
        guard wide > 0 else { return }
        var old = previous > 0 ? previous : prices[rows.lowerBound]
        for index in 0..<rows.count {
            let new = prices[rows.lowerBound + index]
            target[index] = between(old, new)
            old = new
        }
    }

    /// Below this |z| three terms of the series are exact to the last bit.
    private static var smallStep: Double { 0x1p-10 }

    /// 2 artanh z = 2z + 2z·s(1/3 + s/5 + s²/7) with s = z².
    @inline(__always)
    private static func smallReturn(_ z: Double) -> Double {
        let s = z * z
        return 2 * z + 2 * z * (s * (1.0 / 3.0 + s * (1.0 / 5.0 + s * (1.0 / 7.0))))
    }
}
