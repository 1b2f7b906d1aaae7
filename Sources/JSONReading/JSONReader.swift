import CSimdJSON

/// Reads JSON texts one after another, and allocates nothing for a text that is no larger than those before it.
///
/// The bytes are copied into a buffer with the padding that simdjson wants, so any buffer may be read. One reader a connection: it is not
/// for several threads at a time.
///
///     let price = try reader.read(frame) { $0["p"]?.decimal }      // 0.10 stays 0.1, whether it came as "0.10" or as 0.10
public final class JSONReader {
    private let parser: OpaquePointer

    /// Creates a reader that refuses texts of more than `maxBytes` bytes or nested deeper than `maxDepth`.
    public init(maxBytes: Int = 4 << 20, maxDepth: Int = 32) {
        guard let parser = mr_json_open(maxBytes, UInt32(clamping: maxDepth)) else { fatalError("No memory for a JSON reader.") }
        self.parser = parser
    }

    deinit { mr_json_close(parser) }

    /// Calls `body` with the value of a text; neither it nor anything taken from it may leave `body`, other than copies.
    ///
    /// - Throws: ``JSONFault`` when the text is not one whole JSON value.
    /// - Complexity: O(bytes).
    public func read<Result>(_ bytes: UnsafeRawBufferPointer, _ body: (JSONValue) -> Result) throws(JSONFault) -> Result {
        var nodes: UnsafePointer<mr_json_node>?
        var count: UInt32 = 0
        let code = mr_json_parse(parser, bytes.baseAddress, bytes.count, &nodes, &count)
        guard code == MR_JSON_OK, let nodes else { throw JSONFault(code: code) }
        return body(JSONValue(node: nodes, base: nodes))
    }
}
