import Access
import MarketService

extension Command {
    /// `config check` and `show`.
    static let config: [Command] = [configCheck, configShow]

    private static let configCheck = Command(
        name: "config check",
        summary: "Say what is wrong with a configuration file",
        discussion: """
            Every fault is a line FILE:LINE:COLUMN: what is wrong, on stdout. The status is 1 if there is any, and 0 if a server would
            take the file.
            """,
        operands: [CommandOperand(name: "FILE", help: "The file, in JSON5", takes: .file)],
        examples: [CommandExample("millrace config check plans.json5", "before a server is told to read it again")]
    ) { arguments, console in
        let file = PlanFile(path: arguments.operands[0])
        do {
            let read = try file.read()
            let (plans, baskets) = (read.plans.all.count, read.baskets.all.count)
            console.note("\(file.path): good; \(plans) plans are in force with it, and \(baskets) basket\(baskets == 1 ? "" : "s")")
            return .success
        } catch let error as PlanFile.Faults {
            for line in error.lines { try console.print(line) }
            return .failure
        }
    }

    private static let configShow = Command(
        name: "config show",
        summary: "Print the plans and baskets that are in force, as a configuration file",
        discussion: "Without --config it is the document of the plans that come with the server, to begin one's own with.",
        options: [PlanFile.option],
        examples: [
            CommandExample("millrace config show > plans.json5", "a file to change"),
            CommandExample("millrace config show --config plans.json5", "what holds with it"),
        ]
    ) { arguments, _ in
        guard let file = PlanFile(arguments) else {
            try StandardOutput.write(Plans.standardDocument)
            return .success
        }
        let shown: Void? = try PlanFile.withConfiguration(file) { try StandardOutput.write($0.document) }
        return shown == nil ? .failure : .success
    }
}
