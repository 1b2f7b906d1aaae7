import Lake
import MarketModel
import OrderFlow

/// What trades of a tape are worth, each by the contract size of its day, at scales that all share.
public struct DayValuations: Sendable {
    private let kind: InstrumentKind
    private let usual: FixedPoint
    private let sizes: [Int64: FixedPoint]
    private let sizeScale: Int
    private var scales: Scales
    private var day: Int64 = .min
    private var valuation: Valuation?

    init(_ instrument: Instrument, _ days: some Sequence<TapeDay>, scales: Scales) {
        kind = instrument.kind
        usual = instrument.contractSize
        sizes = Dictionary(days.map { ($0.date.microseconds, $0.contractSize) }, uniquingKeysWith: { $1 })
        sizeScale = (Array(sizes.values) + [usual]).map(\.normalized.scale).max() ?? 0
        self.scales = scales
    }

    /// How a trade of some time is valued.
    ///
    /// - Throws: ``BarError/valuation`` where scales and size need more than exact sums hold.
    /// - Complexity: O(1)
    public mutating func valuation(at time: Int64) throws(BarError) -> Valuation {
        if let valuation, time >= day, time < day + CivilDate.dayLength { return valuation }
        day = CivilDate(microseconds: time).microseconds
        valuation = Valuation(kind: kind, scales: scales, contractSize: sizes[day] ?? usual, sizeScale: sizeScale)
        guard let valuation else { throw .valuation }
        return valuation
    }
}
