import Glibc
import MarketModel
import VendorAPIs

/// Where Futu's and moomoo's clients are answered, and whom: as the command line says it.
struct OpenDOptions: Sendable {
    /// The port of their TCP clients; nil for none.
    var port: Int?
    /// The port of their JavaScript client; nil for none.
    var webPort: Int?
    /// What encrypted connections begin with.
    var key: OpenDKey?
    /// Whose options count as those on coins.
    var exchanges: Set<String> = ["OKX"]

    /// Nobody is answered.
    init() {}

    /// The custom of the vendors.
    static let usualPort = 11111
    private static let longestKeyFile = 64 << 10

    /// The options of commands that serve.
    static let options = [
        CommandOption(
            "opend-port", "N", "The port for Futu's and moomoo's clients (OpenD); 0 picks a free one, 'none' opens none",
            default: "11111, or a free one with --port 0"),
        CommandOption(
            "opend-ws-port", "N",
            "The port for their JavaScript client; 0 picks a free one, 'none' opens none; beyond loopback it stays shut until there is a key"
                + " of vendor opend",
            default: "one above --opend-port, or a free one where that is 0"),
        CommandOption(
            "opend-key", "FILE", .file,
            "The RSA key (1024 bits, PEM) that OpenD's clients have too; beyond loopback they must, and without it the"
                + " port stays shut"),
        CommandOption(
            "coin-exchanges", "NAMES", .list(["OKX", "Deribit"]), "Whose options OpenD's clients get as those on coins: OKX,Deribit",
            default: "OKX"),
    ]

    /// - Parameter httpPort: what `--port` says.
    init(_ arguments: Arguments, httpPort: Int) throws {
        port = try OpenDOptions.port(arguments, "opend-port", httpPort == 0 ? 0 : OpenDOptions.usualPort)
        webPort = try OpenDOptions.port(arguments, "opend-ws-port", port.map { $0 == 0 ? 0 : min($0 + 1, 65535) })
        if let path = arguments.value("opend-key") {
            do {
                key = try OpenDKey(pem: OpenDOptions.contents(of: path, "--opend-key"))
            } catch let error as OpenDKeyError {
                throw UsageError("--opend-key \(path) \(error)")
            }
        }
        if let text = arguments.value("coin-exchanges") { exchanges = try Self.exchanges(text, "--coin-exchanges") }
    }

    /// Reads `OKX,Deribit`.
    static func exchanges(_ text: String, _ option: String) throws(UsageError) -> Set<String> {
        let known = Set(Venue.known.map(\.exchange))
        let names = text.split(separator: ",").map(String.init)
        if let stranger = names.first(where: { !known.contains($0) }) {
            throw UsageError("\(option) \(text): '\(stranger)' is none of \(known.sorted().joined(separator: ", "))")
        }
        return Set(names)
    }

    private static func port(_ arguments: Arguments, _ name: String, _ usual: Int?) throws(UsageError) -> Int? {
        guard let text = arguments.value(name) else { return usual }
        if text == "none" { return nil }
        guard let port = Int(text), (0...65535).contains(port) else {
            throw UsageError("--\(name) \(text): a port from 0 to 65535 is wanted, or 'none'")
        }
        return port
    }

    private static func contents(of path: String, _ option: String) throws(UsageError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw UsageError("\(option) \(path): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: longestKeyFile + 1)
        let count = read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw UsageError("\(option) \(path): \(String(cString: strerror(errno)))") }
        guard count <= longestKeyFile else { throw UsageError("\(option) \(path): is too long to be a key") }
        return Array(bytes[..<count])
    }
}
