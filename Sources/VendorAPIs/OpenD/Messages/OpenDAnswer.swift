import Transport

/// What an answer carries if all went well: the fields of `s2c`.
protocol OpenDPayload {
    /// Writes the fields.
    func write<Writer: OpenDFieldWriter & ~Copyable>(to writer: inout Writer)
}

/// An answer: every protocol's has the same fields around its own.
enum OpenDAnswer {
    case done(any OpenDPayload)
    case refused(OpenDRefusal)

    /// The answer's bytes; there are always some, since clients wait for ever for a body that is empty.
    func body(_ format: OpenDFormat) -> [UInt8] {
        switch format {
        case .protobuf:
            var writer = ProtobufWriter()
            write(to: &writer)
            return writer.bytes
        case .json:
            var writer = JSONWriter()
            writer.beginObject()
            write(to: &writer)
            writer.endObject()
            return writer.buffer.withBytes { Array($0) }
        }
    }

    private func write<Writer: OpenDFieldWriter & ~Copyable>(to writer: inout Writer) {
        switch self {
        case .done(let payload):
            writer.integer(1, "retType", 0)
            writer.text(2, "retMsg", "")
            writer.integer(3, "errCode", 0)
            writer.message(4, "s2c") { payload.write(to: &$0) }
        case .refused(let refusal):
            writer.integer(1, "retType", -1)
            writer.text(2, "retMsg", refusal.words)
            writer.integer(3, "errCode", 0)
        }
    }
}
