import OrderFlow

extension Command {
    static let datasets = Command(
        name: "datasets",
        summary: "Explain a dataset: every column with its unit and formula",
        discussion: "The pages under docs/datasets are this command's output.",
        operands: [CommandOperand(name: "DATASET", help: "Which one: flow", required: false)],
        examples: [CommandExample("millrace datasets flow", "the columns of the flow dataset, as Markdown")]
    ) { arguments, console in
        guard let name = arguments.operands.first else {
            try console.print("\(Dataset.flow.name)  \(Dataset.flow.description)")
            return .success
        }
        guard name == Dataset.flow.name else { throw UsageError("there is no dataset '\(name)'; there is: flow") }
        try StandardOutput.write(Dataset.flow.markdown)
        return .success
    }
}
