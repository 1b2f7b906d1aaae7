// How to add a command:
//  1. One file, Commands/<Name>Command.swift, with `extension Command { static let name = Command(…) { arguments, console in … } }`;
//     `VersionCommand.swift` is a small whole example. A family has two-word names: "keys create".
//  2. Add it to the list below, in the order in which a new user needs the commands.
//  3. Options are data (`CommandOption`): help, the parser, completion and the manual come from there, with what each takes (`ValueKind`:
//     `.file`, `.directory`, `.choice([…])`, `.list([…])`, `.venue` …). Shared ones
//     (`.data()`, `.venue()`, `.symbol()`, `.from`, `.to`, `.threads`) are spelled once. `arguments.value("name")` is the text;
//     `.integer`, `.time`, `.interval`, `.venue` and `.threads` check and convert. Throw `UsageError` for what only you can check.
//  4. Results: `console.print` or `StandardOutput.write`. Everything else: `console.note` (silent with --quiet).
//     Over a second: `let bar = console.progress("reading", total: bytes)`, `bar.advance(by: n)` from any thread, `defer { bar.finish() }`.
//  5. Errors: throw; the description becomes the one line on stderr, and the status is 1 (`UsageError`: 2).
//     Return `.failure` where the answer itself is "no" (verify found damage).
//  6. SIGPIPE has its default action, so `| head` ends a command quietly; a server ignores it: `signal(SIGPIPE, SIG_IGN)`.
//  7. Test it in Tests/MillraceTests through the binary: `try Binary.run(["name", "--option"])`.
extension Command {
    /// Every command, in the order in which help lists them.
    static let all: [Command] =
        [
            demo,
            importArchives,
            importInterest,
            importOptionStatistics,
            bars,
            chart,
            serve,
            top,
            verify,
            backup,
            datasets,
            simulateArchives,
            simulateMarket,
            simulateLive,
            simulateDump,
            completion,
            manual,
            version,
        ] + keys + config
}
