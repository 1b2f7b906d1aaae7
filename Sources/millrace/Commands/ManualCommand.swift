extension Command {
    static let manual = Command(
        name: "manual",
        summary: "Print the manual page millrace(1)",
        discussion: """
            All commands on one page, in the language of man. `make install` lays it where man looks for it, so that 'man millrace' finds it.
            """,
        examples: [
            CommandExample("millrace manual | man -l -", "read it"),
            CommandExample("millrace manual > /usr/local/share/man/man1/millrace.1", "lay it down by hand"),
        ]
    ) { _, _ in
        try StandardOutput.write(ManualPage.text(Command.all))
        return .success
    }
}
