/// A request method; those that no route can have are `other`.
public enum Method: String, Sendable, Hashable, CaseIterable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case delete = "DELETE"
    case options = "OPTIONS"
    case other = ""

    /// The method named by a NUL-terminated text.
    @inline(__always)
    init(cString: UnsafePointer<CChar>) {
        // Almost every request is a GET; no string is made for it.
        if cString[0] == 0x47, cString[1] == 0x45, cString[2] == 0x54, cString[3] == 0 {
            self = .get
        } else {
            self = Method(rawValue: String(cString: cString)) ?? .other
        }
    }
}
