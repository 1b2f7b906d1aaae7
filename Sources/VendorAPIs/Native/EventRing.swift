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
///
/// Events lie one behind another in blocks. Kept as the objects that are sent, small ones that live long between large ones that do not would
/// each hold on to pages of memory of their own, for hours on topics where little happens.
struct EventRing: Sendable {
    /// An event as it is kept.
    struct Kept {
        let number: UInt64
        /// Of large prints, the notional in quote currency.
        let notional: Double
        /// The JSON.
        let data: ArraySlice<UInt8>
    }

    private struct Entry {
        let number: UInt64
        let notional: Double
        let start: Int
    }

    /// Some events and their bytes, written once and forgotten one by one; the block goes with its last.
    private struct Block {
        var bytes: [UInt8] = []
        var entries: [Entry] = []
        var first = 0

        init(room: Int) { bytes.reserveCapacity(room) }

        func end(of place: Int) -> Int { place + 1 < entries.count ? entries[place + 1].start : bytes.count }
        func size(of place: Int) -> Int { end(of: place) - entries[place].start + MemoryLayout<Entry>.stride }
    }

    private var blocks: [Block] = []
    private var bytes = 0
    private(set) var count = 0
    private let room: Int
    private let byteRoom: Int
    /// Events up to this number are not all there any more.
    private(set) var forgotten: UInt64

    private static let blockSize = 1 << 16

    /// - Parameter forgotten: what came before the topic was followed.
    init(forgotten: UInt64, room: Int = 16_384, byteRoom: Int = 8 << 20) {
        self.forgotten = forgotten
        self.room = max(1, room)
        self.byteRoom = byteRoom
    }

    /// Adds an event with a number above all before.
    ///
    /// - Complexity: amortised O(bytes).
    mutating func append(_ event: NativeEvent) {
        event.data.withBytes { data in
            if blocks.last.map({ $0.bytes.count + data.count > EventRing.blockSize }) ?? true {
                blocks.append(Block(room: max(EventRing.blockSize, data.count)))
            }
            let place = blocks.count - 1
            blocks[place].entries.append(Entry(number: event.number, notional: event.notional, start: blocks[place].bytes.count))
            blocks[place].bytes.append(contentsOf: data)
            bytes += data.count + MemoryLayout<Entry>.stride
        }
        count += 1
        while count > room || (bytes > byteRoom && count > 1) { forgetOldest() }
    }

    private mutating func forgetOldest() {
        let first = blocks[0].first
        bytes -= blocks[0].size(of: first)
        forgotten = blocks[0].entries[first].number
        count -= 1
        blocks[0].first += 1
        // There are some hundred blocks at most.
        if blocks[0].first == blocks[0].entries.count { blocks.removeFirst() }
    }

    /// Forgets everything up to a number.
    mutating func forget(through number: UInt64) {
        self = EventRing(forgotten: number, room: room, byteRoom: byteRoom)
    }

    /// The events after a number, or nil if some of them are not there any more.
    ///
    /// - Complexity: O(blocks + log events + events after).
    func events(after number: UInt64) -> [Kept]? {
        guard number >= forgotten else { return nil }
        var kept: [Kept] = []
        for block in blocks {
            guard let last = block.entries.last, last.number > number else { continue }
            var (low, high) = (block.first, block.entries.count)
            while low < high {
                let middle = (low + high) / 2
                if block.entries[middle].number <= number { low = middle + 1 } else { high = middle }
            }
            for place in low..<block.entries.count {
                let entry = block.entries[place]
                kept.append(Kept(number: entry.number, notional: entry.notional, data: block.bytes[entry.start..<block.end(of: place)]))
            }
        }
        return kept
    }
}
