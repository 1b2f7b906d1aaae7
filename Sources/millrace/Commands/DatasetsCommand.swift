import OrderFlow

extension Command {
    static let datasets = Command(
        name: "datasets",
        summary: "List the datasets, or explain one: every column with its unit and formula",
        discussion: "The pages under docs/datasets are this command's output.",
        operands: [
            CommandOperand(
                name: "DATASET", help: "Which one: \(Dataset<BarRow>.all.map(\.name).joined(separator: ", "))",
                takes: .suggestion(Dataset<BarRow>.all.map(\.name)), required: false)
        ],
        examples: [CommandExample("millrace datasets flow", "the columns of the flow dataset, as Markdown")]
    ) { arguments, console in
        guard let name = arguments.operands.first else {
            for dataset in Dataset<BarRow>.all {
                let gap = String(repeating: " ", count: max(1, 15 - dataset.name.count))
                try console.print("\(dataset.name)\(gap)\(dataset.description)")
            }
            return .success
        }
        try StandardOutput.write(Dataset<BarRow>.asked(name).markdown)
        return .success
    }
}
