/// What `millrace top` shows, as lines: made from what is known and how the user wants to see it.
///
///     let screen = TopScreen(model, view, width: 80, height: 24)
///     for line in screen.lines { print(line.drawn(colour: true)) }
public struct TopScreen: Sendable {
    /// The lines from the top down, none wider than asked for; not more than there is room for.
    public let lines: [StyledText]
    /// How many feeds there is room for.
    public let feedsShown: Int
    /// The greatest first feed that leaves no room empty.
    public let lastFirst: Int

    /// Lays it out.
    ///
    /// - Parameters:
    ///   - width: columns, 1 or more.
    ///   - height: lines, 1 or more.
    public init(_ model: TopModel, _ view: TopView, width: Int, height: Int) {
        let feeds = view.feeds(of: model)
        let table = TopTable(feeds, sort: view.sort, isReversed: view.isReversed)
        let head = TopScreen.head(model, view, shown: feeds.count)
        // Holes have a quarter of what is left, and feeds the rest.
        let room = max(0, height - head.count - 2)
        let holes = room >= 8 ? TopScreen.holes(model, atMost: room / 4) : []
        feedsShown = max(0, room - holes.count)
        lastFirst = max(0, feeds.count - feedsShown)
        let first = min(max(0, view.first), lastFirst)
        let shown = Array(table.lines[first..<min(feeds.count, first + feedsShown)])
        let empty = [StyledText](repeating: StyledText(), count: feedsShown - shown.count)
        let all = head + [table.header] + shown + empty + holes + [TopScreen.foot(first: first, shown: shown.count, of: feeds.count)]
        lines = all.prefix(height).map { $0.clipped(to: width) }
    }

    private static func head(_ model: TopModel, _ view: TopView, shown: Int) -> [StyledText] {
        var name = StyledText("millrace top", .bold)
        name.append("  \(model.url)")
        if let version = model.version { name.append("  version \(version)") }
        if let uptime = model.uptime, uptime.magnitude < 1e12 { name.append("  up \(TopText.duration(Int64(uptime * 1e6)))") }
        if let memory = model.memory { name.append("  \(TopText.megabytes(memory))") }

        var totals = StyledText(
            "\(TopText.count(model.feeds.count, "instrument")), \(model.feeds.filter { $0.state == "live" }.count) live")
        let rates = model.feeds.compactMap(\.rate)
        totals.append("  \(rates.isEmpty ? "-" : TopText.rate(rates.reduce(0, +))) trades/s")
        let holes = model.feeds.reduce(0) { $0 + $1.holes }
        totals.append("  \(TopText.count(holes, "hole"))", holes > 0 ? .doubtful : .plain)
        let stale = model.feeds.filter { $0.stale != nil }.count
        if stale > 0 { totals.append("  \(stale) stale", .bad) }

        var third = StyledText()
        if let fault = model.fault {
            third.append(fault, .bad)
        } else if view.isTyping || !view.filter.isEmpty {
            third.append("/\(view.filter)\(view.isTyping ? "_" : "")", .bold)
            third.append("  \(TopText.count(shown, "instrument"))")
        }
        return [name, totals, third]
    }

    private static func holes(_ model: TopModel, atMost count: Int) -> [StyledText] {
        guard !model.holes.isEmpty, count >= 2 else { return [] }
        return [StyledText("Newest holes", .bold)]
            + model.holes.prefix(count - 1).map { hole in
                var line = StyledText("\(hole.venue) \(hole.symbol)  ")
                line.append(hole.state, hole.state == "repaired" ? .good : .doubtful)
                line.append("  began \(TopText.duration(hole.age)) ago, \(TopText.duration(hole.length)) long")
                if let missing = hole.missing { line.append(", \(missing) missing") }
                return line
            }
    }

    private static func foot(first: Int, shown: Int, of count: Int) -> StyledText {
        let range = shown == count ? "" : shown == 0 ? "0 of \(count)  " : "\(first + 1)-\(first + shown) of \(count)  "
        return StyledText("\(range)q quit  left/right sort  r reverse  arrows scroll  / filter", .dim)
    }
}
