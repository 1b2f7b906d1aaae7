/// How a piece of text looks on a terminal.
public enum TextStyle: Sendable, Hashable {
    case plain, bold, dim, reverse
    case good, doubtful, bad

    /// The terminal's code for it (ECMA-48); nil for none.
    func code(colour: Bool) -> String? {
        switch self {
        case .plain: nil
        case .bold: "1"
        case .dim: "2"
        case .reverse: "7"
        case .good: colour ? "32" : nil
        case .doubtful: colour ? "33" : nil
        // Without colour it has to be seen as well.
        case .bad: colour ? "1;31" : "1"
        }
    }
}

/// A line of a screen: pieces of text, each in its style. Nothing in it can move a cursor.
public struct StyledText: Sendable, Hashable {
    /// A piece in one style.
    struct Piece: Sendable, Hashable {
        var text: String
        var style: TextStyle
    }

    private(set) var pieces: [Piece] = []

    /// Creates an empty line.
    public init() {}

    /// Creates a line in one style.
    init(_ text: String, _ style: TextStyle = .plain) { append(text, style) }

    /// The text alone.
    public var text: String { pieces.map(\.text).joined() }

    /// How many columns it takes.
    public var width: Int { TextWidth.of(text) }

    /// The style in which a piece of this text stands, if one does.
    public func style(of text: String) -> TextStyle? { pieces.first { $0.text.contains(text) }?.style }

    /// Adds a piece; characters that a terminal would obey become question marks.
    mutating func append(_ text: String, _ style: TextStyle = .plain) {
        let shown = String(String.UnicodeScalarView(text.unicodeScalars.map { TextWidth.isShown($0) ? $0 : "?" }))
        pieces.append(Piece(text: shown, style: style))
    }

    /// The beginning that fits into so many columns.
    func clipped(to columns: Int) -> StyledText {
        var (clipped, left) = (StyledText(), max(0, columns))
        for piece in pieces {
            let text = TextWidth.prefix(of: piece.text, columns: left)
            left -= TextWidth.of(text)
            clipped.pieces.append(Piece(text: text, style: piece.style))
            if text.unicodeScalars.count < piece.text.unicodeScalars.count { break }
        }
        return clipped
    }

    /// The line as a terminal draws it.
    public func drawn(colour: Bool) -> String {
        pieces.map { piece in piece.style.code(colour: colour).map { "\u{1B}[\($0)m\(piece.text)\u{1B}[0m" } ?? piece.text }.joined()
    }
}

/// How many columns of a terminal a text takes.
public enum TextWidth {
    /// The width of a text.
    public static func of(_ text: String) -> Int { text.unicodeScalars.reduce(0) { $0 + of($1) } }

    static func isShown(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        default: true
        }
    }

    /// The beginning of a text that fits.
    static func prefix(of text: String, columns: Int) -> String {
        var left = columns
        return String(
            String.UnicodeScalarView(
                text.unicodeScalars.prefix { scalar in
                    left -= of(scalar)
                    return left >= 0
                }))
    }

    /// The text with blanks up to a width, before it or behind.
    static func padded(_ text: String, to width: Int, right: Bool) -> String {
        let blanks = String(repeating: " ", count: max(0, width - of(text)))
        return right ? blanks + text : text + blanks
    }

    /// 0 for marks above the letter before, 2 for what East Asian Width calls wide, else 1.
    private static func of(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return 0
        default: break
        }
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }
}
