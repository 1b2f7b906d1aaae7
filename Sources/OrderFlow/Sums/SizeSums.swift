/// The powers of a bar's base quantities, the least and the greatest; mantissas.
struct SizeSums: Sendable {
    private(set) var powers = PowerSums(centred: false)
    private(set) var least = Int128.max
    private(set) var greatest = Int128.min

    /// Adds the base quantities of a run.
    mutating func add(_ sizes: borrowing RunSizes) {
        if sizes.isWide {
            powers.add(wide: sizes.wide)
            least = min(least, sizes.wide.min() ?? least)
            greatest = max(greatest, sizes.wide.max() ?? greatest)
            return
        }
        powers.add(sizes.narrow, 0..<sizes.narrow.count)
        var lowest = Int64.max
        var highest = Int64.min
        let values = sizes.narrow.span
        for index in values.indices {
            lowest = min(lowest, values[index])
            highest = max(highest, values[index])
        }
        least = min(least, Int128(lowest))
        greatest = max(greatest, Int128(highest))
    }
}
