import Transport

/// The URL by which clients reach the server, where that is not the address it listens on: behind a proxy, in a container.
struct PublicURL: Sendable {
    /// The URL without a slash at its end: `https://data.example.com/millrace`.
    let text: String

    /// Where pages below it are from.
    var origin: WebOrigin? {
        let scheme = text.prefix { $0 != ":" }
        return WebOrigin("\(scheme)://\(text.dropFirst(scheme.count + 3).prefix { $0 != "/" })")
    }

    /// Reads what a user wrote.
    ///
    /// - Throws: ``UsageError`` if it is not the start of an absolute `http` or `https` URL.
    init(_ given: String) throws(UsageError) {
        let text = given.last == "/" ? String(given.dropLast()) : given
        let scheme = ["http://", "https://"].first { text.lowercased().hasPrefix($0) } ?? ""
        let rest = text.utf8.dropFirst(scheme.utf8.count)
        let (host, path) = (rest.prefix { $0 != UInt8(ascii: "/") }, rest.drop { $0 != UInt8(ascii: "/") })
        let isHost =
            !host.isEmpty && host.first != UInt8(ascii: ":") && host.allSatisfy { PublicURL.isLetter($0) || ".-:[]".utf8.contains($0) }
        guard !scheme.isEmpty, isHost, path.allSatisfy({ PublicURL.isLetter($0) || "/.-_~%".utf8.contains($0) }),
            path.last != UInt8(ascii: "/")
        else {
            throw UsageError("--public-url \(given): write the URL that clients use, such as https://data.example.com")
        }
        self.text = text
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }
}
