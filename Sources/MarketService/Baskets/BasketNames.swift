import OrderFlow

/// The names of a basket's members in its rows, which name the same sets again and again.
struct BasketNames: Sendable {
    private let basket: Basket
    private var texts: [UInt64: String] = [:]

    init(_ basket: Basket) { self.basket = basket }

    /// The names that a row has.
    mutating func names(contributors: UInt64, missing: UInt64) -> BasketRow.Names {
        BasketRow.Names(contributors: text(contributors), missing: text(missing))
    }

    private mutating func text(_ places: UInt64) -> String {
        if let known = texts[places] { return known }
        let text = basket.names(places).joined(separator: " ")
        // A set for each bar of years would be as many as the bars.
        if texts.count == 1024 { texts.removeAll() }
        texts[places] = text
        return text
    }
}
