import Transport

/// The keys of the WebSocket's clients, and how often each may ask. A client shows the MD5 of its key, never the key.
package protocol OpenDKeys: Sendable {
    /// Whether clients have to show one.
    var areWanted: Bool { get }
    /// Whether who shows this may ask; asking does not count.
    func opens(_ shown: String) -> Bool
    /// Counts a question about statistics.
    ///
    /// - Parameters:
    ///   - protocolID: what is asked; first pages of each are counted apart.
    ///   - isFirstPage: whether it is not a further page of what was asked before; those count in the month alone.
    func count(_ shown: String, _ protocolID: UInt32, isFirstPage: Bool, at time: StreamTime) -> OpenDVerdict
}

/// What becomes of a question that is counted.
package enum OpenDVerdict: Sendable, Hashable {
    case admitted
    /// More first pages in some seconds than the plan has calls.
    case tooOften(calls: Int, seconds: Int)
    /// The month's calls are used up.
    case spent
    /// The key opens nothing any more.
    case badKey
    /// Calls cannot be booked.
    case unavailable
}

/// A key that was good when its client logged in. An object, so that sessions without one, which are most, have no room for it.
final class OpenDPass: Sendable {
    private let keys: any OpenDKeys
    private let shown: String

    init(keys: any OpenDKeys, shown: String) {
        self.keys = keys
        self.shown = shown
    }

    /// Whether it still is.
    var isGood: Bool { keys.opens(shown) }

    /// Counts a question.
    ///
    /// - Parameter name: what the vendor calls the protocol.
    func count(_ protocolID: UInt32, _ name: String, isFirstPage: Bool, at time: StreamTime) throws(OpenDRefusal) {
        switch keys.count(shown, protocolID, isFirstPage: isFirstPage, at: time) {
        case .admitted: break
        case .tooOften(let calls, let seconds): throw .tooOften(name, times: calls, seconds: seconds)
        case .spent: throw .spent
        case .badKey: throw .badKey
        case .unavailable: throw .unavailable
        }
    }
}
