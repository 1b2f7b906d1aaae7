/// Which column of a CSV holds what, as a user states it: `timestamp=…,price=…,quantity=…[,side=…][,id=…][,symbol=…]`.
///
/// Each value is a header name, compared without regard to case, or a column number from 1. A name in the header wins over a number.
///
///     try ColumnMapping("timestamp=ts,price=4,quantity=size,side=taker")
public struct ColumnMapping: Sendable, Hashable {
    /// The event time.
    public var timestamp: String
    /// The price.
    public var price: String
    /// The quantity, in the venue's own unit.
    public var quantity: String
    /// The taker side, or whether the buyer was the maker; nil where the file does not say.
    public var side: String?
    /// The trade id; nil where there is none.
    public var id: String?
    /// The instrument, where the file holds several.
    public var symbol: String?

    /// Parses the text of `--columns`.
    ///
    /// - Throws: ``ArchiveError`` that says what is missing, twice there, or unknown.
    public init(_ text: String) throws(ArchiveError) {
        var fields: [String: String] = [:]
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let sides = part.split(separator: "=", maxSplits: 1).map { ColumnMapping.trimmed($0) }
            guard sides.count == 2, !sides[1].isEmpty else {
                throw ColumnMapping.failure("'\(part)' is not name=column")
            }
            guard ColumnMapping.roles.contains(sides[0]) else { throw ColumnMapping.failure("'\(sides[0])' is not one of its names") }
            guard fields.updateValue(sides[1], forKey: sides[0]) == nil else {
                throw ColumnMapping.failure("'\(sides[0])' is there twice")
            }
        }
        guard let timestamp = fields["timestamp"], let price = fields["price"], let quantity = fields["quantity"] else {
            throw ColumnMapping.failure("it needs timestamp, price and quantity")
        }
        self.timestamp = timestamp
        self.price = price
        self.quantity = quantity
        side = fields["side"]
        id = fields["id"]
        symbol = fields["symbol"]
    }

    private static let roles: Set<String> = ["timestamp", "price", "quantity", "side", "id", "symbol"]

    private static func failure(_ reason: String) -> ArchiveError {
        ArchiveError(.badMapping, "", "--columns: \(reason); write timestamp=…,price=…,quantity=…[,side=…][,id=…][,symbol=…]")
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
