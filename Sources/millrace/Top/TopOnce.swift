import MillraceClient
import Pipeline
import TopScreen

/// The table of `millrace top` without a terminal.
enum TopOnce {
    /// Asks twice, since a rate takes two counts, and prints the second answer.
    static func print(_ millrace: Millrace, milliseconds: Int) throws -> ExitStatus {
        let outcome = Condition<Result<TopModel, any Error>?>(nil)
        Task {
            var asking = TopAsking(millrace)
            let result: Result<TopModel, any Error>
            do {
                _ = try await asking.ask(url: "")
                try await Task.sleep(for: .milliseconds(milliseconds))
                result = .success(try await asking.ask(url: ""))
            } catch {
                result = .failure(error)
            }
            outcome.withLock { $0 = result }
        }
        let model = try outcome.wait { $0 }.get()
        let table = TopTable(TopView().feeds(of: model))
        try StandardOutput.write(table.plain.joined(separator: "\n") + "\n")
        return .success
    }
}
