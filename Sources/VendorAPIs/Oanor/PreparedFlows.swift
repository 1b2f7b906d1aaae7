import OrderFlow
import Synchronization
import Transport

/// The `data` of recent `/flow` answers, kept as written: callers ask for the same few windows again and again, and a window's numbers stay
/// what they are until the tape grows.
///
/// A small direct-mapped cache: bounded memory, one comparison a look-up, and an answer is only given for the very flow it was written from.
final class PreparedFlows: Sendable {
    private struct Slot {
        /// Weak, so that flows that the market has replaced are not kept alive.
        weak var flow: RecentFlow?
        var trades = 0
        var data: [UInt8] = []
    }

    private static let size = 64
    private let slots = Mutex([Slot](repeating: Slot(), count: size))

    /// The JSON for a window of a flow, written by `body` if it is not at hand.
    func data(_ flow: RecentFlow, trades: Int, _ body: (inout JSONWriter) -> Void) -> [UInt8] {
        let index = (trades &+ ObjectIdentifier(flow).hashValue >> 4) & (PreparedFlows.size - 1)
        let known = slots.withLock { slots in
            slots[index].trades == trades && slots[index].flow === flow ? slots[index].data : nil
        }
        if let known { return known }
        var json = JSONWriter(capacity: 1024)
        body(&json)
        let data = json.buffer.withBytes { [UInt8]($0) }
        slots.withLock { $0[index] = Slot(flow: flow, trades: trades, data: data) }
        return data
    }
}
