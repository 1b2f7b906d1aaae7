public import OrderFlow

extension Basket {
    /// The datasets that it has: those that add up over members, and where all trade one coin those of its price.
    public var datasets: [Dataset<BasketRow>] { Dataset<BasketRow>.all.filter { base != nil || !$0.isOfOneCoin } }

    /// One of ``datasets``.
    ///
    /// - Parameter name: a dataset that instruments have.
    /// - Throws: ``BasketLack``, which says why it has none of that name.
    public func dataset(_ name: some StringProtocol) throws(BasketLack) -> Dataset<BasketRow> {
        guard let dataset = Dataset<BasketRow>.named(name) else {
            throw BasketLack(
                "'\(name)' follows the prices of one instrument from trade to trade, and a basket's members trade at prices of their own: "
                    + known)
        }
        guard base != nil || !dataset.isOfOneCoin else {
            throw BasketLack("'\(name)' has prices of one coin, and the members of basket '\(self.name)' trade several: \(known)")
        }
        return dataset
    }

    private var known: String { "basket '\(name)' has \(datasets.map(\.name).joined(separator: ", "))" }

    /// Checks that a basket has footprints.
    ///
    /// - Throws: ``BasketLack`` where its members trade several coins.
    public func requireFootprints() throws(BasketLack) {
        guard base != nil else {
            throw BasketLack(
                "footprints have levels of the price of one coin, and the members of basket '\(name)' trade several: ask for a member")
        }
    }
}

/// What a basket does not have, and why.
public struct BasketLack: Error, Sendable, Hashable, CustomStringConvertible {
    /// The reason, in one line that says what there is.
    public let description: String

    init(_ description: String) { self.description = description }
}
