/// A response status.
public struct Status: Sendable, Hashable {
    /// The number, 100…599.
    public let code: Int

    /// Creates a status.
    public init(_ code: Int) { self.code = code }

    /// 101.
    public static let switchingProtocols = Status(101)
    /// 200.
    public static let ok = Status(200)
    /// 204.
    public static let noContent = Status(204)
    /// 206.
    public static let partialContent = Status(206)
    /// 304.
    public static let notModified = Status(304)
    /// 400.
    public static let badRequest = Status(400)
    /// 401.
    public static let unauthorized = Status(401)
    /// 402.
    public static let paymentRequired = Status(402)
    /// 403.
    public static let forbidden = Status(403)
    /// 404.
    public static let notFound = Status(404)
    /// 405.
    public static let methodNotAllowed = Status(405)
    /// 413.
    public static let contentTooLarge = Status(413)
    /// 414.
    public static let uriTooLong = Status(414)
    /// 416.
    public static let rangeNotSatisfiable = Status(416)
    /// 421.
    public static let misdirected = Status(421)
    /// 426.
    public static let upgradeRequired = Status(426)
    /// 429.
    public static let tooManyRequests = Status(429)
    /// 431.
    public static let headersTooLarge = Status(431)
    /// 500.
    public static let internalError = Status(500)
    /// 501.
    public static let notImplemented = Status(501)
    /// 503.
    public static let unavailable = Status(503)
    /// 505.
    public static let versionNotSupported = Status(505)

    /// The usual words for the status.
    public var reason: String {
        switch code {
        case 101: "Switching protocols"
        case 200: "OK"
        case 204: "No content"
        case 206: "Partial content"
        case 304: "Not modified"
        case 400: "Bad request"
        case 401: "Unauthorized"
        case 402: "Payment required"
        case 403: "Forbidden"
        case 404: "Not found"
        case 405: "Method not allowed"
        case 413: "Request body too large"
        case 414: "Request target too long"
        case 416: "Range not satisfiable"
        case 421: "Misdirected request"
        case 426: "Upgrade required"
        case 429: "Too many requests"
        case 431: "Request headers too large"
        case 500: "Internal error"
        case 501: "Not implemented"
        case 503: "Unavailable"
        case 505: "HTTP version not supported"
        default: "Status \(code)"
        }
    }
}
