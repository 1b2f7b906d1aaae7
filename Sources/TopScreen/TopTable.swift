/// The table of feeds: columns as wide as what stands in them, two blanks between.
public struct TopTable: Sendable {
    /// The names of the columns.
    public let header: StyledText
    /// A line a feed.
    public let lines: [StyledText]

    /// Lays out some feeds in their order.
    ///
    /// - Parameter sort: the column to mark, if one is to be.
    public init(_ feeds: [TopFeed], sort: TopColumn? = nil, isReversed: Bool = false) {
        let columns = TopColumn.allCases
        let names = columns.map { $0 == sort ? $0.rawValue + (isReversed ? "^" : "*") : $0.rawValue }
        let cells = feeds.map { feed in columns.map { $0.text(feed) } }
        let widths = columns.indices.map { place in
            max(TextWidth.of(names[place]), cells.map { TextWidth.of($0[place]) }.max() ?? 0)
        }
        func padded(_ text: String, _ place: Int) -> String {
            TextWidth.padded(text, to: widths[place], right: columns[place].isNumber) + "  "
        }
        header = StyledText("  " + columns.indices.map { padded(names[$0], $0) }.joined(), .reverse)
        lines = zip(feeds, cells).map { feed, cells in
            var line = StyledText(feed.stale == nil ? "  " : "! ", .bad)
            for place in columns.indices { line.append(padded(cells[place], place), TopTable.style(columns[place], feed)) }
            if let stale = feed.stale { line.append(stale, .bad) }
            return line
        }
    }

    /// Lines for a file or a pipe: no styles, no blanks at the end.
    public var plain: [String] {
        ([header] + lines).map { line in String(line.text.reversed().drop { $0 == " " }.reversed()) }
    }

    private static func style(_ column: TopColumn, _ feed: TopFeed) -> TextStyle {
        switch column {
        case .state:
            switch feed.state {
            case "live": .good
            case "imported": .plain
            case "waiting": .doubtful
            default: .bad
            }
        case .holes: feed.holes > 0 ? .doubtful : .plain
        default: .plain
        }
    }
}
