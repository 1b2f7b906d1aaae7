/// Help, made from the declarations.
enum CommandHelp {
    /// The help of one command.
    static func text(for command: Command) -> String {
        let parts = ["millrace \(command.name)"] + command.operands.map(\.usage) + command.options.map(\.usage)
        var text = "\(command.summary).\n\nUsage: " + wrap(parts, indent: 7 + 9, width: 100) + "\n"
        if !command.discussion.isEmpty { text += "\n\(command.discussion)\n" }
        if !command.operands.isEmpty { text += "\n" + table(command.operands.map { ($0.name, $0.help) }) }
        let options = command.options + CommandOption.common
        text += "\nOptions:\n" + table(options.map { (label(of: $0), $0.explanation) })
        if !command.examples.isEmpty {
            text += "\nExamples:\n" + command.examples.map { "  # \($0.purpose)\n  \($0.line)\n" }.joined(separator: "\n")
        }
        return text
    }

    /// The help of the binary, or of a family of commands such as `keys`.
    static func text(for commands: [Command], family: String? = nil) -> String {
        let intro =
            family.map { "millrace \($0): a family of commands" }
            ?? "millrace \(Program.version): self-hosted order flow. It takes the trade tape of exchanges and answers with exact order flow"
        return """
            \(intro).

            Usage: millrace \(family.map { "\($0) " } ?? "")COMMAND …

            \(table(commands.map { ($0.name, $0.summary) }))
            'millrace COMMAND --help' explains a command and shows examples. 'millrace --version' prints the version.

            """
    }

    private static func label(of option: CommandOption) -> String {
        "--\(option.name)" + (option.value.map { " \($0)" } ?? "")
    }

    /// Two columns; the second is wrapped.
    private static func table(_ rows: [(String, String)]) -> String {
        let width = min(28, rows.map(\.0.count).max() ?? 0)
        return rows.map { left, right in
            let gap = String(repeating: " ", count: max(2, width + 2 - left.count))
            return "  \(left)\(gap)" + wrap(right.split(separator: " ").map(String.init), indent: width + 4, width: 100) + "\n"
        }.joined()
    }

    /// Joins words by blanks, starting a new, indented line where the next word would pass `width`.
    private static func wrap(_ words: [String], indent: Int, width: Int) -> String {
        var text = ""
        var column = indent
        for word in words {
            if column > indent {
                if column + 1 + word.count > width {
                    text += "\n" + String(repeating: " ", count: indent)
                    column = indent
                } else {
                    text += " "
                    column += 1
                }
            }
            text += word
            column += word.count
        }
        return text
    }
}
