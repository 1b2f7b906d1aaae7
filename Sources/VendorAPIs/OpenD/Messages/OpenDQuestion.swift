import Feeds
import JSONReading

/// What a client asks: made of the fields of `c2s`.
protocol OpenDQuestion {
    /// - Throws: ``OpenDRefusal`` where fields are missing or say nothing.
    init(_ fields: some OpenDFieldReader) throws(OpenDRefusal)
}

extension OpenDQuestion {
    /// Reads a question from a body.
    ///
    /// - Throws: ``OpenDRefusal`` where the body is no message with `c2s`, or its fields make no question.
    init(_ body: ArraySlice<UInt8>, _ format: OpenDFormat) throws(OpenDRefusal) {
        switch format {
        case .protobuf:
            guard let fields = ProtobufMessage(body)?.message(1, "c2s") else { throw .malformed }
            try self.init(fields)
        case .json:
            let read = body.withUnsafeBytes { bytes -> Result<Self, OpenDRefusal>? in
                let reader = JSONReader(maxBytes: OpenDFrame.longestBody)
                return try? reader.read(bytes) { json in
                    Result { () throws(OpenDRefusal) -> Self in
                        guard let fields = json.message(1, "c2s") else { throw .malformed }
                        return try Self(fields)
                    }
                }
            }
            guard let read else { throw .malformed }
            self = try read.get()
        }
    }
}
