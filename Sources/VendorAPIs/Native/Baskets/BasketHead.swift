import MarketService
import Transport

/// What answers say of a basket before their rows.
struct BasketHead: Sendable {
    let basket: Basket
    /// The members that have no tape of any of the times that were asked for, a bit for each.
    let missing: UInt64

    /// What ``write(to:)`` writes.
    static let members = [
        JSONShape.Member("venue", .choice([Basket.venue]), "That it is a basket"), JSONShape.Member("symbol", .text, "The basket"),
        JSONShape.Member("members", .list(.text), "The basket's instruments"),
        JSONShape.Member("missing", .list(.text), "Those of them that have no tape of any of the times asked for"),
    ]

    func write(to json: inout JSONWriter) {
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
    var metadata: [(String, String)] { basket.metadata(missing: missing) }
}
