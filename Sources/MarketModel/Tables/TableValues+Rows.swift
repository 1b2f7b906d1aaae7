extension TableValues {
    /// Adds the values of further rows, of the same kind; decimals take the scale of the finer side.
    ///
    /// - Returns: false if the kinds differ, or 64 bits do not hold a decimal at the finer scale.
    public mutating func append(_ other: TableValues) -> Bool {
        let count = count
        switch (values, other.values) {
        case (.times(let a), .times(let b)): values = .times(a + b)
        case (.integers(let a), .integers(let b)): values = .integers(a + b)
        case (.decimals(let a, let scaleA), .decimals(let b, let scaleB)):
            let scale = max(scaleA, scaleB)
            guard let a = TableValues.rescaled(a, from: scaleA, to: scale), let b = TableValues.rescaled(b, from: scaleB, to: scale) else {
                return false
            }
            values = .decimals(a + b, scale: scale)
        case (.reals(let a), .reals(let b)): values = .reals(a + b)
        case (.flags(let a), .flags(let b)): values = .flags(a + b)
        case (.words(let a), .words(let b)): values = .words(a + b)
        case (.texts(let a), .texts(let b)): values = .texts(a + b)
        default: return false
        }
        if valid != nil || other.valid != nil {
            valid = (valid ?? [UInt8](repeating: 1, count: count)) + (other.valid ?? [UInt8](repeating: 1, count: other.count))
        }
        return true
    }

    private static func rescaled(_ mantissas: [Int64], from: Int, to: Int) -> [Int64]? {
        if from == to { return mantissas }
        var rescaled: [Int64] = []
        for mantissa in mantissas {
            let (product, overflow) = mantissa.multipliedReportingOverflow(by: FixedPoint.powersOfTen[to - from])
            if overflow { return nil }
            rescaled.append(product)
        }
        return rescaled
    }

    /// The values of some rows.
    public subscript(_ rows: Range<Int>) -> TableValues {
        let kept: Kind =
            switch values {
            case .times(let values): .times(Array(values[rows]))
            case .integers(let values): .integers(Array(values[rows]))
            case .decimals(let values, let scale): .decimals(Array(values[rows]), scale: scale)
            case .reals(let values): .reals(Array(values[rows]))
            case .flags(let values): .flags(Array(values[rows]))
            case .words(let values): .words(Array(values[rows]))
            case .texts(let values): .texts(Array(values[rows]))
            }
        return TableValues(kept, valid: valid.map { Array($0[rows]) })
    }
}
