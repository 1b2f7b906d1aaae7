import Glibc
import MillraceClient
import TopScreen

extension Command {
    static let top = Command(
        name: "top",
        summary: "Watch a server's feeds live: rates, lag, holes",
        discussion: """
            A line an instrument, those first that are not followed as they should be (!). TRADES/S is counted over the last ten seconds, LAG
            is how long the newest trade took from the venue to the server, AGE how long ago it was executed, DURABLE how far behind it what
            survives power loss is, HOLES how many are open or abandoned.

            Keys: q ends it; left and right choose the column to sort by, r turns the order round; arrows, page up and down, home and end
            scroll; / filters by what is typed then, enter keeps the filter and escape drops it.

            Where stdin or stdout is no terminal, and with --once, it prints the table once, after one interval, and ends. Colours are left
            out where NO_COLOR is set.
            """,
        options: [
            CommandOption("url", "URL", "The server", default: "http://127.0.0.1:8080"),
            CommandOption(
                "key-file", "FILE", .file, "A file whose first line is an API key of vendor millrace, where the server wants one"),
            CommandOption("ca-file", "FILE", .file, "Certificate authorities (PEM) to trust in place of the system's"),
            CommandOption("interval", "TIME", "How often to ask, from 100ms to 1h", default: "1s"),
            .flag("once", "Print one plain table and end"),
        ],
        examples: [
            CommandExample("millrace top", "the server on this machine"),
            CommandExample("millrace top --url https://flow.example.com --key-file key", "another, with a key"),
            CommandExample("millrace top --once | sort -k4 -n -r | head", "for scripts: the busiest feeds"),
        ]
    ) { arguments, _ in
        let milliseconds = try interval(arguments.value("interval") ?? "1s")
        let url = arguments.value("url") ?? "http://127.0.0.1:8080"
        let millrace = try Millrace(
            url: url, key: arguments.value("key-file").map(key(in:)), caFile: arguments.value("ca-file"), timeoutSeconds: 10)
        let isDumb = getenv("TERM").map { strcmp($0, "dumb") == 0 } ?? true
        guard !arguments.has("once"), !isDumb, isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else {
            return try TopOnce.print(millrace, milliseconds: milliseconds)
        }
        let isPlain = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
        var session = try TopSession(millrace, url: url, milliseconds: milliseconds, colour: !isPlain)
        try session.run()
        return .success
    }

    /// `500ms`, `1s`, `2m`, `1h` in milliseconds.
    private static func interval(_ text: String) throws(UsageError) -> Int {
        let units = ["ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000]
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits), let unit = units[String(text.dropFirst(digits.count))], (1...3_600_000).contains(number),
            (100...3_600_000).contains(number * unit)
        else { throw UsageError("--interval \(text): write it like 500ms, 1s or 5m, from 100ms to 1h") }
        return number * unit
    }

    /// A key stands in a file, as the process list shows what stands on a command line.
    private static func key(in path: String) throws -> String {
        guard let file = fopen(path, "r") else { throw CommandError("cannot read \(path): \(String(cString: strerror(errno)))") }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = fread(&bytes, 1, bytes.count, file)
        guard let line = String(decoding: bytes[..<count], as: UTF8.self).split(whereSeparator: \.isWhitespace).first else {
            throw CommandError("there is no key in \(path)")
        }
        return String(line)
    }
}
