import MarketModel

/// An instrument as its venue shows it, misbehaviour included: what is on the tape, what is streamed, what REST has, and under which ids.
///
/// All that depends on time is turned into ranges of orders once, so that the same trades are hit whenever and however often they are sent.
struct InstrumentView: Sendable {
    let tape: InstrumentTape
    /// The first order that the venue ever showed.
    let firstOrder: Int64
    /// The order that never came, because trading had stopped; nil while it goes on.
    let endOrder: Int64?
    /// When it is listed, and delisted.
    let listed: Int64
    let delisted: Int64
    /// Orders that are not streamed.
    let hidden: [Range<Int64>]
    /// Orders that REST does not have.
    let lost: [Range<Int64>]
    /// Orders whose frames are duplicated, reordered or in another shape.
    let disturbed: [(orders: Range<Int64>, fault: Fault)]
    /// Where the ids began again: the first order and fill of each numbering.
    let epochs: [(order: Int64, fill: Int64)]

    var instrument: SimulatedInstrument { tape.instrument }

    init(_ tape: InstrumentTape, _ plan: FaultPlan) {
        self.tape = tape
        let faults = plan.faults.filter { $0.concerns(tape.instrument) }
        func orders(_ fault: Fault) -> Range<Int64> {
            let first = tape.edge(at: fault.from - 1)
            return first..<max(first, tape.edge(at: fault.until - 1))
        }
        func ranges(_ kinds: Set<Fault.Kind>) -> [Range<Int64>] {
            faults.filter { kinds.contains($0.kind) && $0.until > $0.from }.map(orders)
        }
        hidden = ranges([.gap, .lose, .mute])
        lost = ranges([.lose])
        disturbed = faults.filter { [.duplicate, .reorder, .surprise].contains($0.kind) && $0.until > $0.from }.map { (orders($0), $0) }
        listed = faults.first { $0.kind == .list }?.from ?? tape.instrument.listed.microseconds
        delisted = faults.first { $0.kind == .delist }?.from ?? .max
        firstOrder = faults.first { $0.kind == .list }.map { tape.edge(at: $0.from - 1) } ?? 0
        endOrder = faults.first { $0.kind == .delist }.map { tape.edge(at: $0.from - 1) }
        let restarts = faults.filter { $0.kind == .restart }.map { tape.edge(at: $0.from - 1) }
        epochs = [(0, 0)] + restarts.map { order in (order, tape.trade(order).firstFill) }
    }

    /// Whether the venue lists it at `now`.
    func isListed(at now: Int64) -> Bool { now >= listed }

    /// Whether it trades at `now`.
    func isTrading(at now: Int64) -> Bool { now >= listed && now < delisted }

    /// The first order not published at `now`.
    func edge(at now: Int64) -> Int64 { max(firstOrder, min(tape.edge(at: now), endOrder ?? .max)) }

    func isHidden(_ order: Int64) -> Bool { hidden.contains { $0.contains(order) } }

    func isLost(_ order: Int64) -> Bool { lost.contains { $0.contains(order) } }

    func disturbance(of order: Int64, _ kind: Fault.Kind) -> Fault? {
        disturbed.first { $0.fault.kind == kind && $0.orders.contains(order) }?.fault
    }

    // Ids as the venue prints them: from 1 in every numbering.

    func printedOrder(_ order: Int64) -> Int64 {
        guard epochs.count > 1 else { return order + 1 }
        return order - (epochs.last { $0.order <= order }?.order ?? 0) + 1
    }

    func printedFill(_ fill: Int64) -> Int64 {
        guard epochs.count > 1 else { return fill + 1 }
        return fill - (epochs.last { $0.fill <= fill }?.fill ?? 0) + 1
    }

    /// The order that has an id in the numbering in force at `now`.
    func order(printed id: Int64, at now: Int64) -> Int64 {
        let edge = edge(at: now)
        let start = epochs.last { $0.order < edge }?.order ?? 0
        return start.addingReportingOverflow(max(0, id - 1)).partialValue
    }

    /// The fill that has an id in the numbering in force at `now`.
    func fill(printed id: Int64, at now: Int64) -> Int64 {
        let edge = edge(at: now)
        let start = epochs.last { $0.order < edge }?.fill ?? 0
        return start.addingReportingOverflow(max(0, id - 1)).partialValue
    }
}
