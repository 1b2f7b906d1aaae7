import Lake
import Transport

/// How a table is written: by the parameter `format`, or else as the client's `Accept` has it.
enum TableFormat: String, Sendable, CaseIterable {
    case json
    case csv
    case parquet
    case arrow

    static let parameter = Parameter(
        "format", .choice(allCases.map(\.rawValue)), default: "json", "How rows are written; without it the header Accept decides")

    /// The format that a request asks for.
    ///
    /// Of what `Accept` names the first that is one of ours counts, whatever its weight; none of ours, or no header, is JSON.
    init(_ request: borrowing Request) throws(Failure) {
        if request.query["format"] != nil {
            self = TableFormat(rawValue: try TableFormat.parameter.text(in: request) ?? "") ?? .json
            return
        }
        let names = (request.header("Accept") ?? "").lowercased().split(separator: ",").compactMap { part in
            part.split(separator: ";").first.map { $0.split(separator: " ").joined() }
        }
        self = names.lazy.compactMap { name in TableFormat.allCases.first { $0.mediaTypes.contains(name) } }.first ?? .json
    }

    /// What all of them are called in documentation.
    static let mediaTypes: [MediaType] = [.json, .csv, .parquet, .arrow]

    private var mediaTypes: [String] {
        switch self {
        case .json: ["application/json"]
        case .csv: ["text/csv"]
        case .parquet: ["application/vnd.apache.parquet", "application/x-parquet"]
        case .arrow: ["application/vnd.apache.arrow.stream"]
        }
    }

    var contentType: ContentType {
        switch self {
        case .json: .json
        case .csv: .csv
        case .parquet: .parquet
        case .arrow: .arrowStream
        }
    }

    /// How many rows are made at once.
    var stretch: Int {
        switch self {
        case .json, .csv: 8192
        case .arrow: 10_240
        case .parquet: 262_144
        }
    }
}

extension ContentType {
    static let csv = ContentType("text/csv; charset=utf-8; header=present", compressible: true)
    static let parquet = ContentType("application/vnd.apache.parquet", compressible: false)
    static let arrowStream = ContentType("application/vnd.apache.arrow.stream", compressible: false)
}
