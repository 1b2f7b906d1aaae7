import Foundation
import Testing
import Transport

/// A server with routes for every kind of answer, and the Python clients that try it on real sockets.
final class TestServer: Sendable {
    let server: Server
    let folder: String
    let held: HeldBytes
    let late = LateRoutes()
    let streams = StreamRoutes()
    let bodies = BodyRoutes()

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .path

    init(threads: Int = 2, origins: OriginPolicy = OriginPolicy(), _ change: (inout ServerLimits) -> Void = { _ in }) throws {
        var limits = ServerLimits()
        limits.connectionsPerClient = 64
        change(&limits)
        let folder = NSTemporaryDirectory() + "/millrace-http-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var bytes = Data(count: 300_000)
        for index in 0..<bytes.count { bytes[index] = UInt8((index * 31 + index / 251) % 256) }
        try bytes.write(to: URL(fileURLWithPath: folder + "/file"))
        _ = FileManager.default.createFile(atPath: folder + "/big", contents: nil)
        let big = try FileHandle(forWritingTo: URL(fileURLWithPath: folder + "/big"))
        for part in 0..<64 { try big.write(contentsOf: Data(repeating: UInt8(part), count: 1 << 20)) }
        try big.write(contentsOf: Data("end".utf8))
        try big.close()
        self.folder = folder
        let held = HeldBytes(limits: limits)
        self.held = held
        let large = (0..<4000).map { "line \($0 % 97)\n" }.joined()
        let echo: Route.Handler = { request in
            var buffer = ByteBuffer()
            request.body.withUnsafeBufferPointer { buffer.append($0) }
            return Response(contentType: .binary, body: .bytes(Payload(buffer)))
        }
        server = try Server(
            router: Router([
                Mount(
                    "",
                    routes: [
                        Route("/healthz", summary: "Health") { _ in Response(text: "ok\n") },
                        Route("/hello", summary: "Hello") { _ in Response(contentType: .text, body: .constant("hello\n")) },
                        Route("/repeat", summary: "Repeats a parameter") { Response(text: ($0.query["n"] ?? "") + "\n") },
                        Route("/large", summary: "A text of some length") { _ in Response(text: large) },
                        Route("/file", summary: "A file") { _ in
                            Response(contentType: .binary, body: .file(try FileBody(path: folder + "/file")))
                        },
                        Route("/big", summary: "A big file") { _ in
                            Response(contentType: .binary, body: .file(try FileBody(path: folder + "/big")))
                        },
                        Route("/long", summary: "So many bytes") { request in
                            let count = min(max(request.query["n"].flatMap { Int($0) } ?? 0, 0), 8 << 20)
                            return Response(text: String(repeating: "x", count: count))
                        },
                        Route("/page", summary: "A page for people") { _ in .page(body: .constant("<!doctype html><title>Hello</title>")) },
                        Route("/slow", summary: "Thinks for a second") { _ in
                            Thread.sleep(forTimeInterval: 1)
                            return Response(text: "done\n")
                        },
                        Route(.post, "/echo", summary: "Echoes", handler: echo), Route(.put, "/echo", summary: "Echoes", handler: echo),
                        Route(.delete, "/echo", summary: "Echoes", handler: echo), Route("/echo", summary: "Echoes", handler: echo),
                    ] + bodies.routes),
                late.mount(folder: folder, large: large), streams.mount(),
            ]), threads: threads, limits: limits, origins: origins, held: held)
    }

    deinit {
        late.release()
        bodies.resume()
        server.stop(grace: 0)
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Runs a script of Conformance/http and returns its status and what it said.
    func run(_ script: String, _ arguments: [String] = [], python: String = "python3") throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [python, "\(TestServer.root)/Conformance/http/\(script).py", "\(server.port)"] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(["PYTHONDONTWRITEBYTECODE": "1"]) { $1 }
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}
