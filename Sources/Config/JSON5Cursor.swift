/// A way through a text, scalar by scalar, that knows its line and column.
struct JSON5Cursor {
    private let scalars: [Unicode.Scalar]
    private var index = 0
    private var line = 1
    private var lineStart = 0

    /// - Throws: where the bytes are no UTF-8.
    init(_ bytes: some Collection<UInt8>) throws(ConfigFault) {
        var scalars: [Unicode.Scalar] = []
        scalars.reserveCapacity(bytes.count)
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var broken = false
        decoding: while !broken {
            switch decoder.decode(&iterator) {
            case .scalarValue(let scalar): scalars.append(scalar)
            case .emptyInput: break decoding
            case .error: broken = true
            }
        }
        // A byte order mark is no column of the first line.
        if scalars.first == "\u{FEFF}" { scalars.removeFirst() }
        self.scalars = scalars
        guard broken else { return }
        while take() != nil {}
        throw ConfigFault(position, "here is a byte that is no UTF-8")
    }

    /// Where the next scalar stands.
    var position: ConfigPosition { ConfigPosition(line: line, column: index - lineStart + 1) }

    /// The next scalar, or nil at the end.
    var next: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

    /// The scalar after the next one.
    var second: Unicode.Scalar? { index + 1 < scalars.count ? scalars[index + 1] : nil }

    /// Goes past the next scalar.
    @discardableResult
    mutating func take() -> Unicode.Scalar? {
        guard let scalar = next else { return nil }
        index += 1
        if scalar == "\n" || (scalar == "\r" && next != "\n") {
            line += 1
            lineStart = index
        }
        return scalar
    }

    /// Goes past the next scalar if it is this one.
    mutating func take(_ wanted: Unicode.Scalar) -> Bool {
        guard next == wanted else { return false }
        take()
        return true
    }

    /// Takes what follows as long as it fits.
    mutating func take(while fits: (Unicode.Scalar) -> Bool) -> String {
        var text = String.UnicodeScalarView()
        while let scalar = next, fits(scalar) {
            text.append(scalar)
            take()
        }
        return String(text)
    }

    /// Goes past white space and comments.
    mutating func skipBlanks() throws(ConfigFault) {
        while let scalar = next {
            if JSON5Cursor.isBlank(scalar) {
                take()
            } else if scalar == "/", second == "/" {
                _ = take { !JSON5Cursor.endsLine($0) }
            } else if scalar == "/", second == "*" {
                try skipBlock()
            } else {
                return
            }
        }
    }

    private mutating func skipBlock() throws(ConfigFault) {
        let start = position
        take()
        take()
        while let scalar = take() {
            if scalar == "*", take("/") { return }
        }
        throw ConfigFault(start, "this comment has no end: '*/' is missing")
    }

    /// The next scalar as a message names it.
    var nextName: String {
        next.map { ConfigFault.quote(String($0)) } ?? "the end of the file"
    }

    static func endsLine(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\n", "\r", "\u{2028}", "\u{2029}": true
        default: false
        }
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case " ", "\t", "\u{0B}", "\u{0C}", "\u{A0}", "\u{FEFF}": true
        default: endsLine(scalar) || scalar.properties.generalCategory == .spaceSeparator
        }
    }
}
