package import Access
package import Transport

/// The keys of vendor `opend`, out of the server's.
package struct OpenDKeyring: OpenDKeys {
    private let access: AccessControl
    private let isOpenWithoutKeys: Bool

    /// Takes them from the server's.
    ///
    /// - Parameter isOpenWithoutKeys: whether anybody may ask while no key was ever made; not so beyond loopback.
    package init(access: AccessControl, isOpenWithoutKeys: Bool) {
        self.access = access
        self.isOpenWithoutKeys = isOpenWithoutKeys
    }

    private static let vendor = OpenDService.vendor

    package var areWanted: Bool { !isOpenWithoutKeys || access.wantsKey(vendor: OpenDKeyring.vendor) }

    package func opens(_ shown: String) -> Bool { access.plan(vendor: OpenDKeyring.vendor, key: shown) != nil }

    package func count(_ shown: String, _ protocolID: UInt32, isFirstPage: Bool, at time: StreamTime) -> OpenDVerdict {
        let decision: AccessControl.Decision
        do {
            decision = try access.decide(
                vendor: OpenDKeyring.vendor, key: shown, tally: isFirstPage ? .apart(protocolID) : .monthly, now: time.nanoseconds,
                time: time.microseconds)
        } catch {
            return .unavailable
        }
        switch decision {
        case .admitted: return .admitted
        case .tooFast(let rate, _):
            // A plan that has just been changed may not have the limit any more.
            guard let limit = access.plan(vendor: OpenDKeyring.vendor, key: shown)?.limits.first(where: { $0.seconds == rate.seconds })
            else { return .unavailable }
            return .tooOften(calls: limit.calls, seconds: limit.seconds)
        case .quotaUsed: return .spent
        case .open, .missingKey, .badKey, .otherVendor: return .badKey
        }
    }
}
