import MarketModel

/// The newest ids of a tape and how many trades came before each: a ring, whose oldest makes room.
struct RecentIDs: Sendable {
    private var ring: [TradeID] = []
    private var positions: [TradeID: Int]
    private let capacity: Int
    /// How many ids were noted.
    private(set) var count = 0

    init(capacity: Int) {
        self.capacity = max(1, capacity)
        positions = [:]
    }

    /// How many trades came before that of an id, if it is remembered.
    subscript(id: TradeID) -> Int? { positions[id] }

    mutating func note(_ id: TradeID) {
        if ring.count < capacity {
            ring.append(id)
        } else {
            let place = count % capacity
            positions[ring[place]] = nil
            ring[place] = id
        }
        positions[id] = count
        count += 1
    }
}
