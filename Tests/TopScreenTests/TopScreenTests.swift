import Testing
import TopScreen

/// Screens as values: what is known and how the user wants to see it go in, lines come out.
struct TopScreenTests {
    private func model(_ count: Int, _ change: (inout TopModel) -> Void = { _ in }) -> TopModel {
        var model = TopModel(url: "http://127.0.0.1:8080")
        model.feeds = (0..<count).map { place in
            TopFeed(
                venue: place % 2 == 0 ? "binance-spot" : "okx-perps", symbol: "S\(1000 + place)", state: "live", rate: Double(place),
                lag: 41_000, age: 500_000, durable: 0, trades: 10 * place)
        }
        change(&model)
        return model
    }

    private func texts(_ model: TopModel, _ view: TopView = TopView(), _ width: Int = 120, _ height: Int = 24) -> [String] {
        TopScreen(model, view, width: width, height: height).lines.map(\.text)
    }

    /// The symbols that are shown, in their order.
    private func symbols(_ lines: [String]) -> [String] {
        lines.compactMap { line in
            line.split(separator: " ").first { $0.first == "S" && $0.dropFirst().allSatisfy(\.isNumber) }.map(String.init)
        }
    }

    /// The view after some keys, none of which ends it.
    private func pressed(_ keys: [TopKey], _ view: TopView, on screen: TopScreen) -> TopView {
        var view = view
        for key in keys where !view.take(key, on: screen) { Issue.record("\(key) ends it") }
        return view
    }

    @Test func `A screen is as high as the terminal and never wider, whatever the size`() {
        let model = model(50) { model in
            model.feeds[3].stale = "the venue does not answer"
            model.feeds[5].symbol = "币安人生USDT"
            model.holes = (0..<9).map {
                TopHole(venue: "okx-perps", symbol: "S\($0)", state: "open", missing: 3, age: 1_000_000, length: 20)
            }
        }
        for width in [1, 2, 7, 40, 80, 81, 200] {
            for height in [1, 2, 3, 5, 8, 12, 24, 100] {
                let lines = TopScreen(model, TopView(), width: width, height: height).lines
                #expect(lines.count == height && lines.allSatisfy { $0.width <= width }, "\(width) x \(height)")
            }
        }
        #expect(texts(TopModel(url: "x"), TopView(), 80, 24).count == 24)
    }

    @Test func `The head tells of the server and sums its feeds up`() {
        let lines = texts(
            model(3) { model in
                (model.version, model.uptime, model.memory) = ("1.2.3", 7300, 123_456_789)
                model.feeds[0].holes = 2
                model.feeds[1].state = "ended"
                model.feeds[1].stale = "delisted"
            })
        #expect(lines[0] == "millrace top  http://127.0.0.1:8080  version 1.2.3  up 2 h  123 MB")
        #expect(lines[1] == "3 instruments, 2 live  3.0 trades/s  2 holes  1 stale")
        #expect(lines[3].hasPrefix("  VENUE*        SYMBOL  STATE  TRADES/S    LAG     AGE  DURABLE  HOLES  TRADES"))
        #expect(lines[4].hasPrefix("! okx-perps     S1001   ended       1.0  41 ms  500 ms     0 ms      0      10  delisted"))
        #expect(lines[5].hasPrefix("  binance-spot  S1000   live        0.0  41 ms  500 ms     0 ms      2       0"))
    }

    @Test func `Feeds are sorted by the column chosen, stale ones first and the unknown last`() {
        var model = model(5)
        model.feeds[2].rate = nil
        model.feeds[4].stale = "no trade for 400 s"
        var view = TopView()
        #expect(symbols(texts(model)) == ["S1004", "S1000", "S1002", "S1001", "S1003"])
        let screen = TopScreen(model, view, width: 120, height: 24)
        view = pressed([.right, .right, .right], view, on: screen)
        #expect(view.sort == .rate && symbols(texts(model, view)) == ["S1004", "S1003", "S1001", "S1000", "S1002"])
        view = pressed([.character("r")], view, on: screen)
        #expect(symbols(texts(model, view)) == ["S1004", "S1000", "S1001", "S1003", "S1002"])
        view = pressed([.left, .left, .left, .left], view, on: screen)
        #expect(view.sort == .trades && !view.isReversed)
        #expect(symbols(texts(model, view)) == ["S1004", "S1003", "S1002", "S1001", "S1000"])
    }

    @Test func `Scrolling stops at both ends, also when the list becomes shorter`() {
        let long = model(100)
        var view = TopView()
        let screen = TopScreen(long, view, width: 100, height: 25)
        #expect(screen.feedsShown == 20 && screen.lastFirst == 80)
        #expect(pressed([.up, .pageUp, .home], view, on: screen).first == 0)
        view = pressed([.pageDown, .down], view, on: screen)
        #expect(view.first == 21 && texts(long, view, 100, 25).last?.hasPrefix("22-41 of 100") == true)
        view = pressed([TopKey](repeating: .pageDown, count: 10), view, on: screen)
        #expect(view.first == 80)
        let short = TopScreen(model(25), view, width: 100, height: 25)
        #expect(symbols(short.lines.map(\.text)).count == 20)
        #expect(pressed([.up], view, on: short).first == 4)
        #expect(pressed([.home, .end], view, on: screen).first == 80)
    }

