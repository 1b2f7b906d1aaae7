public import MarketModel

/// What a venue said of all its contracts' open interest in one round of questions.
public struct InterestSweep: Sendable, Hashable {
    /// The venue.
    public var venue: Venue
    /// When the round ended, in microseconds since 1970-01-01 UTC.
    public var time: Int64
    /// A sample of each contract that was understood, all of ``venue``.
    public var samples: [OpenInterestSample]

    /// Creates a sweep.
    public init(venue: Venue, time: Int64, samples: [OpenInterestSample]) {
        self.venue = venue
        self.time = time
        self.samples = samples
    }
}

/// The samples of one contract, in the order of the sweeps that brought them.
public struct InterestSeries: Sendable, Hashable {
    /// The contract.
    public var contract: OpenInterestContract
    /// When the sweeps ended, ascending, in microseconds.
    public var times: [Int64] = []
    /// How much there was at ``times``.
    public var values: [OpenInterest] = []

    /// Creates a series without samples.
    public init(_ contract: OpenInterestContract) { self.contract = contract }
}
