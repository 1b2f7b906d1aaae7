import Lake
import OrderFlow
import Recorder

/// The holes of a tape that is being recorded: those that the lake knew of, and those found since.
struct GapBook: Sendable {
    private var known: [TapeWholeness.Hole] = []
    private var live: [LiveGap] = []

    init(_ tape: TapeSummary?) {
        // What is doubtful is settled, and told of, once the venue has answered.
        known = tape.map(BarQuery.holes) ?? []
    }

    /// Takes what has become of a gap.
    mutating func take(_ gap: LiveGap) {
        if let place = live.lastIndex(where: { $0.ids == gap.ids && $0.timeFrom == gap.timeFrom && $0.timeTo == gap.timeTo }) {
            live[place] = gap
        } else {
            live.append(gap)
        }
    }

    /// Those that are open or given up.
    var unfilled: [LiveGap] { live.filter { $0.state != .repaired } }

    var wholeness: TapeWholeness {
        TapeWholeness(
            holes: known + live.map { TapeWholeness.Hole(from: $0.timeFrom, to: $0.timeTo, isRepaired: $0.state == .repaired) })
    }
}
