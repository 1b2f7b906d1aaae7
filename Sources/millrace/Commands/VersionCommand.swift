extension Command {
    static let version = Command(
        name: "version",
        summary: "Print the version",
        options: [
            CommandOption("format", "F", .choice(["text", "json"]), "How to print it", default: "text")
        ],
        examples: [
            CommandExample("millrace version", "one line for people"),
            CommandExample("millrace version --format json", "one line for programs"),
        ]
    ) { arguments, console in
        let asJSON = arguments.value("format") == "json"
        try console.print(asJSON ? #"{"version":"\#(Program.version)"}"# : "millrace \(Program.version)")
        return .success
    }
}
