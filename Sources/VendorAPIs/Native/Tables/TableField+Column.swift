import MarketModel
import OrderFlow

extension TableField {
    /// A column of a dataset; words are any text.
    init<Row>(_ column: Column<Row>) {
        switch column.type {
        case .integer: self.init(column.name, .integer, unit: column.unit, column.description)
        case .real: self.init(column.name, .real, unit: column.unit, optional: true, column.description)
        case .word: self.init(column.name, .text, column.description)
        }
    }
}

extension TableValues {
    /// The values of a dataset's column in some rows.
    init<Row>(_ column: Column<Row>, of rows: [Row]) {
        switch column.type {
        case .integer:
            self.init(
                .integers(
                    rows.map { row in
                        if case .integer(let value) = column.value(row) { value } else { 0 }
                    }))
        case .real:
            var values = [Double](repeating: 0, count: rows.count)
            var valid = [UInt8](repeating: 1, count: rows.count)
            var isWhole = true
            for (index, row) in rows.enumerated() {
                if case .real(let value?) = column.value(row) {
                    values[index] = value
                } else {
                    valid[index] = 0
                    isWhole = false
                }
            }
            self.init(.reals(values), valid: isWhole ? nil : valid)
        case .word:
            self.init(
                .texts(
                    rows.map { row in
                        if case .word(let value) = column.value(row) { value } else { "" }
                    }))
        }
    }
}
