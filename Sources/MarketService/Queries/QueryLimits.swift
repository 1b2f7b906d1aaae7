/// The most that one answer is made of, so that no question holds a server up for minutes.
///
/// What a question costs is counted from the catalogue before anything is read, and is the same whether its answer is kept or not.
public struct QueryLimits: Sendable, Hashable {
    /// Trades that are read: about a minute of two processors.
    public var trades = 2_000_000_000
    /// Files that are opened: days of open interest of a venue, or of options of a family.
    public var files = 20_000

    /// The usual limits.
    public init() {}

    /// No limits: for who waits for what they asked for.
    public static let none = {
        var limits = QueryLimits()
        (limits.trades, limits.files) = (.max, .max)
        return limits
    }()

    /// - Throws: ``QueryCostError`` where an answer would be made of more trades.
    func check(trades: Int) throws(QueryCostError) {
        guard trades <= self.trades else { throw QueryCostError(.trades, wanted: trades, most: self.trades) }
    }

    /// - Throws: ``QueryCostError`` where an answer would want more files.
    func check(files: Int) throws(QueryCostError) {
        guard files <= self.files else { throw QueryCostError(.files, wanted: files, most: self.files) }
    }
}

/// Why a question is not answered: it asks for too much at once.
public struct QueryCostError: Error, Sendable, Hashable, CustomStringConvertible {
    enum Unit: String, Sendable, Hashable {
        case trades
        case files
    }

    let unit: Unit
    let wanted: Int
    let most: Int

    init(_ unit: Unit, wanted: Int, most: Int) {
        self.unit = unit
        self.wanted = wanted
        self.most = most
    }

    /// One line that says what to ask instead.
    public var description: String {
        "the answer would be made of \(wanted) \(unit.rawValue), and \(most) are read for one: ask for a shorter time or fewer rows"
    }
}
