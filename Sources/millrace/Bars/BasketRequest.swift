import Config
import MarketService
import OrderFlow

/// A basket whose bars are asked for, and where its members' tapes are, checked.
struct BasketRequest {
    let basket: Basket
    let data: String

    /// Whether a basket is asked for: `--venue basket`.
    static func isAsked(_ arguments: Arguments) -> Bool { arguments.value("venue") == Basket.venue }

    /// Does what a basket is asked for, with the one of the name in the file that `--config` names.
    ///
    /// - Returns: nil where the file is wrong, after each fault has been said.
    static func with(_ arguments: Arguments, _ body: (BasketRequest) throws -> Void) throws -> Void? {
        guard let file = PlanFile(arguments) else {
            throw UsageError("--venue \(Basket.venue) wants --config FILE, the file that declares baskets")
        }
        return try PlanFile.withConfiguration(file) { try body(BasketRequest(arguments, $0.baskets, of: file.path)) }
    }

    private init(_ arguments: Arguments, _ baskets: Baskets, of path: String) throws {
        guard !arguments.has("input") else {
            throw UsageError("--input is the dump of one instrument; a basket's bars are read from its members' tapes: write --data DIR")
        }
        try ArchiveIntake.requireInput(arguments)
        data = try arguments.required("data")
        guard arguments.value("clock") != "true" else {
            throw UsageError("--clock true is of one instrument; bars of a basket follow the exchanges' clocks")
        }
        let name = try arguments.required("symbol")
        guard let basket = baskets.all.first(where: { $0.name == name }) else {
            let known = baskets.all.map(\.name)
            let nearest = NearestName.of(name, in: known).map { ". Did you mean \($0)?" } ?? ""
            throw UsageError(
                "there is no basket '\(name)' in \(path)"
                    + (known.isEmpty ? ": it declares none" : "; there are: \(known.joined(separator: ", "))\(nearest)"))
        }
        self.basket = basket
    }

    /// A dataset of the basket.
    ///
    /// - Throws: ``UsageError`` that says why it has none of that name.
    func dataset(_ name: some StringProtocol) throws -> Dataset<BasketRow> {
        _ = try Dataset<BarRow>.asked(name)
        do {
            return try basket.dataset(name)
        } catch {
            throw UsageError(error.description)
        }
    }
}
