import Lake
import Transport

/// A body that is written to a file while it is sent, for those who ask for it again.
struct KeptBody<Base: BodyProducer>: BodyProducer {
    private var base: Base
    private var draft: AnswerDraft?

    init(_ base: Base, _ draft: AnswerDraft?) {
        self.base = base
        self.draft = draft
    }

    mutating func produce(into piece: inout ByteBuffer, _ cancellation: Cancellation) throws -> Bool {
        let start = piece.count
        let goesOn = try base.produce(into: &piece, cancellation)
        guard let draft else { return goesOn }
        piece.withBytes { draft.append(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: $0[start...]))) }
        guard !goesOn else { return true }
        draft.keep()
        self.draft = nil
        return false
    }
}
