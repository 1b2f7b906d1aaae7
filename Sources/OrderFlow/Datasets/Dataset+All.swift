extension Dataset where Row == BarRow {
    /// All datasets that are computed from trades, in the order in which catalogues list them.
    public static let all: [Dataset<BarRow>] = [.flow, .tradeSize, .impact, .range, .upDownTicks, .runStructure, .returns, .vtwap, .ohlcv]

    /// The dataset of a name, or nil.
    public static func named(_ name: some StringProtocol) -> Dataset<BarRow>? {
        all.first { $0.name == name }
    }
}

extension Dataset {
    /// The columns that the vendor of this dataset has too: what its façade serves.
    public var vendorColumns: [Column<Row>] { columns.filter { !$0.isNative } }
}
