import MarketModel

/// The base quantities of a run of trades as mantissas at the valuation's base scale: 64 bits wide where they fit, as they nearly always do.
struct RunSizes: Sendable {
    /// One value a row, where all of the run fit.
    private(set) var narrow: [Int64] = []
    /// One value a row, where they do not.
    private(set) var wide: [Int128] = []

    /// The bits that any of ``narrow`` has set.
    private(set) var bits: UInt64 = 0

    /// Whether ``wide`` holds the values.
    var isWide: Bool { !wide.isEmpty }

    /// Works out the base quantities of some rows.
    ///
    /// - Returns: false if one exceeds what moments can be computed of.
    mutating func fill(_ trades: borrowing TradeColumns, _ rows: Range<Int>, _ valuation: Valuation) -> Bool {
        narrow.removeAll(keepingCapacity: true)
        wide.removeAll(keepingCapacity: true)
        let isFilled =
            if valuation.isInverse {
                fillInverse(trades, rows, valuation)
            } else if valuation.factor == 1 {
                fillPlain(trades, rows)
            } else {
                fillLinear(trades, rows, valuation)
            }
        bits = RunSizes.bits(of: narrow)
        return isFilled
    }

    private static func bits(of values: borrowing [Int64]) -> UInt64 {
        let values = values.span
        var bits: UInt64 = 0
        for index in values.indices { bits |= UInt64(bitPattern: values[index]) }
        return bits
    }

    private mutating func fillPlain(_ trades: borrowing TradeColumns, _ rows: Range<Int>) -> Bool {
        narrow.append(contentsOf: trades.quantity[rows])
        return true
    }

    private mutating func fillLinear(_ trades: borrowing TradeColumns, _ rows: Range<Int>, _ valuation: Valuation) -> Bool {
        for row in rows {
            let (size, overflow) = trades.quantity[row].multipliedReportingOverflow(by: valuation.factor)
            guard !overflow else { return fillWide(trades, rows, valuation) }
            narrow.append(size)
        }
        return true
    }

    private mutating func fillInverse(_ trades: borrowing TradeColumns, _ rows: Range<Int>, _ valuation: Valuation) -> Bool {
        for row in rows {
            guard
                let base = valuation.inverseBase(units: Int128(trades.quantity[row]) * Int128(valuation.factor), price: trades.price[row]),
                let size = Int64(exactly: base)
            else { return fillWide(trades, rows, valuation) }
            narrow.append(size)
        }
        return true
    }

    private mutating func fillWide(_ trades: borrowing TradeColumns, _ rows: Range<Int>, _ valuation: Valuation) -> Bool {
        narrow.removeAll(keepingCapacity: true)
        for row in rows {
            guard let (base, _) = valuation.value(price: trades.price[row], quantity: trades.quantity[row]),
                base.magnitude >> UInt128(PowerSums.maximumBits) == 0
            else { return false }
            wide.append(base)
        }
        return true
    }
}

/// The base quantities of a bar while it is open, in tape order.
enum SizeList: Sendable {
    case narrow([Int64])
    case wide([Int128])

    /// The storage of a list that is no longer needed, emptied.
    consuming func emptied() -> [Int64] {
        guard case .narrow(var list) = self else { return [] }
        list.removeAll(keepingCapacity: true)
        return list
    }

    /// Appends those of a run.
    mutating func append(_ run: borrowing RunSizes) {
        switch self {
        case .narrow(var list) where !run.isWide:
            // Emptied first, so that the list is not copied when it grows.
            self = .narrow([])
            list.append(contentsOf: run.narrow)
            self = .narrow(list)
        case .narrow(let list):
            self = .wide(list.map { Int128($0) } + run.wide)
        case .wide(var list):
            self = .narrow([])
            if run.isWide { list.append(contentsOf: run.wide) } else { list.append(contentsOf: run.narrow.lazy.map { Int128($0) }) }
            self = .wide(list)
        }
    }
}
