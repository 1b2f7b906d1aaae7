import Glibc
import MarketService
import Synchronization
import Transport

/// OpenD, as Futu's and moomoo's clients connect to it: option statistics over TCP.
///
///     let service = OpenDService(statistics: table)
///     let listener = try StreamListener(port: 11111) { service.session(at: $0) }
///
/// What there is and what was decided is in `docs/vendors/futu.md`.
public final class OpenDService: Sendable {
    /// The vendor whose keys open the WebSocket.
    public static let vendor = "opend"

    private let statistics: any OptionStatistics
    private let key: OpenDKey?
    private let demandsKey: Bool
    private let quota: OpenDQuota
    /// The first half of connections' numbers, which no other server is likely to have.
    private let name: Int64
    private let count = Atomic<Int64>(0)

    /// Creates a service.
    ///
    /// - Parameters:
    ///   - key: the key that encrypted connections begin with; nil where only plain ones are taken.
    ///   - demandsKey: whether clients without the key are refused; for addresses that others can reach.
    ///   - quota: how often a connection may ask.
    public init(statistics: any OptionStatistics, key: OpenDKey? = nil, demandsKey: Bool = false, quota: OpenDQuota = .vendor) {
        self.statistics = statistics
        self.key = key
        self.demandsKey = demandsKey
        self.quota = quota
        // JavaScript reads numbers up to 2^53.
        name = OpenDService.random(4).reduce(0) { $0 << 8 | Int64($1) } << 20
    }

    /// The session of a new connection.
    public func session(at time: StreamTime) -> OpenDSession {
        let identity = OpenDIdentity(connection: nextNumber(), key: OpenDService.characters(16), vector: OpenDService.characters(16))
        return OpenDSession(statistics: statistics, identity: identity, key: key, demandsKey: demandsKey, quota: quota, at: time)
    }

    /// The session of a new connection over a WebSocket.
    ///
    /// - Parameter keys: what clients have to show one of; nil where anybody may ask.
    func webSession(keys: (any OpenDKeys)?, at time: StreamTime) -> OpenDWebSession {
        OpenDWebSession(statistics: statistics, connection: nextNumber(), keys: keys, quota: quota, at: time)
    }

    private func nextNumber() -> Int64 { name | count.add(1, ordering: .relaxed).newValue & 0xf_ffff }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// Characters with six random bits each.
    private static func characters(_ count: Int) -> String {
        String(decoding: random(count).map { alphabet[Int($0 & 63)] }, as: UTF8.self)
    }

    private static func random(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        precondition(getentropy(&bytes, count) == 0, "the kernel gives no random bytes")
        return bytes
    }
}
