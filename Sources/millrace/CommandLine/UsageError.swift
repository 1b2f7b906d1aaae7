/// The command line cannot be understood: status 2, and one line that says what to write instead.
struct UsageError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// The work cannot be done: status 1, and one line that says what to do next.
struct CommandError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
