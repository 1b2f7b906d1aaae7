/// The completion script for bash. It needs bash 4.4 and nothing else.
enum BashCompletion {
    /// The script.
    static func script(_ commands: [Command]) -> String {
        let words = CompletionWords(commands: commands)
        return """
            # Completion of millrace's command line for bash, made by 'millrace completion bash'.

            # What may follow the words in $1: commands, and the options of a command.
            _millrace_words() {
                case $1 in
                    '') echo '\((words.heads.map(\.name) + ["help", "--help", "--version"]).joined(separator: " "))' ;;
            \(lines(words))
                esac
            }

            # What an option or operand takes: sets kind, and choices where it has some.
            _millrace_takes() {
                case $1 in
            \(kinds(commands))
                esac
            }

            \(machinery(words.families))

            """
    }

    private static func lines(_ words: CompletionWords) -> String {
        let families = words.heads.filter { !$0.members.isEmpty }
            .map { "        '\($0.name)') echo '\($0.members.map(\.name).joined(separator: " "))' ;;" }
        let options = words.commands.map { command in
            let names = CompletionWords.options(of: command).map { "--\($0.name)" }
            return "        '\(command.name)') echo '\(names.joined(separator: " "))' ;;"
        }
        return (families + options).joined(separator: "\n")
    }

    /// The arms of a `case`: those that take the same stand together.
    private static func kinds(_ commands: [Command]) -> String {
        var arms: [(keys: [String], takes: String)] = []
        func add(_ key: String, _ kind: ValueKind) {
            let takes = assignment(kind)
            if let place = arms.firstIndex(where: { $0.takes == takes }) {
                arms[place].keys.append(key)
            } else {
                arms.append(([key], takes))
            }
        }
        for command in commands {
            for option in command.options where option.value != nil { add("'\(command.name) --\(option.name)'", option.takes) }
            for (place, operand) in command.operands.enumerated() {
                add(operand.repeatable ? "'\(command.name) '[0-9]*" : "'\(command.name) \(place)'", operand.takes)
            }
        }
        return arms.map { "        \($0.keys.joined(separator: " | "))) \($0.takes) ;;" }.joined(separator: "\n")
    }

    private static func assignment(_ kind: ValueKind) -> String {
        func words(_ kind: String, _ words: [String]) -> String {
            "kind=\(kind) choices=\(CompletionWords.quote(words.joined(separator: " ")))"
        }
        return switch kind {
        case .free: "kind=free"
        case .file: "kind=file"
        case .directory: "kind=directory"
        case .choice(let choices), .suggestion(let choices): words("choice", choices)
        case .list(let choices): words("list", choices)
        case .stem(let choices, let mark): words("stem", choices.map { "\($0)\(mark)" })
        }
    }

    private static func machinery(_ families: [String]) -> String {
        #"""
        _millrace() {
            local words=() word= joined= i word_before current command= place=0 option= kind= choices= prefix= shown
            # Bash parts words at = and : too, which belong to them here.
            for ((i = 1; i <= COMP_CWORD; i++)); do
                word=${COMP_WORDS[i]}
                if ((${#words[@]})) && [[ $joined || $word == [:=]* ]]; then
                    words[-1]+=$word
                else
                    words+=("$word")
                fi
                joined=
                [[ $word == *[:=] ]] && joined=1
            done
            current=${words[-1]}
            unset 'words[-1]'
            word=${COMP_WORDS[COMP_CWORD]}
            [[ $word == [:=]* ]] && word=

            for word_before in "${words[@]}"; do
                if [[ ! $command || " FAMILIES " == *" $command "* ]]; then
                    command+=${command:+ }$word_before
                elif [[ $option ]]; then
                    option=
                elif [[ $word_before == --* ]]; then
                    kind=
                    [[ $word_before == *=* ]] || _millrace_takes "$command $word_before"
                    [[ $kind ]] && option=$word_before
                elif [[ $word_before != -* ]]; then
                    ((place++))
                fi
            done

            COMPREPLY=()
            kind=
            if [[ $option ]]; then
                _millrace_takes "$command $option"
            elif [[ $current == --*=* ]]; then
                _millrace_takes "$command ${current%%=*}"
                current=${current#*=}
            elif [[ ! $command || " FAMILIES " == *" $command "* || $current == -* ]]; then
                kind=choice choices=$(_millrace_words "$command")
            else
                _millrace_takes "$command $place"
                [[ $current || $kind ]] || { kind=choice choices=$(_millrace_words "$command"); }
            fi
            case $kind in
                file | directory)
                    compopt -o filenames 2>/dev/null
                    [[ $kind == file ]] && i=-f || i=-d
                    mapfile -t COMPREPLY < <(compgen "$i" -- "$current")
                    ;;
                choice | stem)
                    [[ $kind == stem ]] && compopt -o nospace 2>/dev/null
                    mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$current")
                    ;;
                list)
                    compopt -o nospace 2>/dev/null
                    prefix=${current%"${current##*,}"}
                    mapfile -t COMPREPLY < <(compgen -P "$prefix" -W "$choices" -- "${current##*,}")
                    ;;
            esac
            # Bash replaces only the part after the last mark.
            shown=${current%"$word"}
            [[ $shown && $kind != file && $kind != directory ]] && COMPREPLY=("${COMPREPLY[@]#"$shown"}")
            return 0
        }

        complete -F _millrace millrace
        """#.replacing("FAMILIES", with: families.joined(separator: " "))
    }
}
