import Transport

/// An event of the native stream, encoded once for all who are sent it.
final class NativeEvent: Sendable {
    /// Its place among all events of the server's life.
    let number: UInt64
    /// The JSON, as WebSocket clients get it.
    let data: SharedBytes
    /// The same as an event for `text/event-stream`.
    let event: ServerSentEvent
    /// Of large prints, the notional in quote currency.
    let notional: Double

    init(number: UInt64, id: String?, name: String, data: SharedBytes, notional: Double = .infinity) {
        self.number = number
        self.data = data
        self.notional = notional
        event = ServerSentEvent(id: id, name: name, data: data)
    }
}

/// The newest events of a topic, kept for clients that come back; bounded in number and in bytes. Pure.
struct EventRing: Sendable {
    private var events: [NativeEvent] = []
    private var first = 0
    private var bytes = 0
    private let room: Int
    private let byteRoom: Int
    /// Events up to this number are not all there any more.
    private(set) var forgotten: UInt64

    /// What an event takes beside its data, about: three objects, and what stands before the data in an event stream.
    private static let overhead = 320

    /// - Parameter forgotten: what came before the topic was followed.
    init(forgotten: UInt64, room: Int = 16_384, byteRoom: Int = 8 << 20) {
        self.forgotten = forgotten
        self.room = max(1, room)
        self.byteRoom = byteRoom
    }

    var count: Int { events.count - first }

    /// Adds an event with a number above all before.
    ///
    /// - Complexity: amortised O(1).
    mutating func append(_ event: NativeEvent) {
        events.append(event)
        bytes += event.data.count + EventRing.overhead
        while count > room || (bytes > byteRoom && count > 1) {
            bytes -= events[first].data.count + EventRing.overhead
            forgotten = events[first].number
            first += 1
        }
        // What is forgotten is held until here: an eighth of the ring at most.
        if first > 64, first * 8 > events.count {
            events.removeSubrange(..<first)
            first = 0
        }
    }

    /// Forgets everything up to a number.
    mutating func forget(through number: UInt64) {
        self = EventRing(forgotten: number, room: room, byteRoom: byteRoom)
    }

    /// The events after a number, or nil if some of them are not there any more.
    ///
    /// - Complexity: O(log events + events after).
    func events(after number: UInt64) -> ArraySlice<NativeEvent>? {
        guard number >= forgotten else { return nil }
        var (low, high) = (first, events.count)
        while low < high {
            let middle = (low + high) / 2
            if events[middle].number <= number { low = middle + 1 } else { high = middle }
        }
        return events[low...]
    }
}
