/// Something that whoever runs a server may want to know: a message that is the same every time, and fields that tell one case from another.
///
///     report("trades of \(.symbol, "BTCUSDT") are dropped: the disk takes nothing")
///     // message  trades of {symbol} are dropped: the disk takes nothing
///     // symbol   BTCUSDT
///     // text     trades of BTCUSDT are dropped: the disk takes nothing
///
/// A literal is a warning; ``error(_:)``, ``info(_:)`` and ``debug(_:)`` make the others.
public struct Notice: Sendable, Hashable, CustomStringConvertible {
    /// How much a notice matters.
    public enum Level: String, Sendable, Hashable, CaseIterable, Comparable {
        /// What happens in normal work.
        case debug
        /// What somebody asked for, and what ended well after a warning.
        case info
        /// What is not as it should be and mends itself, or can wait.
        case warning
        /// What is lost, or cannot be answered: somebody has to look.
        case error

        public static func < (one: Level, other: Level) -> Bool { one.rank < other.rank }

        private var rank: Int { Level.allCases.firstIndex(of: self) ?? 0 }
    }

    /// What a field says.
    public enum Field: String, Sendable, Hashable, CaseIterable {
        /// A venue, as `binance-spot`.
        case venue
        /// An instrument, as its venue spells it.
        case symbol
        /// A family of options: a coin of a venue.
        case family
        /// Who publishes statistics of options.
        case publisher
        /// A vendor whose API is served.
        case vendor
        /// A plan of a vendor's.
        case plan
        /// A key's id, never the key.
        case key
        /// A request's id, as its answer's `X-Request-Id` has it.
        case request
        /// The façade that answered.
        case facade
        /// A request's method.
        case method
        /// A request's path, without its query.
        case path
        /// The status of an answer.
        case status
        /// The address that asked.
        case client
        /// An address of this server.
        case address
        /// An option of the command line.
        case option
        /// A file or folder.
        case file
        /// Where something is fetched from.
        case url
        /// A day, UTC.
        case day
        /// What kind of data it is about.
        case data
        /// How many.
        case count
        /// How long it took.
        case milliseconds
        /// What it was before.
        case before
        /// What it is now.
        case now
        /// What went wrong, in words that vary.
        case reason
    }

    /// What a field holds.
    public enum Value: Sendable, Hashable, CustomStringConvertible {
        case text(String)
        case number(Int64)

        public var description: String {
            switch self {
            case .text(let text): text
            case .number(let number): String(number)
            }
        }
    }

    /// How much it matters.
    public var level: Level
    fileprivate var parts: [Part]

    fileprivate enum Part: Sendable, Hashable {
        case literal(String)
        case field(Field, Value)
    }

    /// The words that are the same every time, with the names of fields in braces.
    public var message: String {
        parts.reduce(into: "") { text, part in
            switch part {
            case .literal(let words): text += words
            case .field(let name, _): text += "{\(name.rawValue)}"
            }
        }
    }

    /// The fields in the order in which the message names them.
    public var fields: [(name: Field, value: Value)] {
        parts.compactMap { part in if case .field(let name, let value) = part { (name, value) } else { nil } }
    }

    /// The message with the fields in their places.
    public var text: String {
        parts.reduce(into: "") { text, part in
            switch part {
            case .literal(let words): text += words
            case .field(_, let value): text += value.description
            }
        }
    }

    /// The text.
    public var description: String { text }

    /// The same notice of a part: "binance-spot: …".
    ///
    /// - Complexity: O(length).
    public func of(_ field: Field, _ value: some CustomStringConvertible) -> Notice {
        var notice = self
        notice.parts.insert(contentsOf: [.field(field, .text(value.description)), .literal(": ")], at: 0)
        return notice
    }

    /// The same notice, which tells that so many like it were left out before.
    public func leavingOut(_ count: Int) -> Notice {
        var notice = self
        notice.parts += [.literal(" (and "), .field(.count, .number(Int64(count))), .literal(" more like this before)")]
        return notice
    }

    /// The notice as an error.
    public static func error(_ notice: Notice) -> Notice { notice.at(.error) }

    /// The notice as information.
    public static func info(_ notice: Notice) -> Notice { notice.at(.info) }

    /// The notice as a detail of normal work.
    public static func debug(_ notice: Notice) -> Notice { notice.at(.debug) }

    private func at(_ level: Level) -> Notice {
        var notice = self
        notice.level = level
        return notice
    }
}

extension Notice: ExpressibleByStringInterpolation {
    public init(stringLiteral text: String) {
        level = .warning
        parts = [.literal(text)]
    }

    public init(stringInterpolation: Interpolation) {
        level = .warning
        parts = stringInterpolation.parts
    }

    /// Takes a literal apart: every value has to say which field it is.
    public struct Interpolation: StringInterpolationProtocol, Sendable {
        fileprivate var parts: [Part] = []

        public init(literalCapacity: Int, interpolationCount: Int) {}

        /// Adds words.
        public mutating func appendLiteral(_ literal: String) {
            if !literal.isEmpty { parts.append(.literal(literal)) }
        }

        /// Adds a field; whole numbers stay numbers.
        public mutating func appendInterpolation(_ field: Field, _ number: some BinaryInteger) {
            parts.append(.field(field, .number(Int64(clamping: number))))
        }

        /// Adds a field.
        public mutating func appendInterpolation(_ field: Field, _ value: some CustomStringConvertible) {
            parts.append(.field(field, .text(value.description)))
        }

        /// Adds what went wrong.
        public mutating func appendInterpolation(_ error: any Error) {
            parts.append(.field(.reason, .text("\(error)")))
        }
    }
}