    @Test func `A filter takes letters until it is entered, and escape drops it`() {
        let model = model(20)
        var view = TopView()
        let screen = TopScreen(model, view, width: 100, height: 40)
        view = pressed("/OKX-q".map { .character($0) }, view, on: screen)
        #expect(view.filter == "OKX-q" && symbols(texts(model, view)).isEmpty)
        view = pressed([.backspace, .backspace], view, on: screen)
        #expect(symbols(texts(model, view)).count == 10 && texts(model, view)[2] == "/OKX_  10 instruments")
        view = pressed([.enter], view, on: screen)
        #expect(texts(model, view)[2] == "/OKX  10 instruments")
        view = pressed([.escape], view, on: screen)
        #expect(symbols(texts(model, view)).count == 19)
        let goesOn = view.take(.character("q"), on: screen)
        #expect(!goesOn)
    }

    @Test func `The newest holes stand below the feeds where there is room, and a fault above them`() {
        let model = model(4) { model in
            model.holes = [
                TopHole(venue: "okx-perps", symbol: "X", state: "open", missing: 77, age: 90_000_000, length: 1_500_000),
                TopHole(venue: "bybit-linear", symbol: "Y", state: "repaired", missing: nil, age: 400_000_000, length: 10),
            ]
            model.fault = "no answer"
        }
        let lines = texts(model)
        #expect(lines[2] == "no answer")
        #expect(
            lines.dropLast().suffix(3) == [
                "Newest holes", "okx-perps X  open  began 90 s ago, 1.5 s long, 77 missing",
                "bybit-linear Y  repaired  began 6 min ago, 0 ms long",
            ])
        #expect(!texts(model, TopView(), 100, 10).contains("Newest holes"))
    }

    @Test func `Colours are left out where none are wanted, and nothing a server says moves the cursor`() {
        var model = model(1)
        model.feeds[0].stale = "\u{1B}[2J\u{7}evil\r\n\u{9B}31m\u{202E}"
        let lines = TopScreen(model, TopView(), width: 200, height: 24).lines
        let colours = lines.map { $0.drawn(colour: true) }.joined()
        #expect(colours.contains("\u{1B}[32m") && colours.contains("\u{1B}[1;31m") && colours.contains("?[2J?evil???31m?"))
        let plain = lines.map { $0.drawn(colour: false) }.joined()
        #expect(!plain.contains("\u{1B}[32m") && !plain.contains("\u{1B}[1;31m"))
        #expect(lines[4].style(of: "live") == .good && lines[4].style(of: "evil") == .bad)
        #expect(!TopTable(model.feeds).plain.joined().contains("\u{1B}"))
    }

    @Test func `A plain table has a line a feed and no blanks at its ends`() {
        let plain = TopTable(model(2).feeds).plain
        #expect(plain.count == 3 && plain.allSatisfy { $0.last != " " } && plain[0].hasPrefix("  VENUE ") && plain[0].hasSuffix("TRADES"))
    }

    @Test(arguments: [
        (0, "0 ms"), (999_999, "999 ms"), (1_000_000, "1.0 s"), (9_950_000, "9.9 s"), (119_000_000, "119 s"), (120_000_000, "2 min"),
        (7_200_000_000, "2 h"), (172_800_000_000, "2 d"), (-41_000, "-41 ms"), (Int64.min, "-106751991 d"),
    ])
    func `Durations are written in the unit that suits them`(microseconds: Int64, text: String) {
        #expect(TopText.duration(microseconds) == text)
    }

    @Test func `A rate is what came within the window, and begins anew when a count falls`() {
        var rates = TopRates()
        let counts: [(name: String, count: Int, time: Int64)] = [
            ("a", 100, 0), ("a", 150, 1_000_000), ("a", 150, 10_000_000), ("a", 250, 20_000_000), ("b", 1, 20_000_000),
            ("a", 20, 21_000_000), ("a", 30, 22_000_000),
        ]
        #expect(counts.map { rates.rate(of: $0.name, $0.count, at: $0.time) } == [nil, 50, 5, 10, nil, nil, 10])
    }

    @Test func `Keys are read however their bytes come`() {
        let bytes = Array("a\u{1B}[A\u{1B}OB\u{1B}[5~\u{1B}[6~\u{1B}[H\u{1B}[1;5C\u{1B}币/\r\u{7F}\u{1}".utf8)
        let keys: [TopKey] = [
            .character("a"), .up, .down, .pageUp, .pageDown, .home, .escape, .character("币"), .character("/"), .enter, .backspace,
        ]
        #expect(read([bytes]) == keys)
        // Escape sequences come at once; what is typed may come in halves.
        #expect(read("é币x".utf8.map { [$0] }) == [.character("é"), .character("币"), .character("x")])
        #expect(read([[0x1B, 0x5B] + [UInt8](repeating: 0x30, count: 5000)]).isEmpty)
        #expect(read([[0xFF, 0xC0, 0x80, 0x71]]).last == .character("q"))
    }

    private func read(_ parts: [[UInt8]]) -> [TopKey] {
        var reader = KeyReader()
        return parts.flatMap { reader.take($0) }
    }
}
