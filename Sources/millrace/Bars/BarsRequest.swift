import Config
import OrderFlow

/// What `millrace bars` is asked for, checked.
struct BarsRequest {
    /// One dataset to write: some of its columns.
    struct Output {
        var dataset: Dataset<BarRow>
        var columns: [Column<BarRow>]
        /// Where to; nil is stdout.
        var path: String?
    }

    let rows: RowRequest
    let outputs: [Output]
    let format: RowFormat

    init(_ arguments: Arguments) throws {
        format = arguments.value("format").flatMap(RowFormat.init) ?? .csv
        outputs = try BarsRequest.outputs(arguments, format)
        rows = try RowRequest(arguments, columns: outputs.flatMap(\.columns))
    }

    /// The dataset of a name, or an error that lists those there are.
    static func dataset(_ name: some StringProtocol) throws -> Dataset<BarRow> {
        guard let dataset = Dataset<BarRow>.named(name) else {
            let known = Dataset<BarRow>.all.map(\.name)
            let nearest = NearestName.of(String(name), in: known).map { ". Did you mean \($0)?" } ?? ""
            throw UsageError("there is no dataset '\(name)'; there are: \(known.joined(separator: ", "))\(nearest)")
        }
        return dataset
    }

    private static func outputs(_ arguments: Arguments, _ format: RowFormat) throws -> [Output] {
        let names = (arguments.operands.first ?? "").split(separator: ",")
        let datasets = names == ["all"] ? Dataset<BarRow>.all : try names.map { try dataset($0) }
        guard Set(datasets.map(\.name)).count == datasets.count else { throw UsageError("a dataset is named twice") }
        if let dataset = datasets.first, datasets.count == 1, names != ["all"] {
            return [Output(dataset: dataset, columns: try columns(dataset, arguments), path: arguments.value("output"))]
        }
        guard let directory = arguments.value("output"), directory != "-" else {
            throw UsageError("several datasets need --output DIR: each is written to DIR/DATASET.\(format.fileExtension)")
        }
        guard !arguments.has("fields"), !arguments.has("without") else {
            throw UsageError("--fields and --without are for one dataset")
        }
        return datasets.map { Output(dataset: $0, columns: $0.columns, path: "\(directory)/\($0.name).\(format.fileExtension)") }
    }

    private static func columns(_ dataset: Dataset<BarRow>, _ arguments: Arguments) throws -> [Column<BarRow>] {
        var columns = dataset.columns
        func known(_ name: String) throws {
            guard dataset.columns.contains(where: { $0.name == name }) else {
                throw UsageError("\(dataset.name) has no column '\(name)'; `millrace datasets \(dataset.name)` lists them")
            }
        }
        if let list = arguments.value("fields") {
            let names = list.split(separator: ",").map { String($0) }
            for name in names { try known(name) }
            columns = names.compactMap { name in dataset.columns.first { $0.name == name } }
        }
        for name in arguments.all("without") {
            try known(name)
            columns.removeAll { $0.name == name }
        }
        guard !columns.isEmpty else { throw UsageError("no column is left to write") }
        return columns
    }
}
