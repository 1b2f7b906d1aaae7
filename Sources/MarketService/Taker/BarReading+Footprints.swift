import Lake
import MarketModel
import OrderFlow
import Synchronization

extension BarReading {
    /// The footprints of the trades with a time in `stretch`.
    ///
    /// - Complexity: O(trades of the stretch); memory for each price of each bar.
    func footprints(of stretch: Range<Int64>, threads: Int) throws -> [Footprint] {
        try footprintSums(of: stretch, threads: threads).footprints()
    }

    /// What they are made of.
    func footprintSums(of stretch: Range<Int64>, threads: Int) throws -> FootprintSums {
        let interval = options.interval
        let whole = Mutex(FootprintSums(interval: interval, valuation: try valuation(on: 0)))
        for part in parts(of: stretch) {
            try lake.read(
                part.tape, from: part.from, to: part.to, columns: .bars, threads: threads,
                reduction: TapeReduction(
                    begin: { [valuation = part.valuation] _ in FootprintSums(interval: interval, valuation: valuation) },
                    add: { sums, trades in try sums.add(trades) }),
                fold: { sums in try whole.withLock { try $0.append(sums) } })
        }
        return whole.withLock { $0 }
    }
}
