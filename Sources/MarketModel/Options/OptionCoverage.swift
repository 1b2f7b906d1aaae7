/// Which trades of a family are meant: OKX tells of blocks apart from its book, and a quarter of an hour later.
public enum OptionPart: Int64, Sendable, Hashable, CaseIterable {
    /// Trades of the order book.
    case book = 0
    /// Blocks.
    case blocks = 1

    /// `book` or `blocks`.
    public var name: String { self == .book ? "book" : "blocks" }
}

/// When a tape of options is known to be whole: stretches of time, outside of which nobody can say.
///
/// Ids of options rise by one at some venues and not at others, and thousands of options trade seldom: what was watched or asked for without
/// a hole is written down as time, which a window can be held against.
///
///     var coverage = OptionCoverage()
///     coverage.add(0..<100, isRepaired: false)
///     coverage.remove(40..<50)
///     coverage.quality(of: 0..<40)      // .complete
///     coverage.gaps(in: 30..<120)       // [40..<50, 100..<120]
public struct OptionCoverage: Sendable, Hashable {
    /// A stretch of which nothing lacks.
    public struct Stretch: Sendable, Hashable {
        /// From and up to, in microseconds since 1970-01-01 UTC.
        public var times: Range<Int64>
        /// Whether something of it was missed at first, and asked for.
        public var isRepaired: Bool

        /// Creates a stretch.
        public init(_ times: Range<Int64>, isRepaired: Bool) {
            self.times = times
            self.isRepaired = isRepaired
        }
    }

    /// What is whole: ascending, without overlap; neighbours of one kind are one.
    public private(set) var stretches: [Stretch] = []

    /// Knows nothing.
    public init() {}

    /// Joins stretches.
    public init(_ stretches: some Sequence<Stretch>) {
        for stretch in stretches { add(stretch.times, isRepaired: stretch.isRepaired) }
    }

    /// Takes note that nothing lacks within some times; what was known before stays as it was.
    ///
    /// - Complexity: O(stretches).
    public mutating func add(_ times: Range<Int64>, isRepaired: Bool) {
        let new = gaps(in: times).map { Stretch($0, isRepaired: isRepaired) }
        guard !new.isEmpty else { return }
        stretches = OptionCoverage.joined((stretches + new).sorted { $0.times.lowerBound < $1.times.lowerBound })
    }

    /// What is whole within some times, ascending.
    ///
    /// - Complexity: O(stretches).
    public func stretches(in times: Range<Int64>) -> [Stretch] {
        stretches.filter { $0.times.overlaps(times) }.map { Stretch($0.times.clamped(to: times), isRepaired: $0.isRepaired) }
    }

    /// Takes note that something lacks within some times.
    ///
    /// - Complexity: O(stretches).
    public mutating func remove(_ times: Range<Int64>) {
        guard !times.isEmpty else { return }
        stretches = stretches.flatMap { stretch -> [Stretch] in
            guard stretch.times.overlaps(times) else { return [stretch] }
            let before = stretch.times.lowerBound..<max(stretch.times.lowerBound, times.lowerBound)
            let after = min(stretch.times.upperBound, times.upperBound)..<stretch.times.upperBound
            return [before, after].filter { !$0.isEmpty }.map { Stretch($0, isRepaired: stretch.isRepaired) }
        }
    }

    private static func joined(_ sorted: [Stretch]) -> [Stretch] {
        var joined: [Stretch] = []
        for stretch in sorted {
            if let last = joined.last, last.times.upperBound == stretch.times.lowerBound, last.isRepaired == stretch.isRepaired {
                joined[joined.count - 1].times = last.times.lowerBound..<stretch.times.upperBound
            } else {
                joined.append(stretch)
            }
        }
        return joined
    }

    /// What of some times is not known to be whole, ascending.
    ///
    /// - Complexity: O(stretches).
    public func gaps(in times: Range<Int64>) -> [Range<Int64>] {
        var gaps: [Range<Int64>] = []
        var start = times.lowerBound
        for stretch in stretches where stretch.times.overlaps(times) {
            if start < stretch.times.lowerBound { gaps.append(start..<stretch.times.lowerBound) }
            start = max(start, stretch.times.upperBound)
        }
        if start < times.upperBound { gaps.append(start..<times.upperBound) }
        return gaps
    }

    /// Whether all of some times is whole, and whether it always was.
    ///
    /// - Complexity: O(stretches).
    public func quality(of times: Range<Int64>) -> BarQuality {
        guard gaps(in: times).isEmpty else { return .gap }
        return stretches.contains { $0.isRepaired && $0.times.overlaps(times) } ? .repaired : .complete
    }
}

/// What became known of a tape of options.
public enum OptionClaim: Sendable, Hashable {
    /// Nothing lacks within some times, in microseconds since 1970-01-01 UTC.
    case whole(OptionFamily, OptionPart, Range<Int64>, isRepaired: Bool)
    /// Something lacks within some times.
    case lacking(OptionFamily, OptionPart, Range<Int64>)

    /// The family.
    public var family: OptionFamily {
        switch self {
        case .whole(let family, _, _, _), .lacking(let family, _, _): family
        }
    }

    /// Which of its trades.
    public var part: OptionPart {
        switch self {
        case .whole(_, let part, _, _), .lacking(_, let part, _): part
        }
    }

    /// When.
    public var times: Range<Int64> {
        switch self {
        case .whole(_, _, let times, _), .lacking(_, _, let times): times
        }
    }
}
