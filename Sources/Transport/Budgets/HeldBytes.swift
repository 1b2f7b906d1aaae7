/// What all clients of a ``Server`` hold of its memory, by kind, each within its budget of ``ServerLimits``.
///
///     let held = HeldBytes(limits: limits)
///     let server = try Server(router: router, limits: limits, held: held)
///     for kind in held.kinds { print(kind.name, kind.held) }
public final class HeldBytes: Sendable {
    /// Bodies of requests, until these are answered.
    let bodies: ByteBudget
    /// Bodies of answers, until they have been sent.
    let answers: ByteBudget
    /// Events that wait for their clients.
    let events: ByteBudget
    /// Frames that wait for their clients.
    let frames: ByteBudget

    /// Creates budgets that nobody draws on yet.
    public init(limits: ServerLimits) {
        bodies = ByteBudget(limit: limits.heldBodies)
        answers = ByteBudget(limit: limits.heldAnswers)
        events = ByteBudget(limit: limits.heldEvents)
        frames = ByteBudget(limit: limits.heldFrames)
    }

    /// A kind of bytes, as figures tell it.
    public struct Kind: Sendable, Hashable {
        /// What it is called: `answers`.
        public let name: String
        /// How many bytes there are.
        public let held: Int
        /// How many there may be.
        public let limit: Int
        /// How many clients were refused or cut off, since there would have been more.
        public let shed: Int

        /// Creates a kind's figures.
        public init(name: String, held: Int, limit: Int, shed: Int) {
            self.name = name
            self.held = held
            self.limit = limit
            self.shed = shed
        }
    }

    /// The figures of all kinds.
    public var kinds: [Kind] {
        [("bodies", bodies), ("answers", answers), ("events", events), ("frames", frames)].map { name, budget in
            Kind(name: name, held: budget.held, limit: budget.limit, shed: budget.shed)
        }
    }
}
