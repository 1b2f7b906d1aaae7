import Lake
import MarketModel
import OrderFlow
import Synchronization

/// The bars of sealed days, kept for who asks next: day by day and interval by interval, for as long as the day's trades are the same.
///
/// Two generations: what nobody has asked for while as many bars came as one of them holds is let go.
final class TakerShelf: Sendable {
    /// A stretch of a tape within one UTC day.
    struct Piece {
        let range: Range<Int64>
        /// What its bars are kept under; nil if they are not.
        let key: Key?
    }

    struct Key: Hashable {
        let venue: Venue
        let symbol: String
        let grain: Interval
        let day: Int64
        /// Of what the bars were made.
        let state: String
    }

    private struct Generations {
        var young: [Key: [TakerBar]] = [:]
        var old: [Key: [TakerBar]] = [:]
        /// How many bars the young ones are.
        var count = 0
    }

    /// How many bars a generation holds: about 20 MB.
    private static let most = 100_000
    private let generations = Mutex(Generations())

    /// The days of a range, whose ends are ends of bars, with trades.
    static func pieces(_ tape: TapeSummary, _ grain: Interval, _ range: Range<Int64>) -> [Piece] {
        var pieces: [Piece] = []
        var start = range.lowerBound
        while start < range.upperBound {
            let day = Interval.d1.start(of: start)
            let end = min(day + CivilDate.dayLength, range.upperBound)
            // Times may step over midnight by a little, so a day's trades may be in two files.
            let touched = tape.days.filter { $0.firstTime < day + CivilDate.dayLength && $0.lastTime >= day }
            if !touched.isEmpty {
                let isKept = end - start == CivilDate.dayLength && !touched.contains(where: \.isOpen)
                let state = touched.map { "\($0.contentHash) \($0.contractSize)" }.joined(separator: "+") + " \(tape.scales)"
                let key = Key(venue: tape.instrument.venue, symbol: tape.instrument.symbol, grain: grain, day: day, state: state)
                pieces.append(Piece(range: start..<end, key: isKept ? key : nil))
            }
            start = end
        }
        return pieces
    }

    /// The bars of a piece, if they are there.
    func bars(of piece: Piece) -> [TakerBar]? {
        guard let key = piece.key else { return nil }
        return generations.withLock { generations in
            if let bars = generations.young[key] { return bars }
            guard let bars = generations.old.removeValue(forKey: key) else { return nil }
            TakerShelf.add(bars, key, to: &generations)
            return bars
        }
    }

    /// Keeps the bars of pieces that were read together; `bars` are in time order.
    func keep(_ bars: [TakerBar], of pieces: [Piece]) {
        var rest = bars[...]
        for piece in pieces {
            rest = rest.drop { $0.start < piece.range.lowerBound }
            let own = rest.prefix { $0.start < piece.range.upperBound }
            rest = rest[own.endIndex...]
            guard let key = piece.key else { continue }
            generations.withLock { TakerShelf.add(Array(own), key, to: &$0) }
        }
    }

    private static func add(_ bars: [TakerBar], _ key: Key, to generations: inout Generations) {
        if generations.count + bars.count > most, !generations.young.isEmpty {
            generations.old = generations.young
            generations.young = [:]
            generations.count = 0
        }
        generations.young[key] = bars
        generations.count += bars.count
    }
}
