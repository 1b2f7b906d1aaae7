import MarketService
import Transport

/// What answers say of a basket, and the names of its members in rows.
struct BasketNames: Sendable {
    private let basket: Basket
    /// Rows name the same sets again and again.
    private var texts: [UInt64: String] = [:]

    init(_ basket: Basket) { self.basket = basket }

    /// Some members, parted by spaces.
    mutating func text(_ places: UInt64) -> String {
        if let known = texts[places] { return known }
        let text = basket.names(places).joined(separator: " ")
        // A set for each bar of years would be as many as the bars.
        if texts.count == 1024 { texts.removeAll() }
        texts[places] = text
        return text
    }

    /// What ``writeHead(to:missing:)`` writes.
    static let head = [
        JSONShape.Member("venue", .choice([Basket.venue]), "That it is a basket"), JSONShape.Member("symbol", .text, "The basket"),
        JSONShape.Member("members", .list(.text), "The basket's instruments"),
        JSONShape.Member("missing", .list(.text), "Those of them that have no tape of any of the times asked for"),
    ]

    /// - Parameter missing: the members that have no tape of any of the times that were asked for.
    func writeHead(to json: inout JSONWriter, missing: UInt64) {
        json.member("venue", Basket.venue)
        json.member("symbol", basket.name)
        for (name, names) in [("members" as StaticString, basket.members.map(\.description)), ("missing", basket.names(missing))] {
            json.key(name)
            json.beginArray()
            for name in names { json.value(name) }
            json.endArray()
        }
    }

    /// The same for files.
    func metadata(missing: UInt64) -> [(String, String)] {
        [
            ("millrace.venue", Basket.venue), ("millrace.symbol", basket.name),
            ("millrace.members", basket.members.map(\.description).joined(separator: " ")),
            ("millrace.missing", basket.names(missing).joined(separator: " ")),
        ]
    }
}
