/// A hole while it is being repaired.
struct LiveHole: Sendable {
    /// The hole as it was found.
    let hole: IDHole
    /// What is still missing of it, ascending.
    private(set) var missing: [ClosedRange<Int64>]
    /// What the venue is being asked for.
    var asked: ClosedRange<Int64>?
    /// How often it was asked in vain.
    var tries = 0
    /// When it is asked again.
    var dueAt: Int64

    init(_ hole: IDHole, dueAt: Int64) {
        self.hole = hole
        self.dueAt = dueAt
        missing = [hole.from...hole.to]
    }

    /// Notes that a row is there; says whether it was missing.
    ///
    /// - Complexity: O(stretches that are missing), which are few: repairs come in order.
    mutating func fill(_ id: Int64) -> Bool {
        guard let index = missing.firstIndex(where: { $0.contains(id) }) else { return false }
        let range = missing[index]
        var rest: [ClosedRange<Int64>] = []
        if range.lowerBound < id { rest.append(range.lowerBound...(id - 1)) }
        if id < range.upperBound { rest.append((id + 1)...range.upperBound) }
        missing.replaceSubrange(index...index, with: rest)
        return true
    }

    /// Whether any row of a range is still missing.
    func lacks(_ range: ClosedRange<Int64>) -> Bool { missing.contains { $0.overlaps(range) } }
}
