import Charts
import OrderFlow

/// The columns that a chart is made of.
struct ChartColumns<Row: DatasetRow> {
    /// Open, high, low and close, and the delta.
    let all: [Column<Row>]

    init(candles: Dataset<Row>, flow: Dataset<Row>) {
        func columns(_ dataset: Dataset<Row>, _ names: [String]) -> [Column<Row>] {
            names.compactMap { name in dataset.columns.first { $0.name == name } }
        }
        all = columns(candles, ["open", "high", "low", "close"]) + columns(flow, ["volume_delta"])
    }

    /// What a chart shows of a row; nil where it has no price.
    func bar(of row: Row) -> ChartBar? {
        var values: [Double] = []
        for column in all {
            guard case .real(let value?) = column.value(row), value.isFinite else { return nil }
            values.append(value)
        }
        guard values.count == 5 else { return nil }
        return ChartBar(
            time: row.time, open: values[0], high: values[1], low: values[2], close: values[3], delta: values[4], quality: row.quality)
    }
}

extension ChartColumns<BarRow> {
    /// Those of an instrument.
    static let ofInstruments = ChartColumns(candles: .ohlcv, flow: .flow)
}
