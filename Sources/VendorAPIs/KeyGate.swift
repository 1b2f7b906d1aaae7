public import Access
import Glibc
public import Transport

/// The gate of a vendor's API: keys, rates and quotas, refused in words that every vendor's renderer can shape.
public struct KeyGate: Sendable {
    /// The vendor whose keys open it.
    public let vendor: String
    /// The request header that carries the key.
    public let header: StaticString
    private let access: AccessControl
    private let isOpenWithoutKeys: Bool

    /// Creates a gate.
    ///
    /// - Parameter isOpenWithoutKeys: whether everyone may call while no key for the vendor exists; not so beyond loopback.
    public init(vendor: String, header: StaticString, access: AccessControl, isOpenWithoutKeys: Bool) {
        self.vendor = vendor
        self.header = header
        self.access = access
        self.isOpenWithoutKeys = isOpenWithoutKeys
    }

    /// The gate as a mount takes it.
    var asGate: Mount.Gate {
        { (request: borrowing Request) throws(Failure) -> [Header] in try admit(request) }
    }

    /// Lets a request in, with what is left of its quota as a header, or throws what it is refused with.
    public func admit(_ request: borrowing Request) throws(Failure) -> [Header] {
        guard access.wantsKey(vendor: vendor) else {
            if isOpenWithoutKeys { return [] }
            throw Failure(.unauthorized, "an API key is required in the \(header) header")
        }
        // Two keys could be read differently by a proxy and by this server.
        guard request.count(of: header) < 2 else { throw Failure(.unauthorized, "the \(header) header is given twice") }
        let decision: AccessControl.Decision
        do {
            decision = try access.decide(vendor: vendor, key: request.header(header), now: KeyGate.now(), time: request.time)
        } catch {
            throw Failure(.unavailable, "calls cannot be counted at the moment", headers: [Header("Retry-After", "1")])
        }
        switch decision {
        case .open: return []
        case .admitted(let remaining): return remaining.map { [Header("x-quota-remaining", String($0))] } ?? []
        case .missingKey: throw Failure(.unauthorized, "an API key is required in the \(header) header")
        case .badKey: throw Failure(.unauthorized, "the API key is not valid")
        case .otherVendor: throw Failure(.paymentRequired, "the API key's plan does not cover this API")
        case .tooFast(let seconds):
            throw Failure(.tooManyRequests, "the plan's calls a second are exceeded", headers: [Header("Retry-After", String(seconds))])
        case .quotaUsed(let seconds):
            throw Failure(
                .tooManyRequests, "the plan's calls of this month are used up",
                headers: [Header("Retry-After", String(seconds)), Header("x-quota-remaining", "0")])
        }
    }

    /// Nanoseconds of a clock that does not go back.
    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
