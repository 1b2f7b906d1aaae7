import Lake
import MarketModel
import OrderFlow

/// What readers of a basket have in common: the tapes of its members in a range of time, and how whole they are.
struct BasketReading: Sendable {
    let tapes: BasketTapes
    let options: BarOptions
    /// The starts of the bars: those of the trades that the members' tapes have.
    let times: Range<Int64>
    /// Differs when anything that bars are made of differs.
    let revision: String
    /// Whether none of its days is being recorded.
    let isSealed: Bool
    /// The members that have a tape.
    var members: [Member]
    /// The stretches of time in which bars are read.
    var walk: TapeWalk

    struct Member: Sendable {
        let place: Int
        var reading: BarReading
        let isSealed: Bool
        let valuation: Valuation
        let multiple: Int64
        fileprivate let wholeness: TapeWholeness
        fileprivate let holes: RepairedHoles

        /// Reads something of the tape, and goes on where its newest day is sealed meanwhile.
        mutating func goingOn<Result>(_ body: (BarReading) throws -> Result) throws -> Result {
            try reading.goingOn(isSealed: isSealed, body)
        }
    }

    /// - Throws: ``QueryCostError`` before anything is read; ``BarError``; what the lake throws.
    /// - Complexity: O(days + holes of all members)
    init(
        _ lake: Lake, _ tapes: BasketTapes, from: Int64, to: Int64, options: BarOptions, limits: QueryLimits,
        progress: (@Sendable (Int) -> Void)?
    ) throws {
        self.tapes = tapes
        self.options = options
        let interval = options.interval
        let to = max(from, to)
        let (firstTime, lastTime) = (tapes.firstTime ?? from, tapes.lastTime ?? from - 1)
        let first = max(from, interval.start(of: firstTime))
        // The last bar is whole, also where the range ends within it.
        let bound = min(to, lastTime + 1)
        let end = bound > first ? min(interval.start(of: bound - 1) + interval.microseconds, lastTime + 1) : first
        times = first..<max(first, end)
        try tapes.check(limits, in: times)
        let range = times
        members = try tapes.held.map { place, tape in
            let reading = try BarReading(lake: lake, tape: tape, options: options, progress: progress)
            return Member(
                place: place, reading: reading, isSealed: !tape.hasOpenDay(in: range),
                // Its scales, but not its factor, are those of all days.
                valuation: try reading.valuation(on: 0), multiple: tapes.basket.members[place].multiple,
                wholeness: BarQuery.wholeness(tape), holes: RepairedHoles(BarQuery.holes(tape)))
        }
        walk = TapeWalk(members.map(\.reading.tape), interval: interval, from: first, to: to)
        isSealed = members.allSatisfy(\.isSealed)
        revision = tapes.revision(in: times)
    }

    /// The times of a bar.
    func times(ofBarAt start: Int64) -> Range<Int64> { start..<start + options.interval.microseconds }

    /// The worst quality of the members' tapes inside a bar.
    func quality(at start: Int64) -> BarQuality {
        members.map { $0.wholeness.quality(start: start, length: options.interval.microseconds) }.max() ?? .complete
    }

    /// How many holes that a bar shares an instant with have been filled.
    func repairs(at start: Int64) -> Int {
        members.reduce(0) { $0 + $1.holes.count(touching: times(ofBarAt: start)) }
    }
}
