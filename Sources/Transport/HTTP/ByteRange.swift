/// What a `Range` header asks for of a body of known size (RFC 9110, section 14).
enum ByteRange: Equatable {
    /// The whole body: no range, one that is not understood, or several.
    case whole
    /// The bytes at these offsets.
    case part(Range<Int>)
    /// A range that no byte of the body lies in.
    case unsatisfiable

    /// Reads `bytes=a-b`, `bytes=a-` or `bytes=-n`.
    ///
    /// What cannot be read is ignored, as the RFC wants. So are several ranges: serving them costs more than the body.
    init(header: String?, size: Int) {
        self = .whole
        guard let header, header.utf8.starts(with: "bytes=".utf8), !header.utf8.contains(UInt8(ascii: ",")) else { return }
        let spec = header.utf8.dropFirst(6)
        guard let dash = spec.firstIndex(of: UInt8(ascii: "-")) else { return }
        let first = spec[..<dash]
        let last = spec[spec.index(after: dash)...]
        guard ByteRange.isNumber(first), ByteRange.isNumber(last), !(first.isEmpty && last.isEmpty) else { return }
        // A number beyond 64 bits is beyond every body.
        let from = first.isEmpty ? nil : Int(Substring(first)) ?? Int.max
        let to = last.isEmpty ? nil : Int(Substring(last)) ?? Int.max
        switch (from, to) {
        case (nil, let length?):
            self = length == 0 || size == 0 ? .unsatisfiable : .part(max(0, size - length)..<size)
        case (let from?, let to) where to.map({ $0 >= from }) ?? true:
            self = from >= size ? .unsatisfiable : .part(from..<min(size, to.map { $0 == .max ? .max : $0 + 1 } ?? size))
        default:
            break
        }
    }

    private static func isNumber(_ text: Substring.UTF8View) -> Bool {
        text.allSatisfy { (48...57).contains($0) }
    }
}
