import CParquet

/// Takes over an error text of the C library.
func takeText(_ text: UnsafeMutablePointer<CChar>?) -> String {
    guard let text else { return "unknown failure" }
    defer { mr_free(text) }
    return String(cString: text)
}

/// Calls `body` with the texts as C strings, valid during the call.
func withCStrings<Result>(_ texts: [String], _ body: ([UnsafePointer<CChar>?]) -> Result) -> Result {
    let copies = texts.map { text in
        let bytes = Array(text.utf8)
        let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count + 1)
        for (index, byte) in bytes.enumerated() { copy[index] = CChar(bitPattern: byte) }
        copy[bytes.count] = 0
        return copy
    }
    defer { for copy in copies { copy.deallocate() } }
    return body(copies.map { UnsafePointer($0) })
}
