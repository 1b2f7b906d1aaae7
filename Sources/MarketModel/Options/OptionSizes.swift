/// How many coins a contract of an option is on, by family and time.
///
/// Venues change it: OKX divided that of `BTC-USD` and `ETH-USD` by ten on 2022-05-26 between 08:00 and 09:00 UTC, and dumps carry contracts.
/// What is not known is nil, and a trade of such a time is refused rather than guessed.
///
///     var sizes = OptionSizes.known
///     try sizes.add("okx:SOL-USD@2023-06-01=1")      // what a user knows
///
/// Sources: OKX's notices of May 2022 and its instrument list; Deribit prints amounts in coins.
public struct OptionSizes: Sendable, Hashable {
    /// A size that holds from a moment until the next; nil where it is not known.
    private struct Period: Sendable, Hashable {
        var from: Int64
        var size: FixedPoint?
    }

    /// By time.
    private var families: [OptionFamily: [Period]] = [:]

    /// Knows nothing but what is added.
    public init() {}

    /// What is known for certain.
    public static let known: OptionSizes = {
        var sizes = OptionSizes()
        let change = Timestamp.parse("2022-05-26T08:00:00Z") ?? 0
        for (name, before, after) in [("BTC-USD", 1, 2), ("ETH-USD", 0, 1)] {
            guard let family = OptionFamily(venue: .okxOptions, name: name) else { continue }
            sizes.families[family] = [
                Period(from: .min, size: FixedPoint(mantissa: 1, scale: before)), Period(from: change, size: nil),
                Period(from: change + 3_600_000_000, size: FixedPoint(mantissa: 1, scale: after)),
            ]
        }
        return sizes
    }()

    /// Coins per contract of a family at a moment; nil where it is not known.
    ///
    /// - Parameter time: in microseconds since 1970-01-01 UTC.
    public func size(of family: OptionFamily, at time: Int64) -> FixedPoint? {
        if let periods = families[family] { return periods.last { $0.from <= time }?.size }
        return family.venue == .deribitOptions ? FixedPoint(mantissa: 1) : nil
    }

    /// Takes over a size that holds from a moment on, up to the next that is known.
    ///
    /// - Parameter size: more than zero; others are passed over.
    public mutating func add(_ family: OptionFamily, _ size: FixedPoint, from time: Int64 = .min) {
        guard size.mantissa > 0 else { return }
        var periods = families[family] ?? []
        periods.removeAll { $0.from == time }
        periods.append(Period(from: time, size: size))
        families[family] = periods.sorted { $0.from < $1.from }
    }

    /// Takes over what a user says: `okx:SOL-USD=1`, or `okx:BTC-USD@2022-05-26T08:30:00Z=0.01` for what holds from a moment on.
    ///
    /// - Returns: false for a text that says nothing of the kind.
    public mutating func add(_ text: some StringProtocol) -> Bool {
        let parts = text.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count == 2, let size = try? FixedPoint(text: parts[1]), size.mantissa > 0 else { return false }
        let place = parts[0].split(separator: "@", omittingEmptySubsequences: false)
        guard (1...2).contains(place.count), let family = OptionFamily(place[0]) else { return false }
        var time = Int64.min
        if place.count == 2 {
            guard let from = Timestamp.parse(place[1]) else { return false }
            time = from
        }
        add(family, size, from: time)
        return true
    }
}
