/// Makes a long body piece by piece, as fast as its client takes it.
///
///     struct Numbers: BodyProducer {
///         var next = 0
///         mutating func produce(into piece: inout ByteBuffer, _ cancellation: Cancellation) -> Bool {
///             for _ in 0..<10_000 { piece.append(decimal: Int128(next), scale: 0); piece.append("\n"); next += 1 }
///             return next < 1_000_000
///         }
///     }
public protocol BodyProducer: Sendable {
    /// Appends the next piece, about a megabyte at most, and says whether another follows.
    ///
    /// It is called on one thread at a time, not always the same. What it throws cuts the body off, so that a client sees that it is not
    /// whole; thrown while nothing has been sent it is answered as any other error.
    mutating func produce(into piece: inout ByteBuffer, _ cancellation: Cancellation) throws -> Bool
}

/// A body whose first piece is made, and whose others are made while it is sent.
public final class BodyStream: Sendable {
    let first: SharedBytes
    let producer: any BodyProducer

    init(first: SharedBytes, producer: any BodyProducer) {
        self.first = first
        self.producer = producer
    }
}

extension Response {
    /// Answers with a body that may be longer than memory should hold.
    ///
    /// The first 256 KiB are made here, so this belongs into the work of ``later(_:)``. A body that ends with them is sent as bytes are, with
    /// its length; a longer one in chunks, and if it cannot be made to its end the connection closes before the last chunk.
    ///
    /// - Throws: what the producer throws for what is made here.
    public static func produced(
        _ contentType: ContentType, headers: [Header] = [], _ cancellation: Cancellation, by producer: some BodyProducer
    ) throws -> Response {
        var producer = producer
        var piece = ByteBuffer(capacity: 4096)
        var isLong = true
        while isLong, piece.count < shortest { isLong = try producer.produce(into: &piece, cancellation) }
        guard isLong else { return Response(contentType: contentType, body: .bytes(Payload(piece)), headers: headers) }
        return Response(
            contentType: contentType, body: .stream(BodyStream(first: SharedBytes(piece), producer: producer)), headers: headers)
    }

    private static var shortest: Int { 256 << 10 }

    /// All bytes of a body that is in memory or is made piece by piece, for tests.
    package func wholeBody() throws -> [UInt8] {
        guard case .stream(let stream) = body else { return Array(bodyText.utf8) }
        var producer = stream.producer
        let cancellation = Cancellation()
        var bytes = stream.first.withBytes { Array($0) }
        var goesOn = true
        while goesOn {
            var piece = ByteBuffer()
            goesOn = try producer.produce(into: &piece, cancellation)
            piece.withBytes { bytes.append(contentsOf: $0) }
        }
        return bytes
    }
}
