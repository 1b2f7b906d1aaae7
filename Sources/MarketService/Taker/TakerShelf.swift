import Lake
import MarketModel
import OrderFlow
import Synchronization

/// The bars of sealed days, and of hours that are being recorded, kept for who asks next for as long as their trades are the same.
///
/// Two generations: what nobody has asked for while as many bars came as one of them holds is let go.
final class TakerShelf: Sendable {
    /// A stretch of a tape: a sealed UTC day, or an hour of a day that is being recorded.
    struct Piece {
        let range: Range<Int64>
        /// How long its bars are.
        let grain: Interval
        /// What its bars are kept under; nil if they are not.
        let key: Key?
    }

    struct Key: Hashable {
        let venue: Venue
        let symbol: String
        let grain: Interval
        let start: Int64
        /// Of what the bars were made.
        let state: String
    }

    private struct Generations {
        var young: [Key: [TakerBar]] = [:]
        var old: [Key: [TakerBar]] = [:]
        /// How many bars the young ones are.
        var count = 0
    }

    /// How many bars and pieces a generation holds: about 15 MB.
    private static let most = 100_000
    private let generations = Mutex(Generations())

    /// The pieces that make up the bars of a range, without those that have no trades; the first and the last may reach beyond the range.
    ///
    /// - Parameter tally: what this process has recorded of the tape before the summary was made.
    static func pieces(_ tape: TapeSummary, _ tally: HourTally?, _ interval: Interval, _ range: Range<Int64>) -> [Piece] {
        var pieces: [Piece] = []
        for day in stride(from: Interval.d1.start(of: range.lowerBound), to: range.upperBound, by: Int(CivilDate.dayLength)) {
            // Times may step over midnight by a little, so a day's trades may be in two files.
            let touched = tape.days.filter { $0.firstTime < day + CivilDate.dayLength && $0.lastTime >= day }
            if touched.isEmpty { continue }
            guard touched.contains(where: \.isOpen) else {
                pieces.append(piece(tape, day, .d1, min(interval, .d1), state: touched.map(state).joined(separator: "+")))
                continue
            }
            let hour = Interval.h1.microseconds
            let hours = max(day, Interval.h1.start(of: range.lowerBound))..<min(day + CivilDate.dayLength, range.upperBound)
            for start in stride(from: hours.lowerBound, to: hours.upperBound, by: Int(hour)) {
                let touched = touched.filter { $0.firstTime < start + hour && $0.lastTime >= start }
                if touched.isEmpty { continue }
                // An import may change what another process has recorded: no tally tells of that.
                let recorded = touched.allSatisfy { !$0.isOpen || $0.isRecordedOnly } ? tally?.state(of: start) : nil
                let state = recorded.map { $0 + touched.map { $0.isOpen ? "" : TakerShelf.state($0) }.joined(separator: "+") }
                pieces.append(piece(tape, start, .h1, min(interval, .h1), state: state))
            }
        }
        return pieces
    }

    private static func state(_ day: TapeDay) -> String { "\(day.contentHash) \(day.contractSize)" }

    private static func piece(_ tape: TapeSummary, _ start: Int64, _ length: Interval, _ grain: Interval, state: String?) -> Piece {
        let key = state.map {
            Key(venue: tape.instrument.venue, symbol: tape.instrument.symbol, grain: grain, start: start, state: "\($0) \(tape.scales)")
        }
        return Piece(range: start..<start + length.microseconds, grain: grain, key: key)
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
        generations.count += 1 + bars.count
    }
}
