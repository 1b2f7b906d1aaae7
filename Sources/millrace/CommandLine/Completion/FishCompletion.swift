/// The completion script for fish.
enum FishCompletion {
    /// The script.
    static func script(_ commands: [Command]) -> String {
        let words = CompletionWords(commands: commands)
        var lines = [machinery(words.families), "complete -c millrace -f"]
        for head in words.heads {
            lines.append("complete -c millrace -n '__millrace_is' -a \(head.name) -d \(quote(head.summary))")
            for member in head.members {
                lines.append("complete -c millrace -n '__millrace_is \(head.name)' -a \(member.name) -d \(quote(member.summary))")
            }
        }
        lines.append("complete -c millrace -n '__millrace_is' -l help -d 'Print the list of commands'")
        lines.append("complete -c millrace -n '__millrace_is' -l version -d 'Print the version'")
        for command in commands { lines += CompletionWords.options(of: command).map { option($0, of: command) } + operands(of: command) }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func option(_ option: CommandOption, of command: Command) -> String {
        let value = option.value == nil ? "" : " \(action(option.takes))"
        return "complete -c millrace -n '__millrace_is \(command.name)' -l \(option.name)\(value) -d \(quote(option.help))"
    }

    private static func operands(of command: Command) -> [String] {
        guard let operand = command.operands.first else { return [] }
        return switch operand.takes {
        case .free: []
        case .file, .directory: ["complete -c millrace -n '__millrace_is \(command.name)' -F"]
        default:
            [
                "complete -c millrace -n '__millrace_is \(command.name); and __millrace_first' "
                    + action(operand.takes).replacing("-x ", with: "") + " -d \(quote(operand.name))"
            ]
        }
    }

    private static func action(_ kind: ValueKind) -> String {
        switch kind {
        case .free: "-x"
        case .file: "-r -F"
        case .directory: "-x -a '(__fish_complete_directories)'"
        case .choice(let words), .suggestion(let words): "-x -a \(quote(words.joined(separator: " ")))"
        case .list(let words): "-x -a '(__millrace_list \(words.joined(separator: " ")))'"
        case .stem(let words, let mark): "-x -a \(quote(words.map { "\($0)\(mark)" }.joined(separator: " ")))"
        }
    }

    private static func quote(_ text: String) -> String { CompletionWords.quote(text, backslash: true) }

    private static func machinery(_ families: [String]) -> String {
        """
        # Completion of millrace's command line for fish, made by 'millrace completion fish'.

        # Whether the line's command is this one, of one word or two; without words, whether there is none yet.
        function __millrace_is
            set -l words (commandline -opc)[2..]
            set -l name $words[1]
            contains -- "$name" \(families.joined(separator: " ")); and set -a name $words[2]
            test "$name" = "$argv"
        end

        # Whether no operand of a command of one word is there yet: its options take a word each, switches are few.
        function __millrace_first
            set -l words (commandline -opc)[3..]
            test (count $words) -eq 0
        end

        # Some of the words, parted by commas.
        function __millrace_list
            set -l written (commandline -ct | string replace -r '^--[^=]*=' '' | string replace -r '[^,]*$' '')
            printf '%s\\n' $written$argv
        end

        """
    }
}
