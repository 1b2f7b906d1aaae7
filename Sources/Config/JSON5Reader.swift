/// JSON5: JSON that people write, with comments, trailing commas, names without quotes, texts in single quotes and numbers as in scripts.
///
/// Strict where the standard leaves room: the bytes are UTF-8, and half a surrogate pair is no text. Pure, and never traps.
public enum JSON5 {
    /// The longest file that is read, in bytes.
    public static let longest = 1 << 20
    /// How deep lists and objects may be nested.
    public static let deepest = 64

    /// Reads a file that holds one value.
    ///
    /// - Throws: the first fault.
    /// - Complexity: O(bytes).
    public static func read(_ bytes: some Collection<UInt8>) throws(ConfigFault) -> ConfigValue {
        guard bytes.count <= longest else {
            throw ConfigFault(ConfigPosition(line: 1, column: 1), "the file is longer than \(longest) bytes")
        }
        var reader = JSON5Reader(cursor: try JSON5Cursor(bytes))
        try reader.cursor.skipBlanks()
        let value = try reader.value(depth: 0)
        try reader.cursor.skipBlanks()
        guard reader.cursor.next == nil else {
            throw ConfigFault(reader.cursor.position, "the file holds one value, and \(reader.cursor.nextName) comes after it")
        }
        return value
    }
}

/// Reads values; numbers, texts and names are in files of their own.
struct JSON5Reader {
    var cursor: JSON5Cursor

    mutating func value(depth: Int) throws(ConfigFault) -> ConfigValue {
        let start = cursor.position
        guard let next = cursor.next else { throw ConfigFault(start, "a value is wanted here, not the end of the file") }
        switch next {
        case "{": return ConfigValue(.object(try members(depth: depth + 1)), at: start)
        case "[": return ConfigValue(.list(try elements(depth: depth + 1)), at: start)
        case "\"", "'": return ConfigValue(.text(try text()), at: start)
        case "+", "-", ".", "0"..."9": return ConfigValue(try number(), at: start)
        default: return ConfigValue(try word(), at: start)
        }
    }

    /// `null`, `true`, `false`, `Infinity`, `NaN`.
    private mutating func word() throws(ConfigFault) -> ConfigValue.Kind {
        let start = cursor.position
        let word = cursor.take(while: JSON5Reader.continuesName)
        switch word {
        case "null": return .null
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "Infinity": return .real(.infinity)
        case "NaN": return .real(.nan)
        case "": throw ConfigFault(start, "a value is wanted here, not \(cursor.nextName)")
        default: throw ConfigFault(start, "\(ConfigFault.quote(word)) is no value: a text stands in quotes")
        }
    }

    private mutating func members(depth: Int) throws(ConfigFault) -> [ConfigMember] {
        let start = try open(depth)
        var members: [ConfigMember] = []
        while true {
            try cursor.skipBlanks()
            if cursor.take("}") { return members }
            let place = cursor.position
            let name = try self.name(of: start)
            try cursor.skipBlanks()
            guard cursor.take(":") else {
                throw ConfigFault(cursor.position, "':' is wanted after \(ConfigFault.quote(name)), not \(cursor.nextName)")
            }
            try cursor.skipBlanks()
            members.append(ConfigMember(name, at: place, try value(depth: depth)))
            try cursor.skipBlanks()
            guard cursor.take(",") || cursor.next == "}" else {
                throw ConfigFault(
                    cursor.position, "',' or '}' is wanted here, not \(cursor.nextName): the object begins in line \(start.line)")
            }
        }
    }

    private mutating func elements(depth: Int) throws(ConfigFault) -> [ConfigValue] {
        let start = try open(depth)
        var elements: [ConfigValue] = []
        while true {
            try cursor.skipBlanks()
            if cursor.take("]") { return elements }
            elements.append(try value(depth: depth))
            try cursor.skipBlanks()
            guard cursor.take(",") || cursor.next == "]" else {
                throw ConfigFault(
                    cursor.position, "',' or ']' is wanted here, not \(cursor.nextName): the list begins in line \(start.line)")
            }
        }
    }

    /// Goes past a bracket and returns where it stood.
    private mutating func open(_ depth: Int) throws(ConfigFault) -> ConfigPosition {
        let start = cursor.position
        guard depth <= JSON5.deepest else { throw ConfigFault(start, "lists and objects are nested deeper than \(JSON5.deepest)") }
        cursor.take()
        return start
    }
}
