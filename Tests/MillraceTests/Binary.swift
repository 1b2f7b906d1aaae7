import Foundation

/// The built binary, run as a user runs it.
enum Binary {
    struct Output {
        var stdout: String
        var stderr: String
        var status: Int32
    }

    /// The root of the repository.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    /// `.build/release/millrace`.
    static let url = root.appending(path: ".build/release/millrace")

    /// Runs the binary to its end. The outputs go through files, so that neither can fill a pipe and block.
    static func run(_ arguments: [String], stdin: Data? = nil, environment: [String: String]? = nil) throws -> Output {
        try Scratch.with { directory in
            let process = Process()
            process.executableURL = url
            process.arguments = arguments
            if let environment { process.environment = environment }
            let input = directory.appending(path: "stdin")
            try (stdin ?? Data()).write(to: input)
            process.standardInput = try FileHandle(forReadingFrom: input)
            let outputs = try ["stdout", "stderr"].map { name in
                let file = directory.appending(path: name)
                try Data().write(to: file)
                return file
            }
            process.standardOutput = try FileHandle(forWritingTo: outputs[0])
            process.standardError = try FileHandle(forWritingTo: outputs[1])
            try process.run()
            process.waitUntilExit()
            let texts = try outputs.map { String(decoding: try Data(contentsOf: $0), as: UTF8.self) }
            return Output(stdout: texts[0], stderr: texts[1], status: process.terminationStatus)
        }
    }
}

/// A directory of a test's own, removed afterwards.
enum Scratch {
    static func with<Result>(_ body: (URL) throws -> Result) throws -> Result {
        let directory = FileManager.default.temporaryDirectory.appending(path: "millrace-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        return try body(directory)
    }
}
