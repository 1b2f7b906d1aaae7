import MarketModel

/// The exact sums of the first four powers of integers, and the moments that follow from them.
///
/// Powers are taken of each value less the first one (or less zero): central moments do not depend on what is subtracted, and small
/// numbers are quick to multiply. Nothing is rounded before a moment is shown.
struct PowerSums: Sendable, Hashable {
    /// How many values there are.
    private(set) var count: Int64 = 0
    private var origin: Int64 = 0
    private let isCentred: Bool
    private var s1: Int128 = 0
    private var s2 = WideInteger()
    private var s3 = WideInteger()
    private var s4 = WideInteger()

    /// Values beyond this many bits could overflow the sums of long bars.
    static let maximumBits = 90

    /// Creates empty sums.
    ///
    /// - Parameter centred: whether the first value is subtracted from all: for values that lie close together, such as prices.
    init(centred: Bool) { isCentred = centred }

    /// Adds up to 4,096 values.
    ///
    /// - Complexity: O(rows): 64-bit sums for values below 2^12, 128-bit ones below 2^28, wide ones beyond.
    mutating func add(_ values: borrowing [Int64], _ rows: Range<Int>) {
        if count == 0, isCentred { origin = values[rows.lowerBound] }
        count += Int64(rows.count)
        let values = values.span
        let origin = origin
        var spread: Int64 = 0
        for row in rows {
            let d = values[row] &- origin
            spread |= d ^ (d >> 63)
        }
        if spread < 1 << 12 {
            var t1: Int64 = 0
            var t2: Int64 = 0
            var t3: Int64 = 0
            var t4: Int64 = 0
            for row in rows {
                let d = values[row] &- origin
                let square = d &* d
                t1 &+= d
                t2 &+= square
                t3 &+= square &* d
                t4 &+= square &* square
            }
            add(Int128(t1), Int128(t2), Int128(t3), Int128(t4))
        } else if spread < 1 << 28 {
            var t1: Int64 = 0
            var t2: Int128 = 0
            var t3: Int128 = 0
            var t4: Int128 = 0
            for row in rows {
                let d = values[row] &- origin
                let square = d &* d
                t1 &+= d
                t2 &+= Int128(square)
                t3 &+= Int128(square) &* Int128(d)
                t4 &+= Int128(square) &* Int128(square)
            }
            add(Int128(t1), t2, t3, t4)
        } else {
            for row in rows { addWide(Int128(values[row]) - Int128(origin)) }
        }
    }

    /// Adds values of any size.
    mutating func add(wide values: borrowing [Int128]) {
        count += Int64(values.count)
        for index in values.indices { addWide(values[index] - Int128(origin)) }
    }

    private mutating func addWide(_ d: Int128) {
        let value = WideInteger(d)
        let square = value * value
        s1 &+= d
        s2 += square
        s3 += square * value
        s4 += square * square
    }

    private mutating func add(_ t1: Int128, _ t2: Int128, _ t3: Int128, _ t4: Int128) {
        s1 &+= t1
        s2 += WideInteger(t2)
        s3 += WideInteger(t3)
        s4 += WideInteger(t4)
    }

    /// The sum of the values.
    var sum: Int128 { s1 + Int128(origin) * Int128(count) }

    /// n Σd² − (Σd)² = n² times the second central moment.
    private var second: WideInteger { WideInteger(Int128(count)) * s2 - WideInteger(s1) * WideInteger(s1) }

    /// The moments that follow from the sums.
    ///
    /// - Complexity: O(1), some 30 products of wide integers.
    var moments: Moments {
        let second = second
        let n = Double(count)
        guard !second.isZero else { return Moments(count: n, second: 0, skewness: nil, excessKurtosis: nil) }
        let m2 = second.doubleValue
        return Moments(
            count: n, second: m2, skewness: third.doubleValue / (m2 * m2.squareRoot()),
            excessKurtosis: fourth.doubleValue / (m2 * m2) - 3)
    }

    /// n² Σd³ − 3n Σd Σd² + 2(Σd)³ = n³ times the third central moment.
    private var third: WideInteger {
        let n = WideInteger(Int128(count))
        let sum = WideInteger(s1)
        return n * (n * s3 - WideInteger(3) * sum * s2) + WideInteger(2) * sum * sum * sum
    }

    /// n³ Σd⁴ − 4n² Σd Σd³ + 6n (Σd)² Σd² − 3(Σd)⁴ = n⁴ times the fourth.
    private var fourth: WideInteger {
        let n = WideInteger(Int128(count))
        let sum = WideInteger(s1)
        let square = sum * sum
        let inner = n * (n * s4 - WideInteger(4) * sum * s3) + WideInteger(6) * square * s2
        return n * inner - WideInteger(3) * square * square
    }
}

/// The moments of a bar's values, each rounded to a double once: when the bar closes, not for every column that shows one.
struct Moments: Sendable {
    fileprivate(set) var count = 0.0
    /// n² times the second central moment.
    fileprivate(set) var second = 0.0
    /// m₃ ÷ m₂^1.5 of the population; nil where all values are equal.
    fileprivate(set) var skewness: Double?
    /// m₄ ÷ m₂² − 3 of the population; nil where all values are equal.
    fileprivate(set) var excessKurtosis: Double?

    /// The sample variance (ddof 1), in units of 10^(−2·scale); nil for fewer than two values.
    func variance(scale: Int) -> Double? {
        guard count >= 2 else { return nil }
        return second / (count * (count - 1)) / PowersOfTen.double(2 * scale)
    }

    /// The sample standard deviation.
    func deviation(scale: Int) -> Double? {
        guard count >= 2 else { return nil }
        return (second / (count * (count - 1))).squareRoot() / PowersOfTen.double(scale)
    }
}

/// Powers of ten as doubles; exact up to 10^22.
enum PowersOfTen {
    private static let table: [Double] = (0...76).map { power in Double("1e\(power)") ?? .infinity }

    static func double(_ exponent: Int) -> Double { table[exponent] }
}
