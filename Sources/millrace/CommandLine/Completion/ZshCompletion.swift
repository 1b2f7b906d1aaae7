/// The completion script for zsh, in the form of its own functions: `_millrace` in a directory of `fpath`.
enum ZshCompletion {
    /// The script.
    static func script(_ commands: [Command]) -> String {
        let words = CompletionWords(commands: commands)
        return """
            #compdef millrace
            # Completion of millrace's command line for zsh, made by 'millrace completion zsh'.

            # Some of the words, parted by commas.
            _millrace_list() { _sequence compadd "$@" }

            # One of the words, and a mark after it, which is the first argument.
            _millrace_stem() {
                local mark=$1
                shift
                compadd -S "$mark" -q - "$@"
            }

            _millrace() {
                local command=$words[2]
                local -a choices
                if (( CURRENT == 2 )); then
                    choices=(
            \(described(words.heads.map { ($0.name, $0.summary) }, indent: 12))
                    )
                    _describe -t commands command choices
                    [[ $PREFIX == -* ]] && compadd - --help --version
                    return
                fi
                case $command in
            \(words.heads.filter { !$0.members.isEmpty }.map(family).joined(separator: "\n"))
                esac
                shift words
                (( CURRENT-- ))
                case $command in
            \(commands.map(arguments).joined(separator: "\n"))
                esac
            }

            # Sourced, the file declares the function; out of fpath, its body is the function.
            if [[ $funcstack[1] == _millrace ]]; then _millrace "$@"; else compdef _millrace millrace; fi

            """
    }

    private static func family(_ head: CompletionWords.Head) -> String {
        """
                \(head.name))
                    if (( CURRENT == 3 )); then
                        choices=(
        \(described(head.members, indent: 16))
                        )
                        _describe -t commands '\(head.name) command' choices
                        return
                    fi
                    command="$command $words[3]"
                    shift words
                    (( CURRENT-- ))
                    ;;
        """
    }

    private static func described(_ rows: [(name: String, summary: String)], indent: Int) -> String {
        rows.map { String(repeating: " ", count: indent) + CompletionWords.quote("\($0.name):\($0.summary)") }.joined(separator: "\n")
    }

    private static func arguments(_ command: Command) -> String {
        let options = CompletionWords.options(of: command).map { option -> String in
            let head = "\(option.repeatable ? "*" : "")--\(option.name)\(option.value == nil ? "" : "=")[\(bracketed(option.help))]"
            return option.value.map { "\(head):\(spoken($0)):\(action(option.takes))" } ?? head
        }
        let operands = command.operands.map { operand in
            "\(operand.repeatable ? "*" : ""):\(spoken(operand.name)):\(action(operand.takes))"
        }
        let lines = (options + operands).map { "                    " + CompletionWords.quote($0) }.joined(separator: " \\\n")
        let name = command.name.replacing(" ", with: "\\ ")
        return "        \(name))\n            _arguments -S \\\n\(lines)\n            ;;"
    }

    private static func action(_ kind: ValueKind) -> String {
        switch kind {
        // A blank action shows what is wanted and completes nothing.
        case .free: " "
        case .file: "_files"
        case .directory: "_files -/"
        case .choice(let words), .suggestion(let words): "(\(words.map(spoken).joined(separator: " ")))"
        case .list(let words): "_millrace_list - \(words.joined(separator: " "))"
        case .stem(let words, let mark): "_millrace_stem \(spoken(String(mark))) \(words.joined(separator: " "))"
        }
    }

    /// Text between `[` and `]`.
    private static func bracketed(_ text: String) -> String {
        text.replacing(#"\"#, with: #"\\"#).replacing("[", with: #"\["#).replacing("]", with: #"\]"#)
    }

    /// Text between colons.
    private static func spoken(_ text: String) -> String { text.replacing(":", with: #"\:"#) }
}
