import Config
import MarketModel

/// What an option or operand takes: what help says of it, what shells complete and what the parser checks.
enum ValueKind: Sendable {
    /// Any text: a number, a time, a name.
    case free
    /// A path of a file.
    case file
    /// A path of a directory.
    case directory
    /// One of these words and no other.
    case choice([String])
    /// One of these words, or another that only the command can judge.
    case suggestion([String])
    /// Some of these words, parted by commas; the command judges them.
    case list([String])
    /// One of these words and the mark, then more that is the user's own: `binance-spot:BTCUSDT`.
    case stem([String], mark: Character)

    /// The markets whose rules the binary knows; others are taken as they are.
    static let venue = suggestion(Venue.known.map(\.name))
    /// The lengths of bars.
    static let interval = choice(Interval.allCases.map(\.name))
    /// Several lengths of bars.
    static let intervals = list(Interval.allCases.map(\.name))

    /// The only words there are, or none if others may be right too.
    var choices: [String] {
        if case .choice(let words) = self { words } else { [] }
    }

    /// Checks a value.
    ///
    /// - Parameter name: what the value is called in the message: `--format`.
    /// - Throws: ``UsageError`` that lists the choices and guesses which one was meant.
    func check(_ value: String, of name: String) throws(UsageError) {
        guard case .choice(let words) = self, !words.contains(value) else { return }
        let nearest = NearestName.of(value, in: words).map { ". Did you mean \($0)?" } ?? ""
        throw UsageError("\(name) \(value): choose one of \(words.joined(separator: ", "))\(nearest)")
    }
}
