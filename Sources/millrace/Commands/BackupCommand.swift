import Lake
import Transport

extension Command {
    static let backup = Command(
        name: "backup",
        summary: "Copy a data directory while it is used",
        discussion: """
            The copy holds all that was acknowledged before it began, and can be served as it stands: that is how it is restored. Recording
            goes on meanwhile; imports wait.

            Published files are linked where both places are on one file system, and take no room twice. Made again to the same place it
            takes over what changed. What can be made anew ('bars/') is left out. Until the file backup.state in it says 'complete' the copy
            is not whole.

            Keys are in the copy, as hashes, and the secret that links are signed with: keep it as you keep the directory.
            """,
        options: [
            .data(),
            CommandOption("to", "DIR", .directory, "An empty directory, one that is not there, or an earlier backup", required: true),
            CommandOption("report", "F", .choice(["text", "json"]), "How to print what came of it", default: "text"),
        ],
        examples: [
            CommandExample("millrace backup --data /var/lib/millrace --to /mnt/backup/millrace", "every night, from cron"),
            CommandExample("millrace verify --data /mnt/backup/millrace", "and look whether it can be trusted"),
        ]
    ) { arguments, console in
        let lake = try Lake(directory: try arguments.required("data"), create: false)
        let bar = console.progress("copying", total: 0, unit: .rows)
        defer { bar.finish() }
        let report = try lake.backup(to: try arguments.required("to")) { _ in bar.advance(by: 1) }
        bar.finish()
        guard arguments.value("report") == "json" else {
            try console.print(
                "\(report.copied) files copied or linked (\(report.bytes) bytes), \(report.unchanged) unchanged, \(report.removed) removed")
            return .success
        }
        var json = JSONWriter()
        json.beginObject()
        json.member("copied", report.copied)
        json.member("bytes", report.bytes)
        json.member("unchanged", report.unchanged)
        json.member("removed", report.removed)
        json.endObject()
        try console.print(json.text)
        return .success
    }
}
