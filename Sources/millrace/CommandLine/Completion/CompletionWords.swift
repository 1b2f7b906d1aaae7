/// The words of a command line as completion scripts look at them, taken from the commands' declarations.
struct CompletionWords: Sendable {
    /// One first word: a command, or a family with its members.
    struct Head: Sendable {
        let name: String
        let summary: String
        /// What may follow, each with its summary; empty if it is a command by itself.
        let members: [(name: String, summary: String)]
    }

    let commands: [Command]

    /// The first words there are, in the order of the commands.
    var heads: [Head] {
        var heads: [Head] = []
        for command in commands {
            let words = command.name.split(separator: " ").map(String.init)
            guard words.count > 1, let family = words.first else {
                heads.append(Head(name: command.name, summary: command.summary, members: []))
                continue
            }
            guard !heads.contains(where: { $0.name == family }) else { continue }
            let members = commands.filter { $0.name.hasPrefix(family + " ") }
                .map { (name: String($0.name.dropFirst(family.count + 1)), summary: $0.summary) }
            heads.append(Head(name: family, summary: members.map(\.name).joined(separator: ", "), members: members))
        }
        return heads
    }

    /// The first words that another has to follow.
    var families: [String] { heads.filter { !$0.members.isEmpty }.map(\.name) }

    /// The options of a command, with those that are everyone's.
    static func options(of command: Command) -> [CommandOption] { command.options + CommandOption.common }

    /// A word in single quotes, as all three shells take it.
    ///
    /// - Parameter backslash: whether the shell knows `\'` within single quotes (fish); else the quote is closed and opened again.
    static func quote(_ text: String, backslash: Bool = false) -> String {
        if backslash {
            return "'" + text.replacing(#"\"#, with: #"\\"#).replacing("'", with: #"\'"#) + "'"
        }
        return "'" + text.replacing("'", with: #"'\''"#) + "'"
    }
}
