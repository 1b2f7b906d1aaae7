/// One thing the binary does: its words, options and examples as data, from which `--help` and the parser are made, and the work itself.
struct Command: Sendable {
    /// One word, or two for a family: `verify`, `keys create`.
    let name: String
    /// What it does, in one line without a full stop.
    let summary: String
    /// What a new user has to know beyond the options; paragraphs are parted by an empty line.
    var discussion = ""
    /// The words after the name, in order.
    var operands: [CommandOperand] = []
    /// The options; `--help` and `--quiet` are everyone's.
    var options: [CommandOption] = []
    /// Whole command lines that work, each with what it is for.
    var examples: [CommandExample] = []
    /// Does the work. Throw to end with one line on stderr and status 1 (``UsageError``: 2).
    let run: @Sendable (Arguments, Console) throws -> ExitStatus

    /// The operand that the word at a place, from 0, is; nil if it is one too many.
    func operand(at place: Int) -> CommandOperand? {
        if place < operands.count { return operands[place] }
        guard let last = operands.last, last.repeatable else { return nil }
        return last
    }
}

/// How a command ended.
enum ExitStatus: Int32, Sendable {
    case success = 0
    case failure = 1
    case badUsage = 2
}

/// A word after the command's name that is not an option.
struct CommandOperand: Sendable {
    /// Upper case, as shown in help: `FILE`.
    let name: String
    let help: String
    /// What it may be.
    var takes = ValueKind.free
    var required = true
    /// Whether it takes all the words that are left.
    var repeatable = false

    /// The operand as a usage line shows it: `FILE…`, `[FILE]`.
    var usage: String {
        let word = repeatable ? "\(name)…" : name
        return required ? word : "[\(word)]"
    }
}

/// A command line to copy, and what it is for.
struct CommandExample: Sendable {
    let line: String
    let purpose: String

    init(_ line: String, _ purpose: String) {
        self.line = line
        self.purpose = purpose
    }
}
