import Config
import OrderFlow

/// Which datasets `millrace bars` is asked to write, and how, checked.
struct BarsRequest<Row: DatasetRow> {
    /// One dataset to write: some of its columns.
    struct Output {
        var dataset: Dataset<Row>
        var columns: [Column<Row>]
        /// Where to; nil is stdout.
        var path: String?
    }

    let outputs: [Output]
    let format: RowFormat

    /// The columns of all.
    var columns: [Column<Row>] { outputs.flatMap(\.columns) }

    /// - Parameters:
    ///   - all: the datasets that there are.
    ///   - named: the one of a name.
    ///   - columns: what an error says of a dataset's columns.
    init(
        _ arguments: Arguments, all: [Dataset<Row>], named: (Substring) throws -> Dataset<Row>, columns: (Dataset<Row>) -> String
    ) throws {
        format = arguments.value("format").flatMap(RowFormat.init) ?? .csv
        let names = (arguments.operands.first ?? "").split(separator: ",")
        let datasets = names == ["all"] ? all : try names.map { try named($0) }
        guard Set(datasets.map(\.name)).count == datasets.count else { throw UsageError("a dataset is named twice") }
        if let dataset = datasets.first, datasets.count == 1, names != ["all"] {
            outputs = [
                Output(dataset: dataset, columns: try BarsRequest.columns(dataset, arguments, columns), path: arguments.value("output"))
            ]
            return
        }
        let ending = format.fileExtension
        guard let directory = arguments.value("output"), directory != "-" else {
            throw UsageError("several datasets need --output DIR: each is written to DIR/DATASET.\(ending)")
        }
        guard !arguments.has("fields"), !arguments.has("without") else {
            throw UsageError("--fields and --without are for one dataset")
        }
        outputs = datasets.map { Output(dataset: $0, columns: $0.columns, path: "\(directory)/\($0.name).\(ending)") }
    }

    private static func columns(
        _ dataset: Dataset<Row>, _ arguments: Arguments, _ explain: (Dataset<Row>) -> String
    ) throws -> [Column<Row>] {
        var columns = dataset.columns
        func known(_ name: String) throws {
            guard dataset.columns.contains(where: { $0.name == name }) else {
                throw UsageError("\(dataset.name) has no column '\(name)'; \(explain(dataset))")
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

extension Dataset<BarRow> {
    /// The dataset of a name that a user wrote, or an error that lists those there are.
    static func asked(_ name: some StringProtocol) throws -> Dataset<BarRow> {
        guard let dataset = named(name) else {
            let known = all.map(\.name)
            let nearest = NearestName.of(String(name), in: known).map { ". Did you mean \($0)?" } ?? ""
            throw UsageError("there is no dataset '\(name)'; there are: \(known.joined(separator: ", "))\(nearest)")
        }
        return dataset
    }
}
