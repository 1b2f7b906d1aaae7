/// A key that was pressed.
public enum TopKey: Sendable, Hashable {
    case character(Character)
    case up, down, left, right, pageUp, pageDown, home, end
    case enter, backspace, escape
}

/// Turns what a terminal sends into keys.
public struct KeyReader: Sendable {
    /// What a read ended within.
    private var pending: [UInt8] = []

    /// Creates a reader.
    public init() {}

    /// The keys of some bytes; a sequence that has begun is kept for the next ones.
    public mutating func take(_ bytes: some Sequence<UInt8>) -> [TopKey] {
        var rest = (pending + bytes)[...]
        var keys: [TopKey] = []
        while let first = rest.first {
            guard first != 0x1B else {
                // What terminals send for a key comes at once: a lone one is the key itself.
                if rest.count == 1 || (rest[rest.startIndex + 1] != UInt8(ascii: "[") && rest[rest.startIndex + 1] != UInt8(ascii: "O")) {
                    keys.append(.escape)
                    rest = rest.dropFirst()
                    continue
                }
                guard let end = rest.dropFirst(2).firstIndex(where: { (0x40...0x7E).contains($0) }) else { break }
                if let key = KeyReader.named[String(decoding: rest[(rest.startIndex + 2)...end], as: UTF8.self)] { keys.append(key) }
                rest = rest[(end + 1)...]
                continue
            }
            let length = first < 0xC0 || first >= 0xF8 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
            guard rest.count >= length else { break }
            let text = String(decoding: rest.prefix(length), as: UTF8.self)
            rest = rest.dropFirst(length)
            switch first {
            case 0x0D, 0x0A: keys.append(.enter)
            case 0x7F, 0x08: keys.append(.backspace)
            case 0x20...: if let character = text.first, character != "\u{FFFD}" { keys.append(.character(character)) }
            default: break
            }
        }
        // No key is so long.
        pending = rest.count > 32 ? [] : Array(rest)
        return keys
    }

    private static let named: [String: TopKey] = [
        "A": .up, "B": .down, "C": .right, "D": .left, "H": .home, "F": .end, "1~": .home, "4~": .end, "7~": .home, "8~": .end,
        "5~": .pageUp, "6~": .pageDown,
    ]
}
