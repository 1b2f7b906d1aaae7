/// One channel of one instrument, as one connection follows it.
struct Subscription {
    /// What is streamed.
    enum Channel: Sendable, Hashable {
        /// Binance: one frame an order.
        case aggTrade
        /// Binance: one frame a fill.
        case trade
        /// OKX: one frame an order.
        case trades
        /// OKX: one frame a fill.
        case tradesAll
        /// Bybit: one frame for all that is published in one millisecond.
        case publicTrade
    }

    /// Which of the exchange's instruments.
    let view: Int
    let channel: Channel
    /// As the client named it.
    let name: String
    /// When something may be published next.
    private(set) var due: Int64 = 0
    private var slice: TapeSlice
    private var position: Int
    private let endOrder: Int64

    init(view index: Int, of exchange: SimulatedExchange, channel: Channel, name: String, now: Int64) {
        view = index
        self.channel = channel
        self.name = name
        let view = exchange.views[index]
        let next = view.edge(at: now)
        let course = view.tape.course
        slice = view.tape.slice(course.slice(ofOrder: next))
        position = Int(next - course.orders(before: slice.index))
        endOrder = view.endOrder ?? .max
    }

    /// Delivers nothing any more.
    mutating func silence() { due = .max }

    /// The next order if it is published at `now`.
    @inline(__always)
    mutating func next(in tape: InstrumentTape, at now: Int64) -> SimulatedTrade? {
        while true {
            if position < slice.trades.count {
                let trade = slice.trades[position]
                guard trade.order < endOrder else {
                    due = .max
                    return nil
                }
                guard trade.published <= now else {
                    due = trade.published
                    return nil
                }
                position += 1
                return trade
            }
            let starts = (slice.index + 1) * tape.course.sliceLength
            guard starts <= now else {
                due = starts
                return nil
            }
            slice = tape.slice(slice.index + 1)
            position = 0
        }
    }
}
