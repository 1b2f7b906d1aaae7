import MarketModel
import Synchronization

/// The endless tape of one instrument. Any part of it is made when it is asked for, and is the same whenever that is.
///
///     let tape = market.tape(.binanceSpot, "BTCUSDT")
///     let next = tape.edge(at: now)                 // the order that has not been published yet
///     tape.trades(next - 1000..<next) { … }
public final class InstrumentTape: Sendable {
    /// What trades.
    public let instrument: SimulatedInstrument
    let course: TapeCourse
    private let drawer: TapeDrawer
    private let kept = Mutex([TapeSlice]())
    /// Slices that are kept, the newest last: clients at the edge and a few that read history share them.
    private static let capacity = 12

    /// Creates a tape.
    ///
    /// - Parameters:
    ///   - seed: decides everything, together with the instrument's venue and symbol.
    ///   - intraday: whether the day has busy and quiet hours.
    ///   - resolution: microseconds that times are a whole number of: 1 or 1000.
    public init(instrument: SimulatedInstrument, seed: UInt64, intraday: Bool = true, resolution: Int64 = 1) {
        self.instrument = instrument
        let own = Mixing.hash(seed, Mixing.key("\(instrument.venue) \(instrument.symbol)"))
        course = TapeCourse(ordersPerDay: instrument.ordersPerDay, listed: instrument.listed, intraday: intraday, seed: own)
        drawer = TapeDrawer(
            instrument: instrument, course: course,
            path: PricePath(seed: Mixing.hash(seed, Mixing.key(instrument.base)), basis: instrument.price), seed: own,
            resolution: max(1, resolution))
    }

    func slice(_ index: Int64) -> TapeSlice {
        let found = kept.withLock { kept in kept.last { $0.index == index } }
        if let found { return found }
        let slice = drawer.draw(index)
        kept.withLock { kept in
            if kept.count == Self.capacity { kept.removeFirst() }
            kept.append(slice)
        }
        return slice
    }

    /// The number of the first order that is not published at `now`: all before it are.
    public func edge(at now: Int64) -> Int64 {
        var index = course.slice(at: now)
        while index > course.firstSlice {
            let published = slice(index).published(at: now)
            if published > 0 { break }
            index -= 1
        }
        return course.orders(before: index) + Int64(slice(index).published(at: now))
    }

    /// The first order at or after `time`; those after it may still be a few milliseconds earlier.
    public func firstOrder(at time: Int64) -> Int64 {
        var index = course.slice(at: time)
        while true {
            if let found = slice(index).trades.first(where: { $0.time >= time }) { return found.order }
            index += 1
        }
    }

    /// An order by its number, which is at least 0.
    public func trade(_ order: Int64) -> SimulatedTrade {
        let index = course.slice(ofOrder: order)
        return slice(index).trades[Int(order - course.orders(before: index))]
    }

    /// The order that a fill belongs to, or follows as a print off the book.
    public func trade(ofFill fill: Int64) -> SimulatedTrade {
        let index = course.slice(ofFill: fill)
        let trades = slice(index).trades
        var (low, high) = (0, trades.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if trades[middle].lastFill >= fill { high = middle } else { low = middle + 1 }
        }
        return trades[low]
    }

    /// Calls `body` with the orders of a range of numbers until it returns false.
    ///
    /// - Complexity: O(orders), a fraction of a microsecond each.
    public func trades(_ orders: Range<Int64>, _ body: (SimulatedTrade) throws -> Bool) rethrows {
        guard orders.lowerBound < orders.upperBound else { return }
        var order = max(0, orders.lowerBound)
        var index = course.slice(ofOrder: order)
        while order < orders.upperBound {
            let slice = slice(index)
            let first = course.orders(before: index)
            for at in Int(order - first)..<max(Int(order - first), slice.trades.count) {
                guard slice.trades[at].order < orders.upperBound, try body(slice.trades[at]) else { return }
            }
            order = first + Int64(slice.trades.count)
            index += 1
        }
    }

    /// The orders of a range of numbers.
    public func trades(_ orders: Range<Int64>) -> [SimulatedTrade] {
        var result: [SimulatedTrade] = []
        trades(orders) {
            result.append($0)
            return true
        }
        return result
    }
}
