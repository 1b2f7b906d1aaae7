import MarketModel

/// Turns mantissas of one scale into the nearest doubles.
struct DecimalUnit: Sendable {
    let scale: Int
    /// 10^scale where that is an exact double, else nil.
    let divisor: Double?

    init(scale: Int) {
        self.scale = scale
        divisor = scale <= 22 ? (0..<scale).reduce(1.0) { value, _ in value * 10 } : nil
    }

    @inline(__always)
    func double(_ mantissa: Int64) -> Double {
        // Both are exact doubles up to here, and IEEE division rounds the exact quotient to nearest even.
        if let divisor, mantissa.magnitude <= 1 << 53 { return Double(mantissa) / divisor }
        return exact(Int128(mantissa))
    }

    @inline(__always)
    func double(_ mantissa: Int128) -> Double {
        if let narrow = Int64(exactly: mantissa) { return double(narrow) }
        return exact(mantissa)
    }

    private func exact(_ mantissa: Int128) -> Double {
        // Never 0/0: the power of ten is not zero.
        ExactQuotient.nearest(mantissa, over: 1, tenTo: scale) ?? .nan
    }

    /// Puts the doubles nearest to some mantissas into the place of what an array held.
    func convert(_ mantissas: [Int64], into reals: inout [Double]) {
        reals.removeAll(keepingCapacity: true)
        reals.append(contentsOf: mantissas.lazy.map { double($0) })
    }
}
