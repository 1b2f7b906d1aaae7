import MarketModel
import Transport

/// A table of which only some columns are told; the first one always is.
struct ChosenColumns<Base: TableSource>: TableSource {
    private var base: Base
    private let places: [Int]
    let fields: [TableField]

    /// - Parameter names: the columns that are told; nil for all.
    init(_ base: Base, _ names: Set<String>?) {
        self.base = base
        places = base.fields.indices.filter { $0 == 0 || names?.contains(base.fields[$0].name) ?? true }
        fields = places.map { base.fields[$0] }
    }

    var name: StaticString { base.name }

    func writeHead(to json: inout JSONWriter) { base.writeHead(to: &json) }

    var metadata: [(String, String)] { base.metadata }

    mutating func next(_ count: Int, _ cancellation: Cancellation) throws -> [TableValues]? {
        guard let columns = try base.next(count, cancellation) else { return nil }
        return places.map { columns[$0] }
    }
}

extension Native.Parameters {
    static let fields = Parameter(
        "fields", .text, example: "volume_delta,quality", "Only these columns and `time`, parted by commas, in the order of the table")
}

extension Native {
    /// The columns that a request wants of a table; nil for all.
    ///
    /// - Throws: ``Failure`` 400 for a column that the table has not, which names those that it has.
    static func chosen(_ request: borrowing Request, of fields: [TableField]) throws(Failure) -> Set<String>? {
        guard let text = try Parameters.fields.text(in: request) else { return nil }
        var chosen: Set<String> = []
        for name in text.split(separator: ",") {
            guard fields.contains(where: { $0.name == name }) else {
                let known = fields.map(\.name).joined(separator: ", ")
                throw Failure(.badRequest, "parameter 'fields' names '\(name)', which is no column here: there are \(known)")
            }
            chosen.insert(String(name))
        }
        guard !chosen.isEmpty else { throw Failure(.badRequest, "parameter 'fields' names no column") }
        return chosen
    }
}
