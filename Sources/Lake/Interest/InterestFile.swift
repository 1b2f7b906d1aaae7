import MarketModel

/// What is common to reading and writing a venue's day of open interest as Parquet: a row group a coin, rows by contract and time
/// (docs/open-interest.md).
enum InterestFile {
    /// The samples of one coin: rows of a file.
    struct Rows {
        var time: [Int64] = []
        var sampled: [Int64] = []
        var contract: [Int32] = []
        var quantity: [Int128] = []
        var usd: [Int128] = []

        var count: Int { time.count }

        /// - Parameter usd: nil where it is not known.
        mutating func append(time: Int64, sampled: Int64, contract: Int32, quantity: FixedPoint, usd: FixedPoint?) {
            self.time.append(time)
            self.sampled.append(sampled)
            self.contract.append(contract)
            self.quantity.append(InterestFile.units(quantity))
            self.usd.append(usd.map(InterestFile.units) ?? InterestFile.unknown)
        }

        mutating func append(_ other: Rows, _ index: Int, contract: Int32) {
            time.append(other.time[index])
            sampled.append(other.sampled[index])
            self.contract.append(contract)
            quantity.append(other.quantity[index])
            usd.append(other.usd[index])
        }

        /// By contract and time; of rows with the same the last one, or the last whose USD are known.
        var ordered: Rows {
            func isKnown(_ place: Int) -> Int { usd[place] == InterestFile.unknown ? 0 : 1 }
            let places = time.indices.sorted {
                (contract[$0], time[$0], isKnown($0), $0) < (contract[$1], time[$1], isKnown($1), $1)
            }
            var result = Rows()
            for (rank, place) in places.enumerated() {
                let isLast =
                    rank + 1 == places.count || contract[places[rank + 1]] != contract[place] || time[places[rank + 1]] != time[place]
                if isLast { result.append(self, place, contract: contract[place]) }
            }
            return result
        }
    }

    /// The metadata that lists the contracts that rows name, a line each.
    static let contractsKey = "millrace.contracts"
    /// The metadata that lists the coins of the row groups, a line each.
    static let groupsKey = "millrace.coins"

    /// Stands for USD that are not known; null in files.
    static let unknown: Int128 = -1

    /// Contracts in the order in which a file lists them.
    static func listed(_ contracts: some Sequence<OpenInterestContract>) -> [OpenInterestContract] {
        contracts.sorted { ($0.coin, $0.symbol, $0.quote) < ($1.coin, $1.symbol, $1.quote) }
    }

    /// A number in units of 10^-8.
    static func units(_ number: FixedPoint) -> Int128 {
        Int128(number.mantissa) * Int128(FixedPoint.powersOfTen[max(0, OpenInterest.decimals - number.scale)])
    }

    /// The number of so many units of 10^-8; nil where it is none that was written.
    static func number(_ units: Int128) -> FixedPoint? {
        var (rest, scale) = (units, OpenInterest.decimals)
        while scale > 0, rest % 10 == 0 {
            rest /= 10
            scale -= 1
        }
        guard rest >= 0, rest <= Int128(FixedPoint.limit) else { return nil }
        return FixedPoint(mantissa: Int64(rest), scale: scale)
    }
}
