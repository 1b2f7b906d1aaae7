/// Where something stands in a text: line and column, both from 1. A column is a Unicode scalar; lines end as editors end them.
public struct ConfigPosition: Sendable, Hashable, Comparable {
    /// The line, from 1.
    public let line: Int
    /// The column, from 1.
    public let column: Int

    /// Creates a position.
    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    public static func < (a: ConfigPosition, b: ConfigPosition) -> Bool { (a.line, a.column) < (b.line, b.column) }
}

/// One thing that is wrong with a file, and where.
public struct ConfigFault: Error, Sendable, Hashable {
    /// Where it begins.
    public let position: ConfigPosition
    /// What is wrong and what is wanted, without a line feed.
    public let message: String

    /// Creates a fault.
    public init(_ position: ConfigPosition, _ message: String) {
        self.position = position
        self.message = message
    }

    /// `plans.json5:12:7: what is wrong`, as compilers write it and editors follow it.
    public func line(in file: String) -> String { "\(file):\(position.line):\(position.column): \(message)" }

    /// A text out of a file as a message quotes it: nothing in it can move a terminal's cursor or fill its screen.
    public static func quote(_ text: some StringProtocol) -> String {
        let scalars = text.unicodeScalars
        let shown = scalars.prefix(60).map { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: scalar.escaped(asASCII: true)
            default: String(scalar)
            }
        }
        return "'\(shown.joined())\(scalars.dropFirst(60).isEmpty ? "" : "…")'"
    }
}

/// All that is wrong with a file, in the order in which it stands there; never empty.
public struct ConfigFaults: Error, Sendable, Hashable {
    /// The faults, the topmost first.
    public let faults: [ConfigFault]

    /// Puts faults in order.
    public init(_ faults: [ConfigFault]) { self.faults = faults.sorted { $0.position < $1.position } }
}
