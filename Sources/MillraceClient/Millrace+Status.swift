import JSONReading

extension Millrace {
    /// The version of the server.
    public func version() async throws -> String {
        try await ask("/openapi.json") { answer throws(Unreadable) in
            guard let version = answer["info"]?["version"]?.string else { throw Unreadable(member: "info.version") }
            return version
        }
    }

    /// The feeds that are not followed as they should be, a line each, of a server that can answer.
    ///
    /// - Throws: ``MillraceError`` with status 503 where its tapes cannot be read.
    public func staleFeeds() async throws -> [String] {
        try await body("/readyz") { bytes in
            String(decoding: bytes, as: UTF8.self).split(separator: "\n").filter { $0.hasPrefix("stale: ") }.map { String($0.dropFirst(7)) }
        }
    }

    /// The server's own figures that have no labels, by name as Prometheus reads them: `millrace_uptime_seconds`,
    /// `process_resident_memory_bytes`.
    public func figures() async throws -> [String: Double] {
        try await body("/metrics") { bytes in
            var figures: [String: Double] = [:]
            for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") where line.first != "#" {
                let words = line.split(separator: " ")
                if words.count == 2, let value = Double(words[1]) { figures[String(words[0])] = value }
            }
            return figures
        }
    }
}
