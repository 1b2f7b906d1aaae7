import Transport

/// What an answer carries if all went well: the fields of `s2c`.
protocol OpenDPayload {
    /// Writes the fields.
    func write<Writer: OpenDFieldWriter & ~Copyable>(to writer: inout Writer)
}

/// An answer: every protocol's has the same fields around its own.
enum OpenDAnswer {
    case loggedIn(OpenDLogInAnswer)
    case begun(OpenDInitAnswer)
    case state(OpenDStateAnswer)
    case alive(OpenDKeepAliveAnswer)
    case market(OpenDMarketAnswer)
    case underlying(OpenDUnderlyingAnswer)
    case refused(OpenDRefusal)

    /// Appends the answer; there are always some bytes, since clients wait for ever for a body that is empty.
    func write(_ format: OpenDFormat, to bytes: inout [UInt8]) {
        switch format {
        case .protobuf: ProtobufWriter.append(to: &bytes) { write(to: &$0) }
        case .json:
            var writer = JSONWriter()
            writer.beginObject()
            write(to: &writer)
            writer.endObject()
            writer.buffer.withBytes { bytes.append(contentsOf: $0) }
        }
    }

    /// Told apart here and not by a box for any payload, so that the compiler makes code for each with each writer.
    private func write<Writer: OpenDFieldWriter & ~Copyable>(to writer: inout Writer) {
        switch self {
        case .loggedIn(let payload): OpenDAnswer.write(payload, to: &writer)
        case .begun(let payload): OpenDAnswer.write(payload, to: &writer)
        case .state(let payload): OpenDAnswer.write(payload, to: &writer)
        case .alive(let payload): OpenDAnswer.write(payload, to: &writer)
        case .market(let payload): OpenDAnswer.write(payload, to: &writer)
        case .underlying(let payload): OpenDAnswer.write(payload, to: &writer)
        case .refused(let refusal):
            writer.integer(1, "retType", -1)
            writer.text(2, "retMsg", refusal.words)
            writer.integer(3, "errCode", 0)
        }
    }

    private static func write<Writer: OpenDFieldWriter & ~Copyable>(_ payload: some OpenDPayload, to writer: inout Writer) {
        writer.integer(1, "retType", 0)
        writer.text(2, "retMsg", "")
        writer.integer(3, "errCode", 0)
        writer.message(4, "s2c") { payload.write(to: &$0) }
    }
}
