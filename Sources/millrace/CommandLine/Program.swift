import Config
import Glibc

/// The binary seen from the shell: finds the command, runs it, and turns what came of it into lines and an exit status.
struct Program {
    static let version = "0.1.0"

    let commands: [Command]

    /// Runs the command line and ends the process.
    func run(_ words: [String]) -> Never {
        // A parent may have left SIGPIPE ignored; with the default a command whose reader goes away (`| head`) ends quietly.
        // Servers, which must survive a client's hang-up, ignore it again themselves.
        signal(SIGPIPE, SIG_DFL)
        exit(status(of: Array(words.dropFirst())).rawValue)
    }

    private func status(of words: [String]) -> ExitStatus {
        var name = ""
        do {
            guard let first = words.first, !["--help", "-h", "help"].contains(first) else {
                return try help(about: words.dropFirst())
            }
            if first == "--version" {
                try StandardOutput.write("millrace \(Self.version)\n")
                return .success
            }
            guard let command = find(words) else { return try family(words) }
            name = " \(command.name)"
            let rest = words.dropFirst(command.name.split(separator: " ").count)
            let arguments = try CommandParser(command: command).parse(rest)
            if arguments.has("help") {
                try StandardOutput.write(CommandHelp.text(for: command))
                return .success
            }
            return try command.run(arguments, Console(quiet: arguments.has("quiet")))
        } catch is StandardOutput.Closed {
            return .success
        } catch let error as UsageError {
            let line = oneLine(error)
            Console.complain("millrace\(name): \(line)\(line.hasSuffix("?") ? "" : ".") See: millrace\(name) --help")
            return .badUsage
        } catch {
            Console.complain("millrace\(name): \(oneLine(error))")
            return .failure
        }
    }

    private func help(about words: ArraySlice<String>) throws -> ExitStatus {
        let command = words.isEmpty ? nil : find(Array(words))
        try StandardOutput.write(command.map(CommandHelp.text(for:)) ?? CommandHelp.text(for: commands))
        return .success
    }

    /// The command whose name begins the words; of two the longer.
    private func find(_ words: [String]) -> Command? {
        commands.filter { words.starts(with: $0.name.split(separator: " ").map(String.init)) }.max { $0.name.count < $1.name.count }
    }

    /// The words name no command: perhaps a family (`keys`), perhaps a slip.
    private func family(_ words: [String]) throws -> ExitStatus {
        let first = words[0]
        let members = commands.filter { $0.name.hasPrefix(first + " ") }
        guard !members.isEmpty else {
            let nearest = NearestName.of(first, in: commands.map(\.name)).map { ". Did you mean '\($0)'?" } ?? ""
            throw UsageError("there is no command '\(first)'\(nearest)")
        }
        if words.dropFirst().contains(where: { $0 == "--help" || $0 == "-h" }) {
            try StandardOutput.write(CommandHelp.text(for: members, family: first))
            return .success
        }
        let choices = members.map { $0.name.dropFirst(first.count + 1) }.joined(separator: ", ")
        throw UsageError("'\(words.prefix(2).joined(separator: " "))' is not a command: after '\(first)' write one of \(choices)")
    }

    private func oneLine(_ error: some Error) -> String {
        "\(error)".split(whereSeparator: \.isNewline).joined(separator: " ")
    }
}
