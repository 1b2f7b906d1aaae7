extension Aperiodic {
    /// How long a request still waits for files that are being made: it begins with the request, so that time in a queue counts too.
    struct Wait: Sendable {
        /// A little less than clients wait for an answer, in milliseconds.
        private static let patience = 50_000

        private let begun = ContinuousClock.now

        /// Milliseconds, at least 0.
        var left: Int { max(0, Wait.patience - Int((ContinuousClock.now - begun) / .milliseconds(1))) }
    }
}
