/// A step between the lines of an axis that is easy to count in: 1, 2 or 5 times a power of ten.
public struct TickStep: Sendable, Hashable {
    /// 1, 2 or 5.
    public let digit: Int
    /// The power of ten.
    public let exponent: Int

    /// The smallest such step that is at least `least`.
    ///
    /// - Parameter least: above zero and finite.
    public init(atLeast least: Double) {
        var exponent = 0
        while exponent < 300, TickStep.tenTo(exponent + 1) <= least { exponent += 1 }
        while exponent > -300, TickStep.tenTo(exponent) > least { exponent -= 1 }
        for digit in [1, 2, 5] where TickStep.value(digit, exponent) >= least {
            self.digit = digit
            self.exponent = exponent
            return
        }
        digit = 1
        self.exponent = exponent + 1
    }

    /// The step as a number.
    public var value: Double { TickStep.value(digit, exponent) }

    /// How many digits after the point its multiples have.
    public var decimals: Int { max(0, -exponent) }

    /// The multiples of the step within a range, each with its text.
    ///
    /// - Complexity: O(multiples); none where there would be more than a thousand.
    public func ticks(in range: ClosedRange<Double>) -> [Tick] {
        let first = (range.lowerBound / value).rounded(.up)
        let last = (range.upperBound / value).rounded(.down)
        guard first <= last, last - first < 1000, abs(first) < 1e15, abs(last) < 1e15 else { return [] }
        return (Int(first)...Int(last)).map { Tick(value: TickStep.value($0 * digit, exponent), text: text(of: $0)) }
    }

    private func text(of multiple: Int) -> String {
        let mantissa = Int128(multiple * digit)
        if exponent <= 0 { return DecimalText.text(mantissa, decimals: -exponent) }
        // Beyond what 128 bits hold nobody reads digits.
        guard exponent <= 15 else { return "\(TickStep.value(multiple * digit, exponent))" }
        return DecimalText.text((0..<exponent).reduce(mantissa) { power, _ in power * 10 }, decimals: 0)
    }

    private static func value(_ mantissa: Int, _ exponent: Int) -> Double {
        exponent >= 0 ? Double(mantissa) * tenTo(exponent) : Double(mantissa) / tenTo(-exponent)
    }

    /// Ten to a power; exact up to 22.
    static func tenTo(_ exponent: Int) -> Double {
        exponent >= 0 ? (0..<exponent).reduce(1) { power, _ in power * 10 } : 1 / tenTo(-exponent)
    }
}

/// A line of an axis.
public struct Tick: Sendable, Hashable {
    /// Where.
    public let value: Double
    /// What is written beside it.
    public let text: String
}

/// Numbers as axes show them: `1,234,567.50`, `−0.00000001`.
public enum DecimalText {
    /// A decimal mantissa with so many digits after the point.
    public static func text(_ mantissa: Int128, decimals: Int) -> String {
        var digits = String(mantissa.magnitude)
        if digits.count <= decimals { digits = String(repeating: "0", count: decimals + 1 - digits.count) + digits }
        let whole = digits.dropLast(decimals)
        var text = mantissa < 0 ? "−" : ""
        for (place, digit) in whole.enumerated() {
            if place > 0, (whole.count - place) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return decimals > 0 ? "\(text).\(digits.suffix(decimals))" : text
    }

    /// A number rounded to so many digits after the point.
    public static func text(_ value: Double, decimals: Int) -> String {
        let scaled = (value * TickStep.tenTo(decimals)).rounded()
        guard abs(scaled) < 1e30 else { return "\(value)" }
        return text(Int128(scaled), decimals: decimals)
    }
}
