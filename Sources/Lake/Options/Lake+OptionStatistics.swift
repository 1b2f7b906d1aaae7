public import MarketModel
import SQLite
import Synchronization

/// A statement about options, and where it was found.
public struct HeldOptionStatement: Sendable, Hashable {
    /// What is said.
    public var statement: OptionStatement
    /// The file or the address it was read from.
    public var origin: String
    /// When it was read, in microseconds since 1970-01-01 UTC.
    public var said: Int64
}

/// What was said before somebody said otherwise.
public struct OptionCorrection: Sendable, Hashable {
    /// What was believed until then.
    public var before: HeldOptionStatement
    /// When it was replaced, in microseconds since 1970-01-01 UTC.
    public var replaced: Int64
}

/// What came of keeping statements.
public struct OptionStatementReport: Sendable, Hashable {
    /// Statements of which nothing was known.
    public var new = 0
    /// Statements that say what was known.
    public var known = 0
    /// Statements that replaced others of the same source.
    public var corrected = 0

    /// Creates a report of nothing.
    public init() {}

    /// Adds what came of further statements.
    public mutating func add(_ other: OptionStatementReport) {
        new += other.new
        known += other.known
        corrected += other.corrected
    }
}

extension Lake {
    /// Keeps what a publisher says of options; what the same source said before of the same day goes to the history.
    ///
    /// Any process may do so at any time. All statements are on the disk when this returns, or none.
    ///
    /// - Parameters:
    ///   - origin: the file or the address they were read from.
    ///   - time: now, in microseconds since 1970-01-01 UTC.
    /// - Throws: what SQLite says.
    @discardableResult
    public func keepOptionStatements(_ statements: [OptionStatement], origin: String, at time: Int64) throws -> OptionStatementReport {
        try OptionStatisticFile(lake: directory, create: true).keep(statements, origin: origin, at: time)
    }

    /// What publishers say of options, by subject, measure, day and source; of several sources of a day each.
    ///
    /// - Throws: what SQLite says.
    /// - Complexity: O(statements).
    public func optionStatements() throws -> [HeldOptionStatement] {
        try OptionStatisticFile.held(lake: directory)?.statements().rows ?? []
    }

    /// What statements said before they were corrected, the oldest correction first.
    public func optionCorrections() throws -> [OptionCorrection] {
        try OptionStatisticFile.held(lake: directory)?.history() ?? []
    }
}

/// Reads what publishers say of options again whenever somebody has written, in this process or another.
public final class OptionStatementReader: Sendable {
    private struct State: Sendable {
        var file: OptionStatisticFile?
        var version: Int?
        var hasAnswered = false
    }

    private let lake: Lake
    private let state = Mutex(State())

    /// Creates a reader.
    public init(_ lake: Lake) { self.lake = lake }

    /// All statements if they may have changed since the last call, else nil; empty where nothing was ever kept.
    ///
    /// - Throws: what SQLite says; the next call tries again.
    /// - Complexity: O(statements) where something was written, else O(1).
    public func changes() throws -> [HeldOptionStatement]? {
        try state.withLock { state in
            if state.file == nil { state.file = try OptionStatisticFile.held(lake: lake.directory) }
            let version = try state.file?.version()
            guard version != state.version || !state.hasAnswered else { return nil }
            let rows = try state.file?.statements().rows ?? []
            (state.version, state.hasAnswered) = (version, true)
            return rows
        }
    }
}
