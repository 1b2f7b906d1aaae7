import Notices

/// How the command line says what a server's log is like.
enum LogOptions {
    static let options = [
        CommandOption("log", "FORMAT", .choice(Log.Format.allCases.map(\.rawValue)), "How lines on stderr are written", default: "text"),
        CommandOption(
            "log-level", "LEVEL", .choice(Notice.Level.allCases.map(\.rawValue)), "The least that is written; debug has each request too",
            default: "info"),
    ]

    /// The log that is asked for.
    static func log(_ arguments: Arguments) -> Log {
        Log(
            format: arguments.value("log").flatMap(Log.Format.init) ?? .text,
            level: arguments.value("log-level").flatMap(Notice.Level.init) ?? .info)
    }
}
