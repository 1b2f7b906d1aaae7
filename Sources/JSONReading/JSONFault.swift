import CSimdJSON

/// Why a text was not read as JSON.
public enum JSONFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// It breaks JSON's grammar.
    case malformed
    /// It is not UTF-8.
    case notUTF8
    /// It is nested deeper than the reader allows.
    case tooDeep
    /// It is longer than the reader allows.
    case tooLarge
    /// There was no memory for it.
    case noMemory

    init(code: Int32) {
        self =
            switch code {
            case Int32(MR_JSON_UTF8): .notUTF8
            case Int32(MR_JSON_TOO_DEEP): .tooDeep
            case Int32(MR_JSON_TOO_LARGE): .tooLarge
            case Int32(MR_JSON_MEMORY): .noMemory
            default: .malformed
            }
    }

    public var description: String {
        switch self {
        case .malformed: "not JSON"
        case .notUTF8: "not UTF-8"
        case .tooDeep: "nested too deeply"
        case .tooLarge: "too large"
        case .noMemory: "no memory to read it"
        }
    }
}
