import MarketModel

/// `2025-05.CONTENT.HASH.parquet`.
struct MonthFileName: CustomStringConvertible {
    let month: CivilMonth
    let content: String
    let hash: String

    init(month: CivilMonth, content: String, hash: String) {
        self.month = month
        self.content = content
        self.hash = hash
    }

    init?(_ name: String) {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false).map { String($0) }
        guard parts.count == 4, let month = CivilMonth(parts[0]), parts[1].utf8.count == 64, parts[2].utf8.count == 64,
            parts[3] == "parquet"
        else { return nil }
        self.init(month: month, content: parts[1], hash: parts[2])
    }

    var description: String { "\(month).\(content).\(hash).parquet" }
}
