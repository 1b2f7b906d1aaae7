import Foundation

/// A repeatable stream of numbers (SplitMix64), the same on every machine, so that a printed seed reproduces a failure.
public struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    /// Begins the stream of a seed.
    public init(_ seed: UInt64) { state = seed }

    /// A seed of its own for a test, printed so that a failure can be repeated with `SEED=…`.
    public static func fresh() -> Seeded {
        let seed = ProcessInfo.processInfo.environment["SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        return Seeded(seed)
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
