public import Access
import Pipeline
import Glibc
public import Transport

/// The gate of a vendor's API: keys, rates and quotas, refused in words that every vendor's renderer can shape.
///
/// Where all routes of a mount want the same, ``asGate`` goes before the mount. Where some are keyless, want to know the caller's plan, or
/// take the vendor's demo key, the mount has no gate and each guarded route's handler goes behind it:
///
///     Route("/data/{bucket}", …, handler: gate.guarding("/api/v1/data/{bucket}") { request, grant in … })
///     Route("/data/preview/{bucket}", …, handler: gate.guarding("/api/v1/data/preview/{bucket}", takingDemoKey: true) { request, grant in … })
public struct KeyGate: Sendable {
    /// What a request was let in with.
    public enum Grant: Sendable, Hashable {
        /// No key is wanted: everything is allowed.
        case open
        /// A good key of this plan.
        case plan(Plan)
        /// The key that everybody knows.
        case demo

        /// The plan of the key; nil without one.
        public var plan: Plan? {
            if case .plan(let plan) = self { plan } else { nil }
        }
    }

    /// What callers with a wrong key, or with a plan that does not open what is asked for, are told in the vendor's words.
    public struct Words: Sendable, Hashable {
        let missing: String
        let bad: String
        let otherVendor: String
        let closed: String

        /// Creates words.
        public init(missing: String, bad: String, otherVendor: String, closed: String) {
            self.missing = missing
            self.bad = bad
            self.otherVendor = otherVendor
            self.closed = closed
        }
    }

    /// The headers that tell of a plan's calls a minute.
    public struct RateHeaders: Sendable {
        let limit: StaticString
        let used: StaticString

        /// Creates the names: of how many calls there are, and of how many were made.
        public init(limit: StaticString, used: StaticString) {
            self.limit = limit
            self.used = used
        }
    }

    /// The vendor whose keys open it.
    public let vendor: String
    /// The request header that carries the key.
    public let header: StaticString
    /// The word that stands before the key in it, and a space: `Bearer`; nil for none.
    public let scheme: StaticString?
    private let access: AccessControl
    private let isOpenWithoutKeys: Bool
    private let demoKey: String?
    private let otherVendorStatus: Status
    private let closedStatus: Status
    private let words: Words
    private let rateHeaders: RateHeaders?

    /// Creates a gate.
    ///
    /// - Parameters:
    ///   - scheme: the word that stands before the key in the header, in whatever case; nil for none.
    ///   - isOpenWithoutKeys: whether everyone may call while no key for the vendor exists; not so beyond loopback.
    ///   - demoKey: a key that everybody knows, such as `DEMO-KEY`; it is good for the routes that take it and for no other, also while
    ///     everyone may call.
    ///   - otherVendorStatus: what a good key of another vendor is refused with.
    ///   - closedStatus: what a good key whose plan does not open a path is refused with.
    ///   - words: what is said of missing and wrong keys and of paths that are not opened; nil for words that name the header.
    ///   - rateHeaders: how answers tell of the plan's calls a minute; nil for not at all.
    public init(
        vendor: String, header: StaticString, scheme: StaticString? = nil, access: AccessControl, isOpenWithoutKeys: Bool,
        demoKey: String? = nil,
        otherVendorStatus: Status = .paymentRequired, closedStatus: Status = .paymentRequired, words: Words? = nil,
        rateHeaders: RateHeaders? = nil
    ) {
        self.vendor = vendor
        self.header = header
        self.scheme = scheme
        self.access = access
        self.isOpenWithoutKeys = isOpenWithoutKeys
        self.demoKey = demoKey
        self.otherVendorStatus = otherVendorStatus
        self.closedStatus = closedStatus
        self.rateHeaders = rateHeaders
        self.words =
            words
            ?? Words(
                missing: "an API key is required in the \(header) header" + (scheme.map { ", behind '\($0) '" } ?? ""),
                bad: "the API key is not valid",
                otherVendor: "the API key's plan does not cover this API", closed: "the plan does not include this path")
    }

    /// Where requests carry a key.
    var place: KeyPlace { KeyPlace(header: header, scheme: scheme) }

    /// The gate as a mount without patterns in its paths takes it.
    var asGate: Mount.Gate {
        { (request: borrowing Request) throws(Failure) -> [Header] in
            let (grant, headers) = try admit(request)
            // What is written as the router reads it: `/v1/%66low` is `/v1/flow`.
            if let plan = grant.plan, plan.closesPaths { try check(plan, opens: request.decodedPath, headers) }
            return headers
        }
    }

