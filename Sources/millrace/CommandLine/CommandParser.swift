import Config

/// Turns the words after a command's name into ``Arguments``, by the command's own declaration.
struct CommandParser {
    let command: Command

    /// Parses the words.
    ///
    /// `--name VALUE` and `--name=VALUE` are the same; `--` ends the options; `-` alone is an operand (standard input).
    /// - Throws: ``UsageError`` naming the word that does not fit.
    func parse(_ words: some Sequence<String>) throws(UsageError) -> Arguments {
        var arguments = Arguments(command: command)
        var rest = Array(words)[...]
        while let word = rest.popFirst() {
            if word == "--" {
                arguments.operands += rest
                break
            }
            guard word.hasPrefix("-"), word != "-" else {
                arguments.operands.append(word)
                continue
            }
            let (name, inline) = Self.split(word)
            let option = try find(name, as: word)
            guard option.value != nil else {
                if inline != nil { throw UsageError("--\(option.name) is a switch and takes no value") }
                arguments.values[option.name, default: []].append("")
                continue
            }
            let value: String
            if let inline {
                value = inline
            } else {
                value = try nextValue(of: option, from: &rest)
            }
            try option.takes.check(value, of: "--\(option.name)")
            if !option.repeatable, arguments.values[option.name] != nil { throw UsageError("--\(option.name) is given twice") }
            arguments.values[option.name, default: []].append(value)
        }
        if !arguments.has("help") { try check(arguments) }
        return arguments
    }

    private static func split(_ word: String) -> (name: Substring, value: String?) {
        switch word {
        case "-h": return ("help", nil)
        case "-q": return ("quiet", nil)
        default: break
        }
        let body = word.drop { $0 == "-" }
        guard let equals = body.firstIndex(of: "=") else { return (body, nil) }
        return (body[..<equals], String(body[body.index(after: equals)...]))
    }

    private func find(_ name: Substring, as word: String) throws(UsageError) -> CommandOption {
        let options = command.options + CommandOption.common
        if let option = options.first(where: { $0.name == name }) { return option }
        let known = options.map(\.name)
        let nearest = NearestName.of(String(name), in: known).map { ". Did you mean --\($0)?" } ?? ""
        throw UsageError("there is no option \(word.prefix { $0 != "=" })\(nearest)")
    }

    private func nextValue(of option: CommandOption, from rest: inout ArraySlice<String>) throws(UsageError) -> String {
        guard let value = rest.first, !value.hasPrefix("--") else {
            throw UsageError("--\(option.name) needs a value: --\(option.name) \(option.value ?? "")")
        }
        rest.removeFirst()
        return value
    }

    private func check(_ arguments: Arguments) throws(UsageError) {
        for operand in command.operands.filter({ $0.required }).enumerated() where operand.offset >= arguments.operands.count {
            throw UsageError("\(operand.element.name) is missing (\(operand.element.help.lowercasedFirst))")
        }
        if command.operands.last?.repeatable != true, arguments.operands.count > command.operands.count {
            throw UsageError("'\(arguments.operands[command.operands.count])' is one word too many")
        }
        for (place, word) in arguments.operands.enumerated() {
            guard let operand = command.operand(at: place) else { continue }
            try operand.takes.check(word, of: operand.name)
        }
        for option in command.options where option.required && !arguments.has(option.name) {
            throw UsageError("--\(option.name) \(option.value ?? "") is missing (\(option.help.lowercasedFirst))")
        }
    }
}

extension String {
    /// The text with its first letter in lower case, to stand inside a sentence.
    var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
