import Notices

/// How the command line says what a server's log is like.
enum LogOptions {
    static let options = [
        CommandOption("log", "FORMAT", "How lines on stderr are written: text, or json with a field each", default: "text"),
        CommandOption("log-level", "LEVEL", "The least that is written: debug (each request too), info, warning, error", default: "info"),
    ]

    /// The log that is asked for.
    static func log(_ arguments: Arguments) throws(UsageError) -> Log {
        Log(
            format: try choice("log", arguments, Log.Format.text), level: try choice("log-level", arguments, Notice.Level.info))
    }

    private static func choice<Choice: CaseIterable & RawRepresentable<String>>(
        _ name: String, _ arguments: Arguments, _ usual: Choice
    ) throws(UsageError) -> Choice {
        guard let text = arguments.value(name) else { return usual }
        guard let choice = Choice(rawValue: text) else {
            throw UsageError("--\(name) \(text): one of \(Choice.allCases.map(\.rawValue).joined(separator: ", ")) is wanted")
        }
        return choice
    }
}
