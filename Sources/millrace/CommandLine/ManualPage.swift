/// The manual page millrace(1) in man(7)'s language, made from the declarations.
enum ManualPage {
    /// The page of these commands.
    static func text(_ commands: [Command]) -> String {
        var page = """
            .\\" Made by 'millrace manual'.
            .TH MILLRACE 1 "" "millrace \(Program.version)" "User Commands"
            .ad l
            .SH NAME
            millrace \\- self-hosted order flow
            .SH SYNOPSIS
            .B millrace
            .I COMMAND
            .RI [ WORD ]...
            .PP
            .B millrace
            .I COMMAND
            .B \\-\\-help
            .SH DESCRIPTION
            Millrace takes the trade tape of exchanges and answers with exact order flow: bars as files, and APIs over HTTP.
            .PP
            Results go to standard output; progress, notes and errors to standard error. An option is
            .B \\-\\-name VALUE
            or
            .BR \\-\\-name=VALUE ;
            .B \\-\\-
            ends them. Times are ISO 8601, UTC unless they say otherwise, or milliseconds since 1970. A reader that goes away ends a command
            quietly.
            .SH COMMANDS

            """
        for command in commands { page += section(command) }
        page += """
            .SH OPTIONS OF ALL COMMANDS
            \(CommandOption.common.map { item(label(of: $0), $0.explanation) }.joined(separator: "\n"))
            .SH EXIT STATUS
            \(item("0", "It is done."))
            \(item("1", "It failed, or the answer is no: damage was found, a file has faults."))
            \(item("2", "The command line is wrong; one line on standard error says what to write."))
            .SH ENVIRONMENT
            \(item(bold("TMPDIR"), "Where a dump is sorted whose rows are out of order. Default: /tmp."))

            """
        return page
    }

    private static func section(_ command: Command) -> String {
        var text = ".SS millrace \(escaped(command.name))\n\(line("\(command.summary)."))\n"
        if !command.operands.isEmpty || !command.options.isEmpty {
            let words =
                command.operands.map { "\\fI\(escaped($0.usage))\\fR" }
                + command.options.map { option in
                    let head = label(of: option)
                    return option.required ? head : "[\(head)]" + (option.repeatable ? "..." : "")
                }
            // A hanging indent: what follows the name stands beneath its beginning.
            text += ".HP\n\(bold("millrace \(command.name)")) \(words.joined(separator: " "))\n"
        }
        for paragraph in command.discussion.split(separator: "\n\n") { text += self.paragraph(paragraph) }
        text += command.operands.map { item("\\fI\(escaped($0.name))\\fR", "\($0.help).") + "\n" }.joined()
        text += command.options.map { item(label(of: $0), $0.explanation) + "\n" }.joined()
        for example in command.examples {
            text += ".PP\n\(line("\(example.purpose.capitalizedFirst):"))\n.PP\n.nf\n.RS\n\(line(example.line))\n.RE\n.fi\n"
        }
        return text
    }

    /// A paragraph: what is indented in it keeps its lines.
    private static func paragraph(_ text: Substring) -> String {
        var result = ".PP\n"
        var isKept = false
        for one in text.split(separator: "\n") {
            if one.hasPrefix(" ") != isKept {
                isKept.toggle()
                result += isKept ? ".nf\n" : ".fi\n"
            }
            result += line(one) + "\n"
        }
        return result + (isKept ? ".fi\n" : "")
    }

    private static func item(_ head: String, _ text: String) -> String { ".TP\n\(head)\n\(line(text))" }

    private static func label(of option: CommandOption) -> String {
        bold("--\(option.name)") + (option.value.map { " \\fI\(escaped($0))\\fR" } ?? "")
    }

    private static func bold(_ text: String) -> String { "\\fB\(escaped(text))\\fR" }

    /// A line of text: one that begins with a dot or an apostrophe would be a request.
    private static func line(_ text: some StringProtocol) -> String {
        let line = escaped(text)
        return line.hasPrefix(".") || line.hasPrefix("'") || line.hasPrefix("\\(aq") ? "\\&\(line)" : line
    }

    /// Text as it stands: hyphens that are typed as such, no escapes, no letters beyond ASCII but as code points.
    private static func escaped(_ text: some StringProtocol) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\e"
            case "-": result += "\\-"
            case "'": result += "\\(aq"
            case "`": result += "\\(ga"
            case "^": result += "\\(ha"
            case "~": result += "\\(ti"
            case "…": result += "..."
            case _ where !scalar.isASCII:
                let digits = String(scalar.value, radix: 16, uppercase: true)
                result += "\\[u\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)]"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

extension String {
    /// The text with its first letter in upper case, to begin a sentence.
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
