/// How the user wants to see it: what by, from where on, and which.
public struct TopView: Sendable, Hashable {
    /// The column that feeds are sorted by; stale ones stand before the others all the same.
    public var sort = TopColumn.venue
    /// Whether the order is the other way round.
    public var isReversed = false
    /// Part of a venue's or symbol's name, in any case; all feeds where it is empty.
    public var filter = ""
    /// Whether letters go to the filter.
    public var isTyping = false
    /// The first feed that is shown.
    public var first = 0

    /// Creates the usual view.
    public init() {}

    /// Does what a key asks for.
    ///
    /// - Parameter screen: what the user was looking at.
    /// - Returns: false where it asks to end.
    public mutating func take(_ key: TopKey, on screen: TopScreen) -> Bool {
        if isTyping, type(key) { return true }
        switch key {
        case .character("q"): return false
        case .character("/"): isTyping = true
        case .character("r"): isReversed.toggle()
        case .escape: filter = ""
        case .left, .character("<"): turn(by: -1)
        case .right, .character(">"): turn(by: 1)
        case .up: scroll(by: -1, screen)
        case .down: scroll(by: 1, screen)
        case .pageUp: scroll(by: -screen.feedsShown, screen)
        case .pageDown, .character(" "): scroll(by: screen.feedsShown, screen)
        case .home: first = 0
        case .end: first = screen.lastFirst
        case .character, .enter, .backspace: break
        }
        return true
    }

    /// Whether the filter took the key.
    private mutating func type(_ key: TopKey) -> Bool {
        switch key {
        case .character(let character): filter.append(character)
        case .backspace: _ = filter.popLast()
        case .enter: isTyping = false
        case .escape: (filter, isTyping) = ("", false)
        default: return false
        }
        first = 0
        return true
    }

    private mutating func turn(by step: Int) {
        let columns = TopColumn.allCases
        let place = columns.firstIndex(of: sort) ?? 0
        sort = columns[(place + step + columns.count) % columns.count]
        isReversed = false
    }

    private mutating func scroll(by step: Int, _ screen: TopScreen) {
        // What was shown counts, which is less than what was asked for where the list has become shorter.
        first = min(max(0, min(first, screen.lastFirst) + step), screen.lastFirst)
    }

    /// The feeds that are wanted, in their order.
    ///
    /// - Complexity: O(n log n).
    public func feeds(of model: TopModel) -> [TopFeed] {
        let wanted = filter.lowercased()
        let found = model.feeds.filter { wanted.isEmpty || "\($0.venue) \($0.symbol)".lowercased().contains(wanted) }
        return found.sorted { a, b in
            if (a.stale == nil) != (b.stale == nil) { return a.stale != nil }
            if let isBefore = sort.puts(a, before: b, isReversed: isReversed) { return isBefore }
            return (a.venue, a.symbol) < (b.venue, b.symbol)
        }
    }
}
