import Lake
import Synchronization

extension Command {
    static let verify = Command(
        name: "verify",
        summary: "Prove a data directory whole: bytes, rows, order, ids, holes",
        discussion: """
            Names everything that is not as the catalogue says and ends with status 1 then. Holes that the catalogue knows are listed and
            are no failure. Nothing is changed, unless --quarantine asks for it.
            """,
        options: [
            .data(),
            .flag(
                "quarantine",
                "Move damaged and unknown tape files to quarantine/ and forget their days, so that importing the archives again fills them"),
            .threads,
        ],
        examples: [
            CommandExample("millrace verify --data lake", "after a crash, a copy, or every night"),
            CommandExample("millrace verify --data lake --quarantine", "take bad files out of the way before importing their days again"),
        ]
    ) { arguments, console in
        let lake = try Lake(directory: try arguments.required("data"), create: false)
        let tapes = try lake.sealedTapes()
        let bar = console.progress("verifying", total: tapes.flatMap(\.days).reduce(0) { $0 + $1.bytes })
        defer { bar.finish() }
        let findings = Mutex<[LakeFinding]>([])
        try lake.verify(threads: try arguments.threads()) {
            bar.advance(by: $0)
        } found: { finding in
            findings.withLock { $0.append(finding) }
        }
        bar.finish()
        let all = findings.withLock { $0 }
        for finding in all { try console.print(finding.description) }
        let bad = all.filter { !$0.isHarmless }
        if arguments.has("quarantine") {
            for path in try lake.quarantine(bad) { try console.print("moved to \(path)") }
        }
        let days = tapes.reduce(0) { $0 + $1.days.count }
        let rows = tapes.reduce(0) { $0 + $1.rows }
        let verdict = bad.isEmpty ? "all is as the catalogue says" : count(bad.count, "finding")
        let parts = [
            count(tapes.count, "tape"), count(days, "day"), count(rows, "trade"), count(all.count - bad.count, "known hole"),
        ]
        try console.print("\(parts.joined(separator: ", ")): \(verdict)")
        return bad.isEmpty ? .success : .failure
    }

    private static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }
}