    private func check(_ plan: Plan, opens path: String, _ headers: [Header]) throws(Failure) {
        guard plan.opens(path: path) else { throw Failure(closedStatus, words.closed, headers: headers) }
    }

    /// Puts a handler behind the gate; it is told what the request was let in with.
    ///
    /// - Parameters:
    ///   - path: the route's, with the mount's prefix: what plans open or not.
    ///   - takingDemoKey: whether the demo key is good here.
    public func guarding(
        _ path: String, takingDemoKey: Bool = false, _ handler: @escaping @Sendable (borrowing Request, Grant) throws -> Response
    ) -> Route.Guarded {
        Route.Guarded(place) { request in
            let (grant, headers) = try admit(request, takingDemoKey: takingDemoKey)
            if let plan = grant.plan { try check(plan, opens: path, headers) }
            do {
                var response = try handler(request, grant)
                response.headers += headers
                return response
            } catch var failure as Failure {
                failure.headers += headers
                throw failure
            }
        }
    }

    /// Lets a request in, with what is left of its quota as a header, or throws what it is refused with.
    public func admit(_ request: borrowing Request, takingDemoKey: Bool = false) throws(Failure) -> (grant: Grant, headers: [Header]) {
        let wantsKey = access.wantsKey(vendor: vendor)
        if !wantsKey, isOpenWithoutKeys, demoKey == nil { return (.open, []) }
        // Two keys could be read differently by a proxy and by this server.
        guard request.count(of: header) < 2 else { throw Failure(.unauthorized, "the \(header) header is given twice") }
        let key = key(of: request)
        if let demoKey, key == demoKey {
            guard takingDemoKey else { throw Failure(.unauthorized, "\(demoKey) is good for previews only") }
            return (.demo, [])
        }
        guard wantsKey else {
            if isOpenWithoutKeys { return (.open, []) }
            throw Failure(.unauthorized, words.missing)
        }
        return try decide(key, time: request.time)
    }

    /// The key that a request gives; nil where it gives none, or none of this scheme.
    public func key(of request: borrowing Request) -> String? {
        guard let value = request.header(header) else { return nil }
        guard let scheme else { return value }
        let word = "\(scheme)"
        guard value.utf8.count > word.utf8.count, value.prefix(word.count).lowercased() == word.lowercased(),
            value.dropFirst(word.count).first == " "
        else { return nil }
        return String(value.dropFirst(word.count).drop { $0 == " " })
    }

    /// How many calls a minute a key's plan has, and how many of them are used.
    private func used(by key: String) -> [Header] {
        guard let rateHeaders, let minute = access.minute(vendor: vendor, key: key, now: MonotonicClock.nanoseconds()) else { return [] }
        return [Header(rateHeaders.limit, String(minute.limit)), Header(rateHeaders.used, String(minute.used))]
    }

    /// Whether what a request was let in with would let it in again; asking does not count as a call. Keys that were revoked, and plans that
    /// were changed, show within a second.
    public func stillGrants(_ grant: Grant, key: String?) -> Bool {
        switch grant {
        case .open: !access.wantsKey(vendor: vendor)
        case .plan(let plan): key.flatMap { access.plan(vendor: vendor, key: $0) } == plan
        case .demo: true
        }
    }

    private func decide(_ key: String?, time: Int64) throws(Failure) -> (grant: Grant, headers: [Header]) {
        let decision: AccessControl.Decision
        do {
            decision = try access.decide(vendor: vendor, key: key, now: MonotonicClock.nanoseconds(), time: time)
        } catch {
            throw Failure(.unavailable, "calls cannot be counted at the moment", headers: [Header("Retry-After", "1")])
        }
        let rates = key.map { used(by: $0) } ?? []
        switch decision {
        case .open: return (.open, [])
        case .admitted(let plan, let remaining):
            return (.plan(plan), rates + (remaining.map { [Header("x-quota-remaining", String($0))] } ?? []))
        case .missingKey: throw Failure(.unauthorized, words.missing)
        case .badKey: throw Failure(.unauthorized, words.bad)
        case .otherVendor: throw Failure(otherVendorStatus, words.otherVendor)
        case .tooFast(let rate, let seconds):
            throw Failure(
                .tooManyRequests, "the plan's calls \(rate) are exceeded",
                headers: rates + [Header("Retry-After", String(seconds))])
        case .quotaUsed(let seconds):
            throw Failure(
                .tooManyRequests, "the plan's calls of this month are used up",
                headers: [Header("Retry-After", String(seconds)), Header("x-quota-remaining", "0")])
        }
    }
}
