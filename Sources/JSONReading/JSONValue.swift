import CSimdJSON
import MarketModel

/// A value of the text that a ``JSONReader`` is reading; valid only inside the closure that was given it.
@frozen
public struct JSONValue {
    @usableFromInline let node: UnsafePointer<mr_json_node>
    @usableFromInline let base: UnsafePointer<mr_json_node>

    @inlinable
    init(node: UnsafePointer<mr_json_node>, base: UnsafePointer<mr_json_node>) {
        self.node = node
        self.base = base
    }

    /// What a value is.
    @frozen
    public enum Kind: UInt32, Sendable {
        case null, `false`, `true`, number, string, array, object
    }

    /// What the value is.
    @inlinable
    public var kind: Kind { Kind(rawValue: node.pointee.kind) ?? .null }

    /// The bytes of a string without quotes and escapes, or of a number as it was written; the token of anything else.
    @inlinable
    public var bytes: UnsafeRawBufferPointer {
        isContainer
            ? UnsafeRawBufferPointer(start: nil, count: 0)
            : UnsafeRawBufferPointer(start: node.pointee.text, count: Int(node.pointee.length))
    }

    /// Whether this is an array or an object.
    @inlinable
    public var isContainer: Bool { node.pointee.kind >= UInt32(MR_JSON_ARRAY) }

    @inlinable
    var isText: Bool { node.pointee.kind == UInt32(MR_JSON_NUMBER) || node.pointee.kind == UInt32(MR_JSON_STRING) }

    /// A string's text; nil for anything else. Allocates where the text is long.
    public var string: String? {
        kind == .string ? String(decoding: bytes, as: UTF8.self) : nil
    }

    /// `true` or `false`; nil for anything else.
    public var bool: Bool? {
        switch kind {
        case .true: true
        case .false: false
        default: nil
        }
    }

    /// The exact decimal that a number, or a string that holds one, was written as; nil for anything else, or beyond 18 digits.
    @inlinable
    public var decimal: FixedPoint? {
        isText ? DecimalBytes.decimal(bytes) : nil
    }

    /// The integer that a number, or a string that holds one, was written as; nil for anything else, or beyond 64 bits.
    @inlinable
    public var integer: Int64? {
        isText ? DecimalBytes.integer(bytes) : nil
    }

    /// The double nearest to what a number was written as; nil for anything else.
    public var real: Double? {
        kind == .number ? Double(String(decoding: bytes, as: UTF8.self)) : nil
    }

    /// Whether this is a string of exactly these characters.
    @inlinable
    @inline(__always)
    public func equals(_ text: StaticString) -> Bool {
        node.pointee.kind == UInt32(MR_JSON_STRING) && bytes.equals(text)
    }

    /// The values of an array in order; nothing for anything else.
    @inlinable
    public var elements: JSONElements {
        let count = kind == .array ? node.pointee.length : 0
        return JSONElements(at: node + 1, base: base, left: count)
    }

    /// The members of an object in order, each a key and a value; nothing for anything else.
    @inlinable
    public var members: JSONMembers {
        let count = kind == .object ? node.pointee.length : 0
        return JSONMembers(at: node + 1, base: base, left: count)
    }

    /// The value of an object's first member of this name.
    ///
    /// - Complexity: O(members).
    @inlinable
    public subscript(name: StaticString) -> JSONValue? {
        for (key, value) in members where key.equals(name) { return value }
        return nil
    }
}

/// The values of an array.
@frozen
public struct JSONElements: Sequence, IteratorProtocol {
    @usableFromInline var at: UnsafePointer<mr_json_node>
    @usableFromInline let base: UnsafePointer<mr_json_node>
    @usableFromInline var left: UInt32

    @inlinable
    init(at: UnsafePointer<mr_json_node>, base: UnsafePointer<mr_json_node>, left: UInt32) {
        self.at = at
        self.base = base
        self.left = left
    }

    /// The next value.
    @inlinable
    @inline(__always)
    public mutating func next() -> JSONValue? {
        guard left > 0 else { return nil }
        left -= 1
        defer { at = base + Int(at.pointee.next) }
        return JSONValue(node: at, base: base)
    }
}

/// The members of an object.
@frozen
public struct JSONMembers: Sequence, IteratorProtocol {
    @usableFromInline var at: UnsafePointer<mr_json_node>
    @usableFromInline let base: UnsafePointer<mr_json_node>
    @usableFromInline var left: UInt32

    @inlinable
    init(at: UnsafePointer<mr_json_node>, base: UnsafePointer<mr_json_node>, left: UInt32) {
        self.at = at
        self.base = base
        self.left = left
    }

    /// The next key and its value.
    @inlinable
    @inline(__always)
    public mutating func next() -> (key: UnsafeRawBufferPointer, value: JSONValue)? {
        guard left > 0 else { return nil }
        left -= 1
        let (key, value) = (at, at + 1)
        at = base + Int(value.pointee.next)
        return (UnsafeRawBufferPointer(start: key.pointee.text, count: Int(key.pointee.length)), JSONValue(node: value, base: base))
    }
}

extension UnsafeRawBufferPointer {
    /// Whether these are exactly the characters of `text`.
    @inlinable
    @inline(__always)
    public func equals(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        for at in 0..<count where self[at] != text.utf8Start[at] { return false }
        return true
    }
}
