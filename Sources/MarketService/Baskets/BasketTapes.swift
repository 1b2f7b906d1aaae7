public import Lake
public import MarketModel
import OrderFlow

/// What the lake holds of a basket's members, as of one moment.
public struct BasketTapes: Sendable {
    /// The basket.
    public let basket: Basket
    /// A tape for each member; nil where it has no trades.
    let tapes: [TapeSummary?]
    private let coverage: [MemberCoverage]

    /// Looks up the tapes of a basket's members.
    ///
    /// - Parameter isRecorded: whether an instrument is being followed, so that a time without trades is one in which nobody traded.
    /// - Returns: nil if no member has a tape.
    /// - Complexity: O(days of all members)
    public static func open(
        _ lake: Lake, _ basket: Basket, isRecorded: (Venue, String) -> Bool
    ) throws -> BasketTapes? {
        let tapes = try basket.members.map { member -> TapeSummary? in
            let tape = try lake.tape(venue: member.instrument.venue, symbol: member.instrument.symbol)
            return tape?.days.isEmpty == false ? tape : nil
        }
        guard tapes.contains(where: { $0 != nil }) else { return nil }
        let coverage = zip(basket.members, tapes).map { member, tape in
            MemberCoverage(tape, reachesNow: isRecorded(member.instrument.venue, member.instrument.symbol))
        }
        return BasketTapes(basket: basket, tapes: tapes, coverage: coverage)
    }

    private init(basket: Basket, tapes: [TapeSummary?], coverage: [MemberCoverage]) {
        self.basket = basket
        self.tapes = tapes
        self.coverage = coverage
    }

    /// The time of the first trade of all; nil without tapes.
    public var firstTime: Int64? { held.compactMap(\.tape.firstTime).min() }
    /// The time of the last trade of all; nil without tapes.
    public var lastTime: Int64? { held.compactMap(\.tape.lastTime).max() }

    /// How many trades the tapes have.
    public var rows: Int { held.reduce(0) { $0 + $1.tape.rows } }

    /// The members that have a tape, each with its place among all.
    var held: [(place: Int, tape: TapeSummary)] {
        tapes.indices.compactMap { place in tapes[place].map { (place, $0) } }
    }

    /// The members that have no tape at any instant of some times, a bit for each: not recorded, not begun, or ended.
    ///
    /// - Complexity: O(members × log days)
    public func missing(in times: Range<Int64>) -> UInt64 {
        coverage.indices.reduce(0) { coverage[$1].touches(times) ? $0 : $0 | 1 << UInt64($1) }
    }

    /// Differs when anything differs that rows of some times are made of.
    func revision(in times: Range<Int64>) -> String {
        var facts = ["\(basket.name) \(basket.base ?? "") \(times)"]
        for place in tapes.indices {
            facts.append("\(basket.members[place]) \(coverage[place].clamped(to: times))")
            guard let tape = tapes[place] else { continue }
            let days = tape.days.filter { $0.firstTime < times.upperBound && $0.lastTime >= times.lowerBound }
            let holes = BarQuery.holes(tape).filter { $0.from < times.upperBound && $0.to >= times.lowerBound }
            facts += days.map { "\($0.contentHash) \($0.contractSize.normalized) \(tape.scales)" } + holes.map { "\($0)" }
        }
        return String(SHA256.hexadecimal(of: facts.joined(separator: "\n")).prefix(32))
    }

    /// - Throws: ``QueryCostError`` where an answer would be made of more trades than it may.
    func check(_ limits: QueryLimits, in times: Range<Int64>) throws(QueryCostError) {
        try limits.check(trades: held.reduce(0) { $0 + QueryCost.trades(of: $1.tape.days, in: times) })
    }
}

extension TapeSummary {
    /// Whether a day that touches some times is being recorded.
    func hasOpenDay(in times: Range<Int64>) -> Bool {
        days.contains { $0.isOpen && $0.firstTime < times.upperBound && $0.lastTime >= times.lowerBound }
    }
}

/// The times of which there is a tape: from the first trade to the last, and to now while it is recorded.
///
/// Where ids do not tell what lacks, a UTC day between without any trade is one of which there is no tape.
struct MemberCoverage: Sendable {
    /// Ascending and apart.
    private let spans: [Range<Int64>]

    init(_ tape: TapeSummary?, reachesNow: Bool) {
        guard let tape, let first = tape.firstTime, let last = tape.lastTime else {
            spans = []
            return
        }
        let end = reachesNow ? .max : last + 1
        var spans = [first..<end]
        if tape.instrument.tradeIDs != .contiguous {
            for (day, next) in zip(tape.days, tape.days.dropFirst()) where next.date.epochDay > day.date.epochDay + 1 {
                let (from, to) = (day.date.microseconds + CivilDate.dayLength, next.date.microseconds)
                guard let open = spans.popLast(), from > open.lowerBound, to < open.upperBound else { break }
                spans += [open.lowerBound..<from, to..<open.upperBound]
            }
        }
        self.spans = spans
    }

    /// Whether there is a tape of any instant of some times.
    func touches(_ times: Range<Int64>) -> Bool {
        var (low, high) = (0, spans.count)
        while low < high {
            let middle = (low + high) / 2
            if spans[middle].upperBound <= times.lowerBound { low = middle + 1 } else { high = middle }
        }
        return low < spans.count && spans[low].lowerBound < times.upperBound
    }

    /// The parts within some times.
    func clamped(to times: Range<Int64>) -> [Range<Int64>] { spans.map { $0.clamped(to: times) }.filter { !$0.isEmpty } }
}
