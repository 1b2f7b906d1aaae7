/// An axis upwards: values to pixels, and the lines to count by.
public struct ValueScale: Sendable, Hashable {
    /// The values at the lower and the upper edge.
    public let range: ClosedRange<Double>
    /// Where the upper edge is.
    public let top: Double
    /// Where the lower edge is.
    public let bottom: Double
    /// The step between lines.
    public let step: TickStep

    /// An axis that shows all of `values` between two edges, with a little room beyond them.
    ///
    /// - Parameters:
    ///   - values: finite; without any the axis is around zero.
    ///   - spacing: how many pixels two lines are apart at least; half of it where there would be less than three lines.
    public init(values: some Sequence<Double>, top: Double, bottom: Double, spacing: Double) {
        var low = Double.infinity
        var high = -Double.infinity
        for value in values where value.isFinite {
            low = min(low, value)
            high = max(high, value)
        }
        if low > high { (low, high) = (0, 0) }
        // Values that are all the same stand in the middle; none is parted from its neighbour by less than doubles can tell apart.
        let magnitude = max(abs(low), abs(high))
        let span = high - low
        let room = span > magnitude * 1e-9 ? span * 0.06 : magnitude > 0 ? magnitude * 0.001 : 1
        range = (low - room)...(high + room)
        self.top = top
        self.bottom = bottom
        let least = (range.upperBound - range.lowerBound) / max(1, (bottom - top) / spacing)
        let step = TickStep(atLeast: least)
        // Two lines do not show a scale: rather they stand closer.
        self.step = step.ticks(in: range).count < 3 ? TickStep(atLeast: least / 2) : step
    }

    /// Where a value is.
    public func y(_ value: Double) -> Double {
        bottom - (value - range.lowerBound) / (range.upperBound - range.lowerBound) * (bottom - top)
    }

    /// The lines.
    public var ticks: [Tick] { step.ticks(in: range) }

    /// A value as the axis would write it, with as many digits more as it takes to tell it, up to `more`.
    public func text(of value: Double, more: Int) -> String {
        let least = step.decimals
        for decimals in least..<(least + more) {
            let power = TickStep.tenTo(decimals)
            let rounded = (value * power).rounded() / power
            if abs(rounded - value) <= abs(value) * 1e-12 { return DecimalText.text(value, decimals: decimals) }
        }
        return DecimalText.text(value, decimals: least + more)
    }
}
