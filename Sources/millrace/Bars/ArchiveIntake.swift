import Archives
import MarketModel

/// The options with which commands take in dumps.
struct ArchiveIntake {
    /// Which column is which, where the user says so.
    let columns: ColumnMapping?
    /// What one contract is worth, where the user says so.
    let contractSize: FixedPoint?
    /// Whether a file with nearly all trades on one side is accepted.
    let force: Bool

    /// The declarations of the options.
    static let options: [CommandOption] = [
        CommandOption("columns", "MAP", "Which column is which, as timestamp=1,price=2,quantity=3,side=4,id=5 or by name"),
        CommandOption("contract-size", "N", "What one contract is worth, where the built-in table does not know"),
        .flag("force", "Accept a file with nearly all trades on one side"),
    ]

    init(_ arguments: Arguments) throws {
        columns = try arguments.value("columns").map { text in
            do { return try ColumnMapping(text) } catch { throw UsageError("\(error)") }
        }
        contractSize = try arguments.value("contract-size").map { text in
            guard let size = try? FixedPoint(text: text), size.mantissa > 0 else {
                throw UsageError("--contract-size \(text): a decimal number above zero is wanted, such as 100 or 0.01")
            }
            return size
        }
        force = arguments.has("force")
    }

    /// Refuses options that say how a dump is read, where none is.
    static func requireInput(_ arguments: Arguments) throws(UsageError) {
        guard !arguments.has("input") else { return }
        for option in options where arguments.has(option.name) {
            throw UsageError("--\(option.name) says how a dump is read: it goes with --input FILE")
        }
    }
}
