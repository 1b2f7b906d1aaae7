import Lake
import OrderFlow
import Recorder

/// The holes of a tape that is being recorded: those that the lake knew of, and those found since.
///
/// What is missing is kept as long as it is. What was filled only colours the bars that it touched, and a feed that is cut every minute has no
/// end of it: beyond a number of holes the oldest are kept as one, so that bars between them say `repaired` rather than too little.
struct GapBook: Sendable {
    private var known: [TapeWholeness.Hole] = []
    private var missing: [LiveGap] = []
    private var filled: [TapeWholeness.Hole] = []
    /// All that was filled before ``filled``.
    private var filledBefore: TapeWholeness.Hole?
    private let room: Int

    /// - Parameter room: how many filled holes are told apart.
    init(_ tape: TapeSummary?, room: Int = 512) {
        self.room = room
        guard var tape else { return }
        // What is doubtful is settled, and told of, once the venue has answered.
        tape.forgetDoubts()
        known = BarQuery.holes(tape)
    }

    /// Takes what has become of a gap.
    ///
    /// - Complexity: O(holes that are not filled, and those known from before).
    mutating func take(_ gap: LiveGap) {
        let place = missing.lastIndex { $0.ids == gap.ids && $0.timeFrom == gap.timeFrom && $0.timeTo == gap.timeTo }
        if gap.state == .repaired {
            if let place { missing.remove(at: place) }
            // One that was open when the recording began is open no more.
            let open = TapeWholeness.Hole(from: gap.timeFrom, to: gap.timeTo)
            known.removeAll { $0 == open }
            fill(TapeWholeness.Hole(from: gap.timeFrom, to: gap.timeTo, isRepaired: true))
        } else if let place {
            missing[place] = gap
        } else {
            missing.append(gap)
        }
    }

    private mutating func fill(_ hole: TapeWholeness.Hole) {
        filled.append(hole)
        guard filled.count > room else { return }
        for old in filled.prefix(room / 2) {
            let before = filledBefore ?? old
            filledBefore = TapeWholeness.Hole(from: min(before.from, old.from), to: max(before.to, old.to), isRepaired: true)
        }
        filled.removeFirst(room / 2)
    }

    /// Those that are open or given up.
    var unfilled: [LiveGap] { missing }

    var wholeness: TapeWholeness {
        let open = missing.map { TapeWholeness.Hole(from: $0.timeFrom, to: $0.timeTo) }
        return TapeWholeness(holes: known + open + filled + (filledBefore.map { [$0] } ?? []))
    }
}
